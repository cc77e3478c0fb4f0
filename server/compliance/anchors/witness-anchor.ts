import {
  addCosignature,
  appendCosigned,
  proveConsistency,
  type NoteVerifier,
  type SealRow,
  type VerifySource,
} from '../../../audit/index.ts';
import { AppError, type Clock } from '../../kernel/index.ts';
import type { Egress } from '../../platform/egress/index.ts';
import type { WitnessAnswer } from '../witness/witness.service.ts';
import type { OutsideAnchor } from './anchoring.ts';

const OWNER = 'audit:witness';
const PATH = '/api/v1/audit/witness';
const ATTEMPT_MS = 10_000;
const ANSWER_BYTES_MAX = 16 * 1024;
/** Leaves between two heads that are proven at once; after a long absence the witness is led on in such steps. */
const STEP_LEAVES = 100_000;
const STEPS_MAX = 1_000;
const SEALS_PER_PAGE = 200;

/** Where a witness stands. */
type Standing = Pick<WitnessAnswer, 'sealNo' | 'size'>;

/**
 * Heads to another installation, which keeps each only when it goes on from the one before. It proves that to the witness
 * from where the witness says it stands. Fails with `witness.inconsistent` when the witness knows another history. With the
 * witness's key its signature under each head is asked for, checked, and kept beside the heads in `folder`.
 */
export function createWitnessAnchor(deps: {
  egress: Pick<Egress, 'request'>;
  /** `https://host:port` of the witness. */
  url: string;
  /** PEM of the authority of its certificate; without it those of the system. */
  ca?: string;
  /** Its keys; none: its signatures are not asked for. */
  witnesses: readonly NoteVerifier[];
  /** Where heads that it signed are kept. */
  folder: string;
  clock: Clock;
  trail: VerifySource;
  everyMs: number;
}): OutsideAnchor {
  const { egress, url, ca, trail, everyMs, witnesses, folder, clock } = deps;
  const protocol = url.startsWith('https:') ? 'https' : 'http';
  let standing: Standing = { sealNo: 0, size: 0 };

  async function offer(seal: SealRow, proof: readonly Buffer[]): Promise<WitnessAnswer> {
    const body = {
      ...{ checkpoint: seal.checkpoint, provenFrom: standing.size },
      proof: proof.map((hash) => hash.toString('hex')),
    };
    const response = await egress.request(
      { owner: OWNER, protocol },
      {
        ...{
          method: 'POST',
          url: `${url}${PATH}`,
          timeoutMs: ATTEMPT_MS,
          maxResponseBytes: ANSWER_BYTES_MAX,
        },
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...(ca === undefined ? {} : { tls: { ca } }),
      },
    );
    return readAnswer(response.status, response.body);
  }

  /** Keeps the head as the witness signed it. */
  async function keep({ checkpoint }: SealRow, cosignature: string | undefined): Promise<void> {
    const cosigned = addCosignature(checkpoint, cosignature ?? '', witnesses);
    if (cosigned === undefined)
      throw new AppError('egress.invalid_answer', { details: { reason: 'cosignature' } });
    await appendCosigned(folder, { checkpoint: cosigned, at: clock.now() });
  }

  /** One step towards a head; the witness's own word of where it stands counts. */
  async function step(towards: SealRow): Promise<boolean> {
    const seal = await nextOf(trail, standing, towards);
    const proof = standing.size === 0 ? [] : await proveFrom(trail, standing, seal);
    const { state, sealNo, size, cosignature } = await offer(seal, proof);
    const isStuck = state === 'elsewhere' && sealNo === standing.sealNo;
    if (isStuck || sealNo > towards.no) throw new AppError('witness.inconsistent');
    standing = { sealNo, size };
    if (state !== 'elsewhere' && witnesses.length > 0) await keep(seal, cosignature);
    return state !== 'elsewhere' && sealNo >= towards.no;
  }

  return {
    ...{ name: `witness:${new URL(url).host}`, everyMs },
    async deliver(head) {
      for (let steps = 0; steps < STEPS_MAX; steps += 1) if (await step(head)) return;
      throw new AppError('egress.timeout');
    },
  };
}

/** The seal to prove next: the head itself, or one so many leaves behind the standing. */
async function nextOf(trail: VerifySource, standing: Standing, head: SealRow): Promise<SealRow> {
  if (standing.sealNo === 0 || head.size - standing.size <= STEP_LEAVES) return head;
  let next: SealRow | undefined;
  for (let no = standing.sealNo; ;) {
    const seals = await trail.readSeals(no, SEALS_PER_PAGE);
    for (const seal of seals) {
      if (seal.size - standing.size > STEP_LEAVES) return next ?? seal;
      next = seal;
    }
    if (seals.length < SEALS_PER_PAGE) return head;
    no = seals.at(-1)!.no;
  }
}

async function proveFrom(trail: VerifySource, standing: Standing, seal: SealRow): Promise<Buffer[]> {
  if (seal.size === standing.size) return [];
  const proof = await proveConsistency(trail, standing, { sealNo: seal.no, size: seal.size });
  // The seal the witness keeps is not in this database, or has another size here: it is not this history.
  if (proof === undefined) throw new AppError('witness.inconsistent');
  return proof;
}

function readAnswer(status: number, body: Buffer): WitnessAnswer {
  let json: Partial<WitnessAnswer> & { code?: unknown };
  try {
    json = JSON.parse(body.toString('utf8')) as typeof json;
  } catch (cause) {
    throw new AppError('egress.invalid_answer', { cause });
  }
  if (json.code === 'witness.inconsistent') throw new AppError('witness.inconsistent');
  if (json.code === 'witness.unknown_trail') throw new AppError('witness.unknown_trail');
  const { state, sealNo, size, cosignature } = json;
  const isKnown = state === 'kept' || state === 'known' || state === 'elsewhere';
  if (status !== 200 || !isKnown || !Number.isSafeInteger(sealNo) || !Number.isSafeInteger(size))
    throw new AppError('egress.invalid_answer', { details: { reason: String(status) } });
  return {
    ...{ state, sealNo: Number(sealNo), size: Number(size) },
    ...(typeof cosignature === 'string' ? { cosignature } : {}),
  };
}
