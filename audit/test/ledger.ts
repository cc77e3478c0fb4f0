import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditAction } from '../actions.ts';
import { createFolderAnchor, readAnchors } from '../anchors.ts';
import { epochStartDrafts } from '../epoch.ts';
import { createKeyFile, parseKeyFile } from '../keys.ts';
import { createAuditLane, type AuditLane, type SequencedEntry } from '../lane.ts';
import { createNoteSigner, generateSealKey, type NoteSigner } from '../note.ts';
import { createSealer } from '../sealer.ts';
import type { SignatureKind } from '../signatures.ts';
import { createDatabaseReader } from '../verify-database.ts';
import type { VerifyResult } from '../verify-result.ts';
import { verifyTrail } from '../verify.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { buildDraft, buildStamp, TEST_NOW } from './support.ts';

/** A small deterministic source of chance (mulberry32). */
export function createChance(seed: number): { below(limit: number): number } {
  let state = seed >>> 0;
  return {
    below(limit) {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) % limit;
    },
  };
}

/** A trail with everything in it: several lanes, epochs, voids, a named hole, late entries. */
export interface Ledger {
  store: MemoryStore;
  signer: NoteSigner;
  keyFile: string;
  folder: string;
  anchors: string;
  verify(): Promise<VerifyResult>;
  remove(): Promise<void>;
}

const ACTIONS: AuditAction[] = [
  'ticket.view',
  'requester.reveal',
  'session.open',
  'message.send',
  'audit.search',
];

/** Grows a random trail of about `entryCount` entries over three epochs, sealed with a key of the kind. */
export async function buildLedger(
  seed: number,
  entryCount = 60,
  kind: SignatureKind = 'ed25519',
): Promise<Ledger> {
  const chance = createChance(seed);
  const folder = await mkdtemp(join(tmpdir(), 'vaultdesk-ledger-'));
  const anchors = join(folder, 'anchors');
  const store = createMemoryStore();
  const signer = createNoteSigner('vaultdesk.example/bank-1', generateSealKey(kind));
  const sink = createFolderAnchor(anchors);
  let nowMs = TEST_NOW.getTime();
  const sealer = createSealer({
    storage: store,
    signer,
    anchors: [sink],
    clock: { now: () => new Date(nowMs) },
  });
  const stamp = () => buildStamp({ at: new Date(nowMs) });
  const draw = (lane: AuditLane) => lane.draw(randomDraft(chance), stamp());

  for (let epoch = 1; epoch <= 3; epoch += 1) {
    const lanes = await startEpoch(store, epoch, stamp);
    let late: SequencedEntry | undefined;
    for (let count = 0; count < entryCount / 3;) {
      const lane = lanes[chance.below(lanes.length)]!;
      const batch = Array.from({ length: 1 + chance.below(3) }, () => draw(lane));
      count += batch.length;
      const fate = lane.isChained ? 9 : chance.below(10);
      if (fate === 0) for (const entry of batch) lane.abandon(entry);
      else if (fate === 1 && late === undefined) {
        late = batch[0];
        await store.insertEvents(batch.slice(1));
      } else await store.insertEvents(batch);
      const voids = chance.below(4) === 0 ? lanes[0]!.takeVoids(stamp()) : undefined;
      if (voids !== undefined) await store.insertEvents([voids]);
      nowMs += chance.below(2_000);
      if (chance.below(3) === 0) await sealer.sealOnce();
    }
    await store.insertEvents([draw(lanes[0]!)]);
    nowMs += 6_000;
    await sealer.sealOnce();
    if (late !== undefined && epoch !== 2) await store.insertEvents([late]);
    nowMs += 6_000;
    await sealer.sealOnce();
  }
  await sealer.sealOnce();
  await sink.close();
  const keyFile = createKeyFile(signer);
  const verify = () =>
    verifyTrail(createDatabaseReader(store), {
      keys: parseKeyFile(keyFile),
      anchors: [readAnchors(anchors)],
    });
  return { store, signer, keyFile, folder, anchors, verify, remove: () => rm(folder, { recursive: true }) };
}

async function startEpoch(
  store: MemoryStore,
  epoch: number,
  stamp: () => ReturnType<typeof buildStamp>,
): Promise<AuditLane[]> {
  await store.insertEpoch({ node: 'n1', epoch, laneCount: 3 });
  const clock = { now: () => new Date('2030-01-01') };
  const lanes = [0, 1, 2].map((lane) =>
    createAuditLane({ node: 'n1', epoch, lane, chained: lane > 0, clock }),
  );
  for (const draft of await epochStartDrafts(store, 'n1', epoch)) {
    await store.insertEvents([lanes[0]!.draw(draft, stamp())]);
  }
  return lanes;
}

function randomDraft(chance: { below(limit: number): number }) {
  const action = ACTIONS[chance.below(ACTIONS.length)]!;
  const isPersonal = chance.below(2) === 0;
  return buildDraft({
    action,
    target: { type: 'ticket', id: `t-${chance.below(9)}` },
    customer: isPersonal ? `q-${chance.below(9)}` : undefined,
    reason: ['callback', '核实身份', 'a"b\\c\n\u202e'][chance.below(3)],
    details: { count: chance.below(1_000) },
  });
}
