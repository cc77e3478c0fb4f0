import { expect } from 'chai';
import { AuditEntryError, ENTRY_LIMITS, type Stamp } from './entry.ts';
import type { AuditDraft } from './draft.ts';
import { createAuditLane } from './lane.ts';
import fc from 'fast-check';
import { canonicalJson, parseCanonical, type CanonicalValue } from './canonical.ts';
import { buildDraft, buildStamp, TEST_CLOCK, TEST_NOW } from './test/support.ts';

function draw(draft: Partial<AuditDraft> = {}, stamp: Partial<Stamp> = {}) {
  const lane = createAuditLane({ node: 'n1', epoch: 2, lane: 0, chained: false, clock: TEST_CLOCK });
  return lane.draw(buildDraft(draft), buildStamp(stamp));
}

function refusal(draft: Partial<AuditDraft>, stamp: Partial<Stamp> = {}): string {
  try {
    draw(draft, stamp);
  } catch (error) {
    expect(error).to.be.instanceOf(AuditEntryError);
    return `${(error as AuditEntryError).code} ${(error as AuditEntryError).field}`;
  }
  return 'accepted';
}

describe('an audit entry', () => {
  it('is canonical JSON with every field in its place', () => {
    const entry = draw(
      {
        action: 'requester.reveal',
        target: { type: 'requester', id: 'q-1' },
        customer: 'q-1',
        fields: ['phone'],
        reason: 'callback',
        ticket: 't-9',
        details: { untilMs: 30000, isFirst: true, ids: ['a', 'b'] },
        after: 'sha256:00',
      },
      { id: '01950000-0000-7000-8000-0000000000ff', clock: { mono: 12 } },
    );
    expect(entry.body).to.equal(
      '{"action":"requester.reveal","actor":{"id":"a-1","ip":"10.0.0.8","name":"李四","roles":["agent"],' +
        '"session":"s-1","type":"account"},"after":"sha256:00","at":"2026-03-02T08:00:00.000Z",' +
        '"class":"personal-data","clock":{"mono":12},"customer":"q-1",' +
        '"details":{"ids":["a","b"],"isFirst":true,"untilMs":30000},"fields":["phone"],' +
        '"id":"01950000-0000-7000-8000-0000000000ff","outcome":"ok","reason":"callback",' +
        '"request":{"id":"r-1","route":"GET /api/v1/tickets/:id"},' +
        '"seq":{"epoch":2,"lane":0,"n":1,"node":"n1"},"target":{"id":"q-1","type":"requester"},' +
        '"tenant":"bank-1","ticket":"t-9","v":1}',
    );
    expect(() => parseCanonical(entry.body)).not.to.throw();
    expect(entry.columns).to.deep.equal({
      actorType: 'account',
      actorId: 'a-1',
      action: 'requester.reveal',
      class: 'personal-data',
      targetType: 'requester',
      targetId: 'q-1',
      customerRef: 'q-1',
      outcome: 'ok',
    });
  });

  it('keeps line breaks, ESC, NUL and right-to-left marks exactly', () => {
    const reason = 'a\r\nb\u001b[31m\u202e\u0000"\\ud800';
    expect(JSON.parse(draw({ reason }).body).reason).to.equal(reason);
  });

  it("leaves a requester's name out", () => {
    const { body } = draw({}, { actor: { type: 'requester', id: 'q-1', name: '王小明' } });
    expect(body).not.to.contain('王小明');
  });

  it('refuses what the catalogue does not know', () => {
    expect(refusal({ action: 'ticket.explode' as 'ticket.view' })).to.equal('action_unknown action');
    expect(refusal({ action: 'toString' as 'ticket.view' })).to.equal('action_unknown action');
    expect(refusal({ outcome: undefined as unknown as 'ok' })).to.equal('outcome_missing outcome');
  });

  it('refuses an entry without an actor', () => {
    expect(refusal({}, { actor: undefined as unknown as Stamp['actor'] })).to.equal('actor_missing actor');
    expect(refusal({}, { actor: { type: 'account', id: '' } })).to.equal('actor_missing actor');
  });

  it('refuses half a character pair anywhere', () => {
    for (const draft of [
      { reason: '\ud83d' },
      { fields: ['\ude00'] },
      { details: { note: ['x\udfff'] } },
      { reason: '\ude00\ud83d' },
    ]) {
      expect(refusal(draft)).to.equal('text_malformed body');
    }
    expect(refusal({ reason: '😀 \\ud83d' })).to.equal('accepted');
  });

  it('refuses control characters in what becomes a column', () => {
    expect(refusal({ target: { type: 'ticket', id: 'a\u0000b' } })).to.equal('field_invalid target.id');
    expect(refusal({ customer: '' })).to.equal('field_invalid customer');
    expect(refusal({ target: { type: 'Ticket', id: 'a' } })).to.equal('field_invalid target.type');
    expect(refusal({ customer: 'x'.repeat(101) })).to.equal('field_invalid customer');
    expect(refusal({}, { id: 'ABC' })).to.equal('field_invalid id');
  });

  it('refuses numbers that are not finite and keys that are none', () => {
    expect(refusal({ details: { n: Number.NaN } })).to.equal('field_invalid details.n');
    expect(refusal({ details: { n: [1] as unknown as string[] } })).to.equal('field_invalid details.n');
    expect(refusal({ details: { n: null as unknown as string } })).to.equal('field_invalid details.n');
    expect(refusal({ details: { '1': 'a' } })).to.equal('field_invalid details');
    expect(refusal({ details: { 'A b': 'a' } })).to.equal('field_invalid details');
  });

  it('takes a body of exactly 16 KiB and refuses one byte more', () => {
    const spareBytes = ENTRY_LIMITS.bodyBytes - Buffer.byteLength(draw({ reason: '' }).body);
    expect(Buffer.byteLength(draw({ reason: 'x'.repeat(spareBytes) }).body)).to.equal(16_384);
    expect(refusal({ reason: 'x'.repeat(spareBytes + 1) })).to.equal('too_large body');
    expect(refusal({ reason: '款'.repeat(spareBytes / 3 + 1) })).to.equal('too_large body');
  });

  it('takes a time five minutes ahead and refuses one millisecond more', () => {
    const aheadMs = TEST_NOW.getTime() + 300_000;
    expect(refusal({}, { at: new Date(aheadMs) })).to.equal('accepted');
    expect(refusal({}, { at: new Date(aheadMs + 1) })).to.equal('time_ahead at');
    expect(refusal({}, { at: new Date(Number.NaN) })).to.equal('field_invalid at');
  });

  it('is canonical for any draft it takes', () => {
    const key = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,6}$/);
    const value = fc.oneof(
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.array(fc.string()),
    );
    fc.assert(
      fc.property(
        fc.dictionary(key, value),
        fc.array(fc.string()),
        fc.string(),
        (details, fields, reason) => {
          const { body } = draw({ details, fields, reason }, { clock: { mono: 5, ntp: 'ok' } });
          expect(canonicalJson(JSON.parse(body) as CanonicalValue)).to.equal(body);
        },
      ),
    );
  });

  it('names the field in the error, never the value', () => {
    expect(() => draw({ customer: 'secret\n' })).to.throw(
      /^audit entry refused: field_invalid \(customer\)$/,
    );
  });
});
