import { expect } from 'chai';
import fc from 'fast-check';
import { type AppError, isTimeZone, openTimeZone } from '../../kernel/index.ts';
import { nextFiring, parseCron } from './cron.ts';

const SHANGHAI = 'Asia/Shanghai';
const NEW_YORK = 'America/New_York';

/** The next `count` firings as ISO texts to the minute. */
function firings(text: string, zone: string, from: string, count = 1): string[] {
  const cron = parseCron(text);
  const timeZone = openTimeZone(zone);
  let at = new Date(from);
  return Array.from({ length: count }, () => {
    at = nextFiring(cron, timeZone, at);
    return at.toISOString().slice(0, 16);
  });
}

function refusal(text: string): string {
  try {
    parseCron(text);
    return 'accepted';
  } catch (error) {
    const { code, details } = error as AppError;
    return details === undefined ? code : `${code} ${String(details['at'])}`;
  }
}

describe('cron expressions', () => {
  const cases: [text: string, zone: string, from: string, expected: string[]][] = [
    ['30 2 * * *', SHANGHAI, '2026-01-05T01:00:00Z', ['2026-01-05T18:30', '2026-01-06T18:30']],
    [
      '*/20 * * * *',
      'UTC',
      '2026-01-05T01:00:00Z',
      ['2026-01-05T01:20', '2026-01-05T01:40', '2026-01-05T02:00'],
    ],
    [
      '5/25 8-9 * * *',
      'UTC',
      '2026-01-05T00:00:00Z',
      ['2026-01-05T08:05', '2026-01-05T08:30', '2026-01-05T08:55', '2026-01-05T09:05'],
    ],
    ['0 0 1 jan,Jul *', 'UTC', '2026-01-05T00:00:00Z', ['2026-07-01T00:00', '2027-01-01T00:00']],
    ['0 6 * * mon-fri', SHANGHAI, '2026-01-09T00:00:00Z', ['2026-01-11T22:00', '2026-01-12T22:00']],
    ['0 6 * * 7', 'UTC', '2026-01-05T00:00:00Z', ['2026-01-11T06:00', '2026-01-18T06:00']],
    [
      '0 6 13 * fri',
      'UTC',
      '2026-02-01T00:00:00Z',
      ['2026-02-06T06:00', '2026-02-13T06:00', '2026-02-20T06:00'],
    ],
    ['15 10 31 * *', 'UTC', '2026-01-31T11:00:00Z', ['2026-03-31T10:15', '2026-05-31T10:15']],
  ];
  for (const [text, zone, from, expected] of cases) {
    it(`fires ${text} in ${zone}`, () => {
      expect(firings(text, zone, from, expected.length)).to.deep.equal(expected);
    });
  }

  it('waits for 29 February, over the turn of a century too', () => {
    const fired = firings('0 3 29 2 *', 'UTC', '2026-01-05T00:00:00Z', 2);
    expect(fired).to.deep.equal(['2028-02-29T03:00', '2032-02-29T03:00']);
    expect(firings('0 3 29 2 *', 'UTC', '2096-03-01T00:00:00Z')).to.deep.equal(['2104-02-29T03:00']);
  });

  it('fires a time that the clocks jump over at the jump, once', () => {
    // New York: 02:00 becomes 03:00 on 8 March 2026, at 07:00 UTC.
    const day = '2026-03-07T12:00:00Z';
    expect(firings('30 2 * * *', NEW_YORK, day, 2)).to.deep.equal(['2026-03-08T07:00', '2026-03-09T06:30']);
    expect(firings('10,20,30 2 * * *', NEW_YORK, day, 2)).to.deep.equal([
      '2026-03-08T07:00',
      '2026-03-09T06:10',
    ]);
    // Samoa left out 30 December 2011 altogether.
    expect(firings('0 4 30 12 *', 'Pacific/Apia', '2011-12-28T00:00:00Z')).to.deep.equal([
      '2011-12-30T10:00',
    ]);
  });

  it('fires a time that the clocks show twice at its first, every-hour schedules both times', () => {
    // New York: 02:00 becomes 01:00 on 1 November 2026, at 06:00 UTC.
    expect(firings('30 1 * * *', NEW_YORK, '2026-11-01T00:00:00Z', 2)).to.deep.equal([
      '2026-11-01T05:30',
      '2026-11-02T06:30',
    ]);
    expect(firings('30 * * * *', NEW_YORK, '2026-11-01T05:00:00Z', 3)).to.deep.equal([
      '2026-11-01T05:30',
      '2026-11-01T06:30',
      '2026-11-01T07:30',
    ]);
    expect(firings('30 * * * *', NEW_YORK, '2026-03-08T06:00:00Z', 2)).to.deep.equal([
      '2026-03-08T06:30',
      '2026-03-08T07:30',
    ]);
    // Lord Howe moves by half an hour: the wall shows 01:30 to 02:00 twice on 5 April 2026.
    expect(firings('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T00:00:00Z', 1)).to.deep.equal([
      '2026-04-04T14:45',
    ]);
  });

  for (const [text, expected] of [
    ['', 'job.cron_invalid fields'],
    ['@daily', 'job.cron_invalid fields'],
    ['* * * *', 'job.cron_invalid fields'],
    ['* * * * * *', 'job.cron_invalid fields'],
    ['60 * * * *', 'job.cron_invalid minute'],
    ['-1 * * * *', 'job.cron_invalid minute'],
    ['1.5 * * * *', 'job.cron_invalid minute'],
    ['*/0 * * * *', 'job.cron_invalid minute'],
    ['1,,2 * * * *', 'job.cron_invalid minute'],
    ['*-5 * * * *', 'job.cron_invalid minute'],
    ['0 24 * * *', 'job.cron_invalid hour'],
    ['0 9-8 * * *', 'job.cron_invalid hour'],
    ['0 0 0 * *', 'job.cron_invalid day'],
    ['0 0 L * *', 'job.cron_invalid day'],
    ['0 0 * 13 *', 'job.cron_invalid month'],
    ['0 0 * foo *', 'job.cron_invalid month'],
    ['0 0 * * 8', 'job.cron_invalid weekday'],
    ['0 0 * * fri-mon', 'job.cron_invalid weekday'],
    ['０ 0 * * *', 'job.cron_invalid minute'],
    ['0 0 31 2 *', 'job.cron_never'],
    ['0 0 30,31 feb *', 'job.cron_never'],
    ['0 0 31 4,6,9,11 *', 'job.cron_never'],
    ['0 0 31 2 mon', 'accepted'],
    [`${'1,'.repeat(120)}1 * * * *`, 'job.cron_invalid length'],
  ] as const) {
    it(`answers ${text.slice(0, 24) || '(nothing)'} with ${expected}`, () => {
      expect(refusal(text)).to.equal(expected);
    });
  }

  it('refuses any text with one of its two codes, and always fires later than asked', () => {
    const words = fc.constantFrom('*', '0', '7', '31', '2', '*/7', '1-5', 'feb', 'sun', 'x', '-', '59/9');
    const zones = fc.constantFrom('UTC', SHANGHAI, NEW_YORK, 'Australia/Lord_Howe', 'Africa/Casablanca');
    const instants = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) });
    fc.assert(
      fc.property(fc.array(words, { minLength: 4, maxLength: 6 }), zones, instants, (fields, zone, atMs) => {
        const answer = refusal(fields.join(' '));
        if (answer !== 'accepted') return /^job\.cron_(never$|invalid \w+$)/.test(answer);
        const next = nextFiring(parseCron(fields.join(' ')), openTimeZone(zone), new Date(atMs));
        return next.getTime() > atMs && next.getTime() % 60_000 === 0;
      }),
      { numRuns: 150 },
    );
  });
});

describe('time zones', () => {
  for (const name of ['Asia/Shanghai', 'UTC', 'America/Argentina/Ushuaia', 'Etc/GMT+5']) {
    it(`knows ${name}`, () => expect(isTimeZone(name)).to.equal(true));
  }
  for (const name of ['', 'Asia/Nowhere', 'UTC+8', '+08:00', 'Mars', 'Asia/Shanghai; x', 'a'.repeat(300)]) {
    it(`refuses ${name.slice(0, 20) || '(nothing)'}`, () => expect(isTimeZone(name)).to.equal(false));
  }

  it('reads the wall and finds the instant back', () => {
    const zone = openTimeZone('Asia/Kathmandu');
    const wall = zone.wallAt(Date.parse('2026-01-05T18:20:00Z'));
    expect(wall).to.deep.equal({ year: 2026, month: 1, day: 6, hour: 0, minute: 5 });
    expect(new Date(zone.instantOf(wall)).toISOString()).to.equal('2026-01-05T18:20:00.000Z');
  });
});
