import { trainModel } from './train.ts';
import type { KnowledgeEntry, Lang, Outcome } from './types.ts';
import { understand } from './understand.ts';

/** A wording that may become a similar question of an article. */
export interface ProposedWording {
  articleId: string;
  text: string;
}

/** What a model does with a guarding question. */
interface Read {
  /** The first candidate; undefined when there is none. */
  firstId: string | undefined;
  outcome: Outcome;
}

/**
 * What proposals change: of so many approved wordings hidden from both models, how many find their article; and what
 * becomes of the guarding questions, in their order, with the whole knowledge.
 */
export interface Change {
  measured: number;
  rightBefore: number;
  rightAfter: number;
  guards: { before: Read; after: Read }[];
}

// Every fifth wording of an article that has at least this many is hidden; its standard question never is.
const WORDINGS_MIN = 4;
const HIDDEN_EACH = 5;
/** More hidden wordings say nothing new. */
const HIDDEN_MAX = 1_000;

/** Trains with and without the proposals and asks both what was hidden from them and the guards. Heavy: four trainings. */
export function measureChange(
  entries: KnowledgeEntry[],
  proposals: ProposedWording[],
  { lang, guards = [] }: { lang: Lang; guards?: readonly string[] },
): Change {
  const { hidden, rest } = hideWordings(entries);
  const countRight = (knowledge: KnowledgeEntry[]) => {
    if (hidden.length === 0) return 0;
    const model = trainModel(knowledge, { lang });
    return hidden.filter(({ articleId, text }) => understand(model, text).candidates[0]?.id === articleId)
      .length;
  };
  const ask = (knowledge: KnowledgeEntry[]): Read[] => {
    if (guards.length === 0) return [];
    const model = trainModel(knowledge, { lang });
    return guards.map((question) => {
      const { outcome, candidates } = understand(model, question);
      return { outcome, firstId: candidates[0]?.id };
    });
  };
  const after = ask(teach(entries, proposals));
  return {
    ...{ measured: hidden.length, rightBefore: countRight(rest) },
    rightAfter: countRight(teach(rest, proposals)),
    guards: ask(entries).map((before, place) => ({ before, after: after[place] ?? before })),
  };
}

function hideWordings(entries: KnowledgeEntry[]): { hidden: ProposedWording[]; rest: KnowledgeEntry[] } {
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
  return { hidden, rest };
}

function teach(entries: KnowledgeEntry[], proposals: readonly ProposedWording[]): KnowledgeEntry[] {
  return entries.map((entry) => ({
    ...entry,
    similar: [
      ...entry.similar,
      ...proposals.filter(({ articleId }) => articleId === entry.id).map(({ text }) => text),
    ],
  }));
}
