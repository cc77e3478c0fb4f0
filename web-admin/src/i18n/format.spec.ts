import { expect } from 'chai';
import { createFormats, formatDuration } from './format.ts';
import { chooseInitialLocale } from './locale.ts';
import { fillMessage, placesOf } from './translate.ts';

describe('formats', () => {
  it('shows an instant in the zone of the user, also across midnight', () => {
    const shanghai = createFormats('zh-CN', 'Asia/Shanghai');
    const london = createFormats('en', 'Europe/London');
    expect(shanghai.dateTime('2026-03-01T16:30:00.000Z')).to.include('2026/03/02').and.include('00:30');
    expect(london.dateTime('2026-03-01T16:30:00.000Z')).to.include('16:30');
  });

  it('shows the time of day for today and the date for other days', () => {
    const formats = createFormats('zh-CN', 'UTC');
    const nowMs = Date.parse('2026-03-02T12:00:00Z');
    expect(formats.shortTime('2026-03-02T01:05:00Z', nowMs)).to.equal('01:05');
    expect(formats.shortTime('2026-03-01T23:59:00Z', nowMs)).to.equal('03/01');
  });

  it('shows a dash for what is no instant', () => {
    expect(createFormats('en', 'UTC').dateTime('soon')).to.equal('—');
  });

  it('shows no count above ten thousand', () => {
    const { counted } = createFormats('en', 'UTC');
    expect([0, 9_999, 10_000, 10_001, 2_000_000].map(counted)).to.deep.equal([
      ...['0', '9,999', '10,000', '10,000+', '10,000+'],
    ]);
    expect(createFormats('zh-CN', 'UTC').counted(10_001)).to.equal('10,000+');
  });

  it('shows at most two units of a duration and never a negative one', () => {
    const cases: [number, string][] = [
      [-5, '0 s'],
      [999, '0 s'],
      [59_999, '59 s'],
      [60_000, '1 min'],
      [3_600_000, '1 h'],
      [3_900_000, '1 h 5 min'],
      [90_000_000, '1 d 1 h'],
    ];
    for (const [ms, text] of cases) expect(formatDuration(ms, 'en'), String(ms)).to.equal(text);
    expect(formatDuration(3_900_000, 'zh-CN')).to.equal('1 小时 5 分钟');
  });
});

describe('choice of language', () => {
  it('takes the stored choice, then the browser, then Chinese', () => {
    expect(chooseInitialLocale('en', ['zh-CN'])).to.equal('en');
    expect(chooseInitialLocale(null, ['en-GB', 'zh'])).to.equal('en');
    expect(chooseInitialLocale(null, ['fr'])).to.equal('zh-CN');
    expect(chooseInitialLocale('xx', [])).to.equal('zh-CN');
  });
});

describe('messages', () => {
  it('fills places and leaves those without a value visible', () => {
    expect(fillMessage('{a} and {b}', { a: 1 })).to.equal('1 and {b}');
  });

  it('does not read filled values as places again', () => {
    expect(fillMessage('{a}{b}', { a: '{b}', b: 'x' })).to.equal('{b}x');
  });

  it('lists places once and sorted', () => {
    expect(placesOf('{b} {a} {b}')).to.deep.equal(['a', 'b']);
  });
});
