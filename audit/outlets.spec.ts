import { expect } from 'chai';
import { createAuditLane } from './lane.ts';
import { frameLine, outletHead, outletLine } from './outlets.ts';
import { rowOf } from './test/memory-store.ts';
import { buildDraft, buildStamp, TEST_CLOCK } from './test/support.ts';

const SENDER = { hostname: 'bank host 1', version: '0.1.0' };
const HOSTILE = 'a"b]c\\d|e=f\ng\u001b[31m\u202e\u0000';

function row(overrides: Parameters<typeof buildDraft>[0] = {}) {
  const lane = createAuditLane({ node: 'n1', epoch: 1, lane: 0, chained: false, clock: TEST_CLOCK });
  return rowOf(lane.draw(buildDraft({ customer: 'q-1', ticket: 't-9', ...overrides }), buildStamp()));
}

describe('an entry on its way out', () => {
  it('is a line of RFC 5424 with its facts as structured data', () => {
    const line = outletLine(row(), 'rfc5424', SENDER);
    expect(line).to.match(
      /^<110>1 2026-03-02T08:00:00\.000Z bankhost1 vaultdesk - ticket\.view \[vaultdesk@32473 id="/,
    );
    expect(line).to.contain('actor="a-1" actorName="李四" ip="10.0.0.8"').and.contain('customer="q-1"');
    expect(line).to.match(/\] \ufeff李四 viewed ticket t-1$/);
  });

  it('breaks no line, no quotation and no screen, whatever it holds', () => {
    for (const form of ['rfc5424', 'cef', 'ocsf'] as const) {
      const line = outletLine(
        row({ reason: HOSTILE, action: 'requester.reveal', fields: ['phone'] }),
        form,
        SENDER,
      );
      expect(line, form).not.to.match(/[\n\r\u001b\u202e\u0000]/);
      const length = Buffer.byteLength(line);
      expect(frameLine(line).toString()).to.equal(`${length} ${line}`);
    }
    const line = outletLine(row({ reason: HOSTILE }), 'rfc5424', SENDER);
    expect(line).to.contain(
      'reason="a\\"b\\]c\\\\d|e=f\\\\u{a}g\\\\u{1b}[31m\\\\u{202e}\\\\u{0}"'.replaceAll('[31m', '[31m'),
    );
  });

  it('is an event of CEF, its delimiters escaped', () => {
    const line = outletLine(row({ reason: 'x=y|z\\', outcome: 'refused' }), 'cef', SENDER);
    expect(line).to.contain(
      'CEF:0|Vaultdesk|Vaultdesk|0.1.0|ticket.view|李四 viewed ticket t-1 (refused)|5|rt=1772438400000',
    );
    expect(line)
      .to.contain('reason=x\\=y|z\\\\')
      .and.contain('cs1Label=customer cs1=q-1')
      .and.contain('src=10.0.0.8');
  });

  it('is an event of OCSF in the class of its act', () => {
    const json = (overrides: Parameters<typeof buildDraft>[0]) => {
      const line = outletLine(row(overrides), 'ocsf', SENDER);
      return JSON.parse(line.slice(line.indexOf('\ufeff') + 1)) as Record<string, unknown>;
    };
    expect(json({})).to.deep.include({
      class_uid: 6003,
      category_uid: 6,
      activity_id: 2,
      type_uid: 600302,
      status_id: 1,
    });
    expect(json({ action: 'session.open' })).to.include({ class_uid: 3002, type_uid: 300201 });
    expect(json({ action: 'account.create', outcome: 'failed' })).to.include({
      class_uid: 3005,
      status_id: 2,
    });
    expect(json({}).actor).to.deep.equal({
      session: { uid: 's-1' },
      user: { name: '李四', type: 'account', uid: 'a-1' },
    });
  });

  it('may be a head, whose note can be had back whole', () => {
    const head = {
      sealNo: 7,
      size: 70,
      at: new Date('2026-03-02T08:00:00Z'),
      checkpoint: 'origin\n70\n\n— x y\n',
    };
    const line = outletHead(head, SENDER);
    expect(line).to.contain('audit.head [vaultdesk@32473 seal="7" size="70"] ');
    expect(Buffer.from(line.split(' ').at(-1)!, 'base64').toString()).to.equal(head.checkpoint);
  });
});
