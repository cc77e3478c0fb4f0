import {
  judgeHead,
  parseHead,
  type Cosigner,
  type SignedHead,
  type TrailKeys,
} from '../../../audit/index.ts';
import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { refuse, type Refusal } from '../../platform/http/index.ts';
import { DatabaseConflict, type Tx } from '../../platform/persistence/index.ts';
import type { WitnessHeadRow } from './witness.entity.ts';
import { insertRefusal, insertWitnessed, lastWitnessed } from './witness.repo.ts';

/** A head that an installation offers, with the proof that it goes on from `provenFrom` leaves. */
export interface OfferedHead {
  checkpoint: string;
  provenFrom: number;
  /** Hex. */
  proof: readonly string[];
}

/** What the witness answers: it kept the head, had it, or stands elsewhere, at the seal and size it names. */
export interface WitnessAnswer {
  state: 'kept' | 'known' | 'elsewhere';
  sealNo: number;
  size: number;
  /** The witness's signature line under the head, when it keeps that very one. */
  cosignature?: string;
}

/** What a witness needs. */
export interface WitnessDeps {
  clock: Clock;
  ids: Ids;
  /** Public keys of the trails this installation is a witness of. */
  trails: readonly TrailKeys[];
  /** Signs heads that are kept. */
  cosigner: Cosigner;
  /** Tells officers of two heads that contradict each other; in the unit of work that keeps them. */
  onRefused(tx: Tx, refused: { origin: string; refusalId: string }): Promise<void>;
}

/** Keeps the heads of other installations' trails, each only when it goes on from the one before. */
export class WitnessService {
  readonly #deps: WitnessDeps;

  constructor(deps: WitnessDeps) {
    this.#deps = deps;
  }

  /** Takes a head. `witness.unknown_trail` for one of no trail of ours; `witness.inconsistent` after keeping both. */
  async offer(tx: Tx, offered: OfferedHead): Promise<WitnessAnswer | Refusal> {
    const origin = parseHead(offered.checkpoint)?.origin;
    const keys = this.#deps.trails.find((trail) => trail.origin === origin);
    if (keys === undefined) throw new AppError('witness.unknown_trail');
    const row = await lastWitnessed(tx, keys.origin);
    const held = row === undefined ? undefined : parseHead(row.checkpoint);
    const proof = offered.proof.map((hash) => Buffer.from(hash, 'hex'));
    const verdict = judgeHead(held, { ...offered, proof }, keys);
    switch (verdict.kind) {
      case 'foreign':
        throw new AppError('witness.unknown_trail');
      case 'inconsistent':
        return this.#refuse(tx, keys.origin, { held: row?.checkpoint ?? '', offered: offered.checkpoint });
      case 'follows':
        return this.#keep(tx, row, { ...verdict.head, checkpoint: offered.checkpoint });
      default: {
        const state = verdict.kind;
        this.#record(tx, keys.origin, { state, seal: row?.sealNo ?? 0 });
        const standing = { state, sealNo: row?.sealNo ?? 0, size: row?.treeSize ?? 0 };
        return verdict.kind === 'known' ? { ...standing, cosignature: this.#cosign(verdict.head) } : standing;
      }
    }
  }

  async #keep(
    tx: Tx,
    last: WitnessHeadRow | undefined,
    head: SignedHead & { checkpoint: string },
  ): Promise<WitnessAnswer> {
    const { ids, clock } = this.#deps;
    const { origin, sealNo, size, checkpoint } = head;
    const place = { origin, headNo: (last?.headNo ?? 0) + 1, sealNo, treeSize: size };
    try {
      await insertWitnessed(tx, { id: ids.next(), ...place, checkpoint, receivedAt: clock.now() });
    } catch (error) {
      if (!(error instanceof DatabaseConflict)) throw error;
      throw new AppError('server.busy', { cause: error });
    }
    this.#record(tx, origin, { state: 'kept', seal: sealNo });
    return { state: 'kept', sealNo, size, cosignature: this.#cosign(head) };
  }

  #cosign({ note }: SignedHead): string {
    return this.#deps.cosigner.cosign(note.text, this.#deps.clock.now());
  }

  async #refuse(tx: Tx, origin: string, heads: { held: string; offered: string }): Promise<Refusal> {
    const { ids, clock, onRefused } = this.#deps;
    const id = ids.next();
    await insertRefusal(tx, { id, origin, ...heads, receivedAt: clock.now() });
    tx.record({
      ...{ action: 'audit.witness', outcome: 'refused', reason: 'witness.inconsistent' },
      target: { type: 'witness-refusal', id },
      details: { origin },
    });
    await onRefused(tx, { origin, refusalId: id });
    return refuse('witness.inconsistent');
  }

  #record(tx: Tx, origin: string, details: { state: string; seal: number }): void {
    tx.record({ action: 'audit.witness', outcome: 'ok', details: { origin, ...details } });
  }
}
