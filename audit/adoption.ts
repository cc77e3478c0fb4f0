import type { AdoptedFork } from './adopted-fork.ts';
import type { AnchorRecord } from './anchors.ts';
import { sha256 } from './hash.ts';
import { keyForSeal, type TrailKeys } from './keys.ts';
import { isSignedBy } from './note.ts';
import type { VerifySource } from './storage.ts';

/** Whether an adoption explains a head with this number. */
export function isAdopted(forks: readonly AdoptedFork[], sealNo: number): boolean {
  return forks.some(({ after, to }) => after < sealNo && sealNo <= to);
}

/**
 * Looks through a folder of heads for those that the database lacks or has otherwise, and that nothing has explained.
 * Only heads signed by the trail's keys count. Cost: each head once, and one read for each.
 */
export async function findFork(
  source: VerifySource,
  anchors: AsyncIterable<AnchorRecord>,
  context: { keys: TrailKeys; known: readonly AdoptedFork[] },
): Promise<AdoptedFork | undefined> {
  const seals = createSealPages(source);
  let fork: AdoptedFork | undefined;
  const purgedTo = (await source.lastPurge())?.toSeal ?? 0;
  for await (const { head } of anchors) {
    if (head === undefined || head.sealNo < purgedTo || isAdopted(context.known, head.sealNo)) continue;
    const key = keyForSeal(context.keys, head.sealNo);
    const isOurs = key !== undefined && head.origin === context.keys.origin && isSignedBy(head.note, key);
    if (!isOurs || (await seals.hashOf(head.sealNo))?.equals(head.sealHash) === true) continue;
    const after = Math.min(fork?.after ?? Infinity, head.sealNo - 1);
    fork = { after, to: Math.max(fork?.to ?? 0, head.sealNo), head: head.sealHash };
  }
  return fork;
}

const SEALS_PER_PAGE = 500;

/** Hashes of statements by number, read in pages; heads come nearly in order. */
function createSealPages(source: VerifySource) {
  let page = new Map<number, Buffer>();
  let [from, to] = [1, 0];
  return {
    async hashOf(sealNo: number): Promise<Buffer | undefined> {
      if (sealNo < from || sealNo > to) {
        const seals = await source.readSeals(sealNo - 1, SEALS_PER_PAGE);
        page = new Map(seals.map(({ no, statement }) => [no, sha256(statement)]));
        [from, to] = [sealNo, sealNo + SEALS_PER_PAGE - 1];
      }
      return page.get(sealNo);
    },
  };
}
