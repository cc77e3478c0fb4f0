import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { globSync } from 'tinyglobby';
import { renderEventDocs } from './docs.ts';
import { bodySchema, EVENT_TYPES, publicData } from './event-catalogue.ts';
import {
  breakPauseMs,
  maskUrl,
  placeOfUrl,
  retryAfterMs,
  retryPauseMs,
  signatureHeader,
  wants,
  WEBHOOK_RULES,
} from './webhook.rules.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** The ways in which the program names the type of an event it emits. */
const EMITTING = [
  /\bemit\(\{\s*type: '([a-z-]+\.[a-z-]+)'/g,
  /\beventType: '([a-z-]+\.[a-z-]+)'/g,
  /[^a-zA-Z.]event\(\s*'([a-z-]+\.[a-z-]+)'/g,
  /\bemit\(tx, '([a-z-]+\.[a-z-]+)'/g,
];

describe('the catalogue of events', () => {
  it('lists exactly what the program emits', () => {
    const ignore = ['**/*.spec.ts', '**/test/**', 'server/connectors/**'];
    const sources = globSync('server/**/*.ts', { cwd: ROOT, ignore });
    const texts = sources.map((file) => readFileSync(`${ROOT}/${file}`, 'utf8'));
    const emitted = texts.flatMap((text) =>
      EMITTING.flatMap((pattern) => [...text.matchAll(pattern)].map(([, type]) => type as string)),
    );
    const hint = 'describe a new event in server/connectors/webhook/event-catalogue.ts';
    expect([...new Set(emitted)].sort(), hint).to.deep.equal(Object.keys(EVENT_TYPES).sort());
  });

  it('stands in the documentation as it is', () => {
    const page = readFileSync(`${ROOT}/docs/api/events.md`, 'utf8');
    expect(page).to.equal(renderEventDocs());
  });

  it('tells the outside its fields only, and only in their form', () => {
    const payload = { ticketId: 't-1', from: 'new', to: 'open', subject: '张三的银行卡' };
    expect(publicData('ticket.transitioned', payload)).to.deep.equal({
      ticketId: 't-1',
      from: 'new',
      to: 'open',
    });
    expect(publicData('ticket.transitioned', { ticketId: '张三', from: 'new', to: 'a b' })).to.deep.equal({
      from: 'new',
    });
    expect(publicData('ticket.assigned', { ticketId: 't-1', assigneeId: null })).to.deep.equal({
      ticketId: 't-1',
      assigneeId: null,
    });
    expect(publicData('ticket.created', { ticketId: 't-1', requesterId: null })).not.to.have.property(
      'requesterId',
    );
    expect(publicData('unknown.thing', payload)).to.deep.equal({});
    const { properties } = bodySchema('ticket.assigned') as { properties: { data: { required: string[] } } };
    expect(properties.data.required).to.deep.equal(['ticketId', 'assigneeId']);
  });
});

describe('the rules of webhooks', () => {
  it('double the pause between tries up to an hour, spread, and heed the receiver', () => {
    expect(retryPauseMs(1, 1, undefined)).to.equal(5_000);
    expect(retryPauseMs(1, 0, undefined)).to.equal(2_500);
    expect(retryPauseMs(3, 1, undefined)).to.equal(20_000);
    expect(retryPauseMs(500, 1, undefined)).to.equal(WEBHOOK_RULES.retryLongestMs);
    expect(retryPauseMs(1, 1, 60_000)).to.equal(60_000);
    expect(retryPauseMs(1, 1, 10 ** 12)).to.equal(WEBHOOK_RULES.retryLongestMs);
  });

  it('leave a receiver alone from the fifth failure on, for ten minutes at most', () => {
    expect([4, 5, 6, 100].map((count) => breakPauseMs(count, 1))).to.deep.equal([0, 15_000, 30_000, 600_000]);
  });

  it('read Retry-After as seconds or a date, and nothing else', () => {
    const now = new Date('2026-11-21T08:00:00Z');
    expect(retryAfterMs('120', now)).to.equal(120_000);
    expect(retryAfterMs('Sat, 21 Nov 2026 08:01:00 GMT', now)).to.equal(60_000);
    expect(retryAfterMs('Sat, 21 Nov 2026 07:00:00 GMT', now)).to.equal(0);
    for (const value of [undefined, 'soon', '', '-5', ['1', '2']])
      expect(retryAfterMs(value, now)).to.equal(undefined);
  });

  it('name the second and one signature for each secret', () => {
    const sign = (secret: string, text: string) => `${secret}(${text})`;
    const at = new Date(1_700_000_000_999);
    expect(signatureHeader(at, '{}', { secrets: ['a', 'b'], sign })).to.equal(
      't=1700000000,v1=a(1700000000.{}),v1=b(1700000000.{})',
    );
  });

  it('take plain addresses only, and hide what may be a secret in them', () => {
    expect(placeOfUrl('https://x.example/a?b=c')).to.deep.equal({
      protocol: 'https',
      host: 'x.example',
      port: 443,
    });
    expect(placeOfUrl('http://[2001:db8::1]:8080/')).to.deep.equal({
      protocol: 'http',
      host: '[2001:db8::1]'.slice(1, -1),
      port: 8080,
    });
    for (const url of [
      'https://a@x.example/',
      'https://0177.0.0.1/',
      'https://127.1/',
      'https:x.example',
      'https://%61/',
    ])
      expect(placeOfUrl(url), url).to.equal(undefined);
    expect(maskUrl('https://x.example/a?key=1')).to.equal('https://x.example/a?…');
    expect(maskUrl('https://x.example/a')).to.equal('https://x.example/a');
  });

  it('match types exactly, or all', () => {
    expect(wants(['ticket.created'], 'ticket.created')).to.equal(true);
    expect(wants(['ticket.created'], 'ticket.assigned')).to.equal(false);
    expect(wants(['*'], 'anything.new')).to.equal(true);
  });
});
