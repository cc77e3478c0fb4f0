import { findPlace, type EventRow, type ProofSource, type SealRow } from '../../../audit/index.ts';

/** Finds where entries stand in the tree, for lists. */
export interface LeafPlaces {
  /** Index of the entry's leaf; null while it is not sealed. */
  indexOf(row: EventRow): Promise<number | null>;
}

/** Searches begin at a seal number that is a multiple of this, so that neighbours read the same pages. */
const PAGE_SEALS = 50;
/** Pages kept, each about 50 KiB. Seals never change, so a full page stays right for ever. */
const PAGES_MAX = 100;

/** Makes a finder that remembers pages of seals; a list of 50 entries then costs a handful of reads. */
export function createLeafPlaces(source: ProofSource): LeafPlaces {
  const pages = new Map<string, SealRow[]>();
  const remembering: ProofSource = {
    ...source,
    async firstSealSince(at) {
      const first = await source.firstSealSince(at);
      // Beginning earlier finds the same seal.
      return first === undefined ? undefined : first - ((first - 1) % PAGE_SEALS);
    },
    async readSeals(afterNo, limit) {
      const key = `${afterNo}/${limit}`;
      const known = pages.get(key);
      if (known !== undefined) return known;
      const seals = await source.readSeals(afterNo, limit);
      if (seals.length === limit) {
        pages.set(key, seals);
        if (pages.size > PAGES_MAX) pages.delete(pages.keys().next().value as string);
      }
      return seals;
    },
  };
  return {
    async indexOf(row) {
      return (await findPlace(remembering, row))?.index ?? null;
    },
  };
}
