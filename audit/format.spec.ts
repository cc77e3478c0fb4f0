import { expect } from 'chai';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AUDIT_ACTIONS } from './actions.ts';
import { createKeyFile } from './keys.ts';
import { createAuditLane } from './lane.ts';
import { createNoteSigner, isSignedBy, parseNote, parseVerifierKey } from './note.ts';
import { createSealer } from './sealer.ts';
import { createMemoryStore } from './test/memory-store.ts';

const PAGE = readFileSync(new URL('../docs/compliance/audit-format.md', import.meta.url), 'utf8');
/** DER of a PKCS#8 Ed25519 key up to its 32 bytes of seed, RFC 8410 §7. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function buildSigner() {
  const seed = Buffer.from(Array.from({ length: 32 }, (_, i) => i + 1));
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  return createNoteSigner(
    'vaultdesk.example/vector',
    key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
}

function buildEntries() {
  const at = new Date('2026-03-02T08:00:00.000Z');
  const clock = { now: () => at };
  const [units, batch] = [0, 1].map((lane) =>
    createAuditLane({ node: 'n1', epoch: 1, lane, chained: lane > 0, clock }),
  );
  const stamp = (n: number) => ({
    id: `01950000-0000-7000-8000-00000000000${n}`,
    at,
    installation: 'bank-1',
  });
  const agent = {
    type: 'account',
    id: 'a-1',
    name: '李四',
    roles: ['agent'],
    sessionId: 's-1',
    ip: '10.0.0.8',
  };
  return [
    units!.draw(
      {
        action: 'audit.epoch-start',
        outcome: 'ok',
        details: { closed: [], missing: [], part: 0, partCount: 1 },
      },
      { ...stamp(1), actor: { type: 'system', id: 'system' } },
    ),
    units!.draw(
      {
        action: 'requester.reveal',
        outcome: 'ok',
        target: { type: 'requester', id: 'q-1' },
        customer: 'q-1',
        fields: ['phone'],
        reason: 'callback',
      },
      { ...stamp(2), actor: agent, request: { id: 'r-1', route: 'POST /api/v1/requesters/:id/reveal' } },
    ),
    batch!.draw(
      {
        action: 'message.send',
        outcome: 'ok',
        target: { type: 'conversation', id: 'c-1' },
        customer: 'q-1',
        details: { seq: 1 },
      },
      { ...stamp(3), actor: { type: 'account', id: 'a-1' } },
    ),
  ];
}

describe('the page on the format', () => {
  it('has the test vector that the code makes', async () => {
    const signer = buildSigner();
    const store = createMemoryStore();
    await store.insertEpoch({ node: 'n1', epoch: 1, laneCount: 2 });
    const entries = buildEntries();
    await store.insertEvents(entries);
    const clock = { now: () => new Date('2026-03-02T08:00:00.250Z') };
    const seal = (await createSealer({ storage: store, signer, anchors: [], clock }).sealOnce())!;
    expect(PAGE).to.contain(createKeyFile(signer));
    for (const { body, leaf } of entries) expect(PAGE).to.contain(`${body}\n${leaf.toString('hex')}\n`);
    expect(PAGE).to.contain(`\n${seal.statement}\n`);
    expect(PAGE).to.contain(`\n${seal.checkpoint}`);
    expect(PAGE).to.contain(seal.root.toString('hex'));
  });

  it('has signatures of the other kinds that hold', () => {
    const text = PAGE.slice(PAGE.indexOf('vaultdesk.example/vector\n3\n')).split('\n\n')[0]!;
    const pairs = [...PAGE.matchAll(/^(vaultdesk\.example\/\S+)\n(\u2014 \S+ \S+)\n/gmu)];
    expect(pairs).to.have.length(3);
    for (const [, key = '', line = ''] of pairs) {
      const verifier = parseVerifierKey(key, key.includes('/witness') ? 'witness' : 'seal')!;
      const note = parseNote(`${text}\n\n${line}\n`)!;
      expect(isSignedBy(note, verifier), key).to.equal(true);
      expect(isSignedBy({ ...note, text: note.text.replace('3', '4') }, verifier), key).to.equal(false);
    }
  });

  it('names every kind of finding', () => {
    const source = readFileSync(new URL('./verify-result.ts', import.meta.url), 'utf8');
    const kinds = [
      ...source
        .split('export type FindingKind')[1]!
        .split(';')[0]!
        .matchAll(/'([a-z-]+)'/g),
    ].map(([, kind]) => kind);
    expect(kinds.length).to.be.greaterThan(15);
    for (const kind of kinds) expect(PAGE, kind).to.contain(`\`${kind}\``);
  });

  it('counts on acts that the catalogue has', () => {
    for (const [, action] of PAGE.matchAll(/`(audit\.[a-z-]+)`/g)) {
      expect(Object.keys(AUDIT_ACTIONS)).to.include(action);
    }
  });
});
