import { trainEmbedding, scoreEmbedding, type EmbeddingModel } from './embedding.ts';
import type { HashedText } from './features.ts';
import { buildIndex, createSearcher, findNeighbours, type Neighbour, type Searcher } from './neighbours.ts';
import { scoreLinear, trainLinear, type LinearModel } from './svm.ts';
import { buildVocabulary, vectorise, type SparseVector, type Vocabulary } from './vocabulary.ts';

/** Above this many articles one weight per feature and article no longer fits; the retrieved articles are reranked instead. */
export const CLASSIFIED_ARTICLES_MAX = 500;
/** How many articles of the inverted index are reranked above that. */
export const RERANKED_ARTICLES = 50;
/** Scores each article has, in this order: machines, network, and the two readings of the nearest questions. */
export const MEMBER_NAMES = ['linear', 'embedding', 'votes', 'nearest'] as const;
export const MEMBER_COUNT = MEMBER_NAMES.length;

// Weight memory is bounded: 16 million numbers are 64 MB. The rarest features lose theirs first.
const LINEAR_WEIGHTS_MAX = 16_000_000;
const EMBEDDING_WEIGHTS_MAX = 6_000_000;
// In large collections features of a single question are mostly typing errors, and half of the memory.
const SINGLE_FEATURES_QUESTIONS = 4_000;
// Chosen on development questions of public Chinese and English sets; see docs/robot-evaluation.md.
const LINEAR_SETTINGS = { costOwn: 2, costOther: 1, passes: 8 };
const EMBEDDING_SETTINGS = { dimension: 48, passes: 12, rate: 0.2, dropout: 0.5 };
const NEIGHBOURS = 24;
const NEIGHBOURS_RERANKED = 200;
const VOTE_TEMPERATURE = 0.05;

/** Everything that scores: the vocabulary, the trained models, and the index of known questions. */
export interface Members {
  classCount: number;
  vocabulary: Vocabulary;
  /** Absent above `CLASSIFIED_ARTICLES_MAX` articles. */
  linear?: LinearModel;
  /** Networks that differ in their seed only; their mean is steadier than each. Empty when `linear` is absent. */
  embeddings: EmbeddingModel[];
  searcher: Searcher;
  /** Article number of each indexed question. */
  labels: Int32Array;
}

/** Scores of the articles in question for one text. */
export interface Scored {
  /** Article numbers; all of them in a small knowledge base. */
  classes: Uint32Array;
  /** For each article MEMBER_COUNT scores in a row. */
  scores: Float64Array;
  neighbours: Neighbour[];
  unknownRatio: number;
  unknownWords: number;
  length: number;
}

/** Known questions with their articles; -1 is a text that belongs to none. */
export interface LabelledTexts {
  texts: HashedText[];
  labels: Int32Array;
  classCount: number;
  /** Only the first so many are shown to the index: guesses teach the trained models, but nobody is told "nearest: a guess". */
  approvedCount: number;
}

/** Trains all members on the given questions, with `networkCount` networks. */
export function trainMembers(data: LabelledTexts, options: { seed: number; networkCount: number }): Members {
  const { texts, labels, classCount } = data;
  const vocabulary = buildVocabulary(texts, texts.length >= SINGLE_FEATURES_QUESTIONS ? 2 : 1);
  const vectors = texts.map((text) => vectorise(text, vocabulary));
  const featureCount = vocabulary.hashes.length;
  const index = buildIndex(
    vectors.slice(0, data.approvedCount).map(({ sharp }) => sharp),
    featureCount,
  );
  const members: Members = {
    classCount,
    vocabulary,
    searcher: createSearcher(index),
    labels,
    embeddings: [],
  };
  if (classCount > CLASSIFIED_ARTICLES_MAX) return members;
  const soft = vectors.map((vector) => vector.soft);
  members.linear = trainLinear(soft, labels, {
    ...LINEAR_SETTINGS,
    classCount,
    featureCount: Math.min(featureCount, Math.floor(LINEAR_WEIGHTS_MAX / classCount)),
    seed: options.seed + 1,
  });
  for (let network = 0; network < options.networkCount; network++) {
    const settings = {
      ...EMBEDDING_SETTINGS,
      classCount,
      featureCount: Math.min(featureCount, Math.floor(EMBEDDING_WEIGHTS_MAX / EMBEDDING_SETTINGS.dimension)),
      seed: options.seed + 2 + network,
    };
    members.embeddings.push(trainEmbedding(soft, labels, settings));
  }
  return members;
}

/** A known question that must not be seen: itself, or its whole article, when its own score is wanted without cheating. */
export interface Exclusion {
  question?: number;
  classIndex?: number;
}

/** Scores one text. `excluded` applies to the index only. */
export function scoreMembers(members: Members, text: HashedText, excluded: Exclusion = {}): Scored {
  const { sharp, soft, unknownRatio, unknownWords } = vectorise(text, members.vocabulary);
  const isSmall = members.linear !== undefined;
  const extra = excluded.classIndex === undefined ? 1 : 60;
  const wanted = (isSmall ? NEIGHBOURS : NEIGHBOURS_RERANKED) + extra;
  const neighbours = findNeighbours(members.searcher, sharp, wanted).filter(
    (neighbour) =>
      neighbour.question !== excluded.question && members.labels[neighbour.question] !== excluded.classIndex,
  );
  const classes = isSmall
    ? Uint32Array.from({ length: members.classCount }, (_, c) => c)
    : retrieved(members, neighbours);
  const scores = new Float64Array(classes.length * MEMBER_COUNT);
  if (members.linear) scoreTrained(members, soft, scores);
  scoreNeighbours(members, neighbours, { classes, scores });
  return { classes, scores, neighbours, unknownRatio, unknownWords, length: text.length };
}

function retrieved(members: Members, neighbours: Neighbour[]): Uint32Array {
  const classes = new Set<number>();
  for (const { question } of neighbours) {
    const label = members.labels[question]!;
    if (label >= 0) classes.add(label);
    if (classes.size === RERANKED_ARTICLES) break;
  }
  return Uint32Array.from(classes);
}

function scoreTrained(members: Members, vector: SparseVector, scores: Float64Array): void {
  const row = new Float64Array(members.classCount);
  scoreLinear(members.linear!, vector, row);
  for (let c = 0; c < row.length; c++) scores[c * MEMBER_COUNT] = row[c]!;
  for (const embedding of members.embeddings) {
    scoreEmbedding(embedding, vector, row);
    for (let c = 0; c < row.length; c++) {
      // Below e^-12 a network only says "no", in a way that depends on the number of passes.
      scores[c * MEMBER_COUNT + 1]! += Math.max(-12, row[c]!) / members.embeddings.length;
    }
  }
}

function scoreNeighbours(
  members: Members,
  neighbours: Neighbour[],
  into: { classes: Uint32Array; scores: Float64Array },
): void {
  const position = new Map<number, number>();
  for (let at = 0; at < into.classes.length; at++) position.set(into.classes[at]!, at);
  const votes = new Float64Array(into.classes.length).fill(1);
  for (const { question, similarity } of neighbours) {
    const at = position.get(members.labels[question]!);
    if (at === undefined) continue;
    votes[at]! += Math.exp(similarity / VOTE_TEMPERATURE) - 1;
    const nearestAt = at * MEMBER_COUNT + 3;
    into.scores[nearestAt] = Math.max(into.scores[nearestAt]!, similarity);
  }
  for (let at = 0; at < votes.length; at++) {
    into.scores[at * MEMBER_COUNT + 2] = VOTE_TEMPERATURE * Math.log(votes[at]!);
  }
}
