import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  createCosigner,
  createNoteSigner,
  createKeyFile,
  createSealer,
  generateSealKey,
  parseKeyFile,
  parseWitnessKeys,
  readCosigned,
  type AuditStorage,
  type ProofSource,
  type SealRow,
  type Sealer,
} from '../../../audit/index.ts';
import { SYSTEM_ACTOR, type AppError } from '../../kernel/index.ts';
import { createAuditStorage } from '../../platform/persistence/index.ts';
import { buildEgress } from '../../test/support/build-egress.ts';
import { buildCore, skipOnStandIn, type Core } from '../../test/support/core.ts';
import { serveRoutes, type Caller, type ServedRoutes } from '../../test/support/serve-routes.ts';
import { createWitnessAnchor } from '../anchors/witness-anchor.ts';
import { witnessRoutes } from './witness.routes.ts';
import { WitnessService } from './witness.service.ts';

const PEOPLE: Record<'officer' | 'system', Caller> = {
  officer: {
    actor: { type: 'account', id: '01900000-0000-7000-8000-0000000000f1' },
    permissions: ['audit:read'],
  },
  system: {
    actor: { type: 'account', id: '01900000-0000-7000-8000-0000000000f2' },
    permissions: ['system:read'],
  },
};
const PATH = '/api/v1/audit/witness';

describe('a witness of another trail', () => {
  const signer = createNoteSigner('vaultdesk/other-bank', generateSealKey());
  const cosigner = createCosigner('vaultdesk/witness/anchor', generateSealKey());
  const folder = mkdtempSync(join(tmpdir(), 'vd-witness-'));
  let core: Core;
  let storage: AuditStorage & ProofSource;
  let sealer: Sealer;
  let served: ServedRoutes<'officer' | 'system'>;
  const told: string[] = [];

  before(async () => {
    core = await buildCore();
    storage = createAuditStorage(core.database);
    sealer = createSealer({ storage, signer, anchors: [], clock: core.clock });
    const witness = new WitnessService({
      ...{ clock: core.clock, ids: core.ids, trails: [parseKeyFile(createKeyFile(signer))], cosigner },
      onRefused: async (_tx, { origin }) => void told.push(origin),
    });
    served = await serveRoutes(core, witnessRoutes({ witness }), PEOPLE);
  });
  after(async () => {
    await served.stop();
    await sealer.stop();
    await core.close();
    rmSync(folder, { recursive: true });
  });

  const witnesses = parseWitnessKeys(cosigner.verifierKey);
  const anchorOf = (known = witnesses) => {
    const { egress } = buildEgress(core, {
      allow: [`audit:witness http 127.0.0.1:${served.port}`],
    });
    const url = `http://127.0.0.1:${served.port}`;
    const beside = { witnesses: known, folder, clock: core.clock };
    return createWitnessAnchor({ egress, url, ...beside, trail: storage, everyMs: 5_000 });
  };
  async function grow(count: number): Promise<SealRow> {
    for (let i = 0; i < count; i += 1) {
      await core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) =>
        tx.record({ action: 'access.refuse', outcome: 'refused', reason: 'spec' }),
      );
    }
    await sealer.sealOnce();
    return (await storage.lastSeal())!;
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: AppError) => error.code,
    );
  const heads = async () =>
    (await core.sql('SELECT seal_no FROM witness_head ORDER BY head_no')).map((row) =>
      Number(row['seal_no']),
    );
  const offer = (body: object) => served.ask(undefined, PATH, { method: 'POST', body });

  it('keeps each head that goes on from the one before, wherever the sender begins', async () => {
    const anchor = anchorOf();
    const first = await grow(3);
    await anchor.deliver(first);
    await anchor.deliver(first);
    const second = await grow(5);
    await anchor.deliver(second);
    const third = await grow(40);
    // A sender that was started anew knows nothing of where the witness stands.
    await anchorOf().deliver(third);
    expect(await heads()).to.deep.equal([first.no, second.no, third.no]);
  });

  it('signs what it keeps with a key of its own, and the sender keeps that', async () => {
    const kept: (number | undefined)[] = [];
    for await (const { head } of readCosigned(folder, witnesses)) kept.push(head?.sealNo);
    expect([...new Set(kept)]).to.deep.equal(await heads());
    const stranger = parseWitnessKeys(
      createCosigner('vaultdesk/stranger/anchor', generateSealKey()).verifierKey,
    );
    for await (const { head, isTorn } of readCosigned(folder, stranger))
      expect({ head, isTorn }).to.deep.equal({ head: undefined, isTorn: false });
    const next = await grow(1);
    expect(await codeOf(anchorOf(stranger).deliver(next))).to.equal('egress.invalid_answer');
  });

  it('says where it stands to a proof from elsewhere, and to an older head', async () => {
    const held = (await storage.lastSeal())!;
    const next = await grow(2);
    const { json } = await offer({ checkpoint: next.checkpoint, provenFrom: 1, proof: [] });
    expect(json).to.deep.equal({ state: 'elsewhere', sealNo: held.no, size: held.size });
    const [older] = await storage.readSeals(0, 1);
    const old = await offer({ checkpoint: older!.checkpoint, provenFrom: 0, proof: [] });
    expect(old.json).to.include({ state: 'elsewhere' });
  });

  it('refuses a head of another history, keeps both, and tells officers', async () => {
    const held = (await core.sql('SELECT checkpoint FROM witness_head ORDER BY head_no DESC'))[0];
    // The same key, a trail written anew.
    const forged = signer.sign(
      `${signer.name}\n999\n${Buffer.alloc(32, 7).toString('base64')}\nseal 99 ${Buffer.alloc(32, 8).toString('base64')}\n`,
    );
    const size = (await storage.readSeals((await heads()).at(-1)! - 1, 1))[0]!.size;
    const answer = await offer({ checkpoint: forged, provenFrom: size, proof: ['00'.repeat(32)] });
    expect(answer.status).to.equal(409);
    expect(answer.json.code).to.equal('witness.inconsistent');
    expect(told).to.deep.equal([signer.name]);
    const list = await served.ask('officer', `${PATH}/refusals`);
    expect(list.json.items).to.have.length(1);
    expect(list.json.items[0]).to.include({ held: held?.['checkpoint'], offered: forged });
    expect((await served.ask('system', `${PATH}/refusals`)).status).to.equal(403);
    const acts = await core.sql(
      "SELECT outcome FROM audit_event WHERE action = 'audit.witness' AND outcome = 'refused'",
    );
    expect(acts).to.have.length(1);
    const next = await grow(1);
    await anchorOf().deliver(next);
    expect((await heads()).at(-1)).to.equal(next.no);
  });

  it('is told by a sender whose database was set back that the histories differ', async () => {
    const held = (await storage.lastSeal())!;
    const restored = {
      ...storage,
      readSeals: async (after: number, limit: number) =>
        (await storage.readSeals(after, limit)).filter(({ no }) => no < held.no),
    };
    const before = (await storage.readSeals(held.no - 2, 1))[0]!;
    const { egress } = buildEgress(core, {
      allow: [`audit:witness http 127.0.0.1:${served.port}`],
    });
    const anchor = createWitnessAnchor({
      ...{ egress, url: `http://127.0.0.1:${served.port}`, trail: restored, everyMs: 5_000 },
      ...{ witnesses, folder, clock: core.clock },
    });
    expect(await codeOf(anchor.deliver(before))).to.equal('witness.inconsistent');
  });

  it('knows no other trail, no other key, and nothing that is no head', async () => {
    const count = (await heads()).length;
    const other = createNoteSigner('vaultdesk/unknown', generateSealKey());
    const thief = createNoteSigner(signer.name, generateSealKey());
    const text = (name: string) =>
      `${name}\n1\n${Buffer.alloc(32).toString('base64')}\nseal 1 ${Buffer.alloc(32).toString('base64')}\n`;
    for (const checkpoint of [
      other.sign(text(other.name)),
      thief.sign(text(signer.name)),
      'nothing',
      '\u202e',
    ])
      expect((await offer({ checkpoint, provenFrom: 0, proof: [] })).json.code).to.equal(
        'witness.unknown_trail',
      );
    for (const body of [
      { checkpoint: 'x', provenFrom: -1, proof: [] },
      { checkpoint: 'x', provenFrom: 0, proof: ['zz'] },
      { checkpoint: 'x', provenFrom: 0, proof: Array.from({ length: 65 }, () => '00'.repeat(32)) },
      { checkpoint: 'x'.repeat(16 * 1024 + 1), provenFrom: 0, proof: [] },
      {},
    ])
      expect((await offer(body)).status).to.equal(400);
    expect(await heads()).to.have.length(count);
  });

  it('keeps what it saw, whoever deletes it by SQL', async function () {
    skipOnStandIn(this);
    expect(await codeOf(core.sql('DELETE FROM witness_head'))).to.not.equal('none');
  });
});
