import { trainModel } from './train.ts';
import type { KnowledgeEntry, Lang } from './types.ts';
import { understand } from './understand.ts';

/** A wording that may become a similar question of an article. */
export interface ProposedWording {
  articleId: string;
  text: string;
}

/** What proposals change: of so many approved wordings hidden from both models, how many find their article. */
export interface Change {
  measured: number;
  rightBefore: number;
  rightAfter: number;
}

// Every fifth wording of an article that has at least this many is hidden; its standard question never is.
const WORDINGS_MIN = 4;
const HIDDEN_EACH = 5;
/** More hidden wordings say nothing new. */
const HIDDEN_MAX = 1_000;

/** Trains with and without the proposals and asks both models what was hidden from them. Heavy: two trainings. */
export function measureChange(
  entries: KnowledgeEntry[],
  proposals: ProposedWording[],
  { lang }: { lang: Lang },
): Change {
  const hidden: ProposedWording[] = [];
  const rest = entries.map((entry) => {
    if (entry.similar.length < WORDINGS_MIN) return entry;
    const kept = entry.similar.filter((text, place) => {
      const isHidden = place % HIDDEN_EACH === HIDDEN_EACH - 1 || place === entry.similar.length - 1;
      if (isHidden && hidden.length < HIDDEN_MAX) hidden.push({ articleId: entry.id, text });
      return !isHidden;
    });
    return { ...entry, similar: kept };
  });
  if (hidden.length === 0) return { measured: 0, rightBefore: 0, rightAfter: 0 };
  const taught = rest.map((entry) => ({
    ...entry,
    similar: [
      ...entry.similar,
      ...proposals.filter(({ articleId }) => articleId === entry.id).map(({ text }) => text),
    ],
  }));
  const countRight = (knowledge: KnowledgeEntry[]) => {
    const model = trainModel(knowledge, { lang });
    return hidden.filter(({ articleId, text }) => understand(model, text).candidates[0]?.id === articleId)
      .length;
  };
  return { measured: hidden.length, rightBefore: countRight(rest), rightAfter: countRight(taught) };
}
