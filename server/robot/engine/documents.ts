import { foldCharacters } from './normalise.ts';

/** A document to find answers in. The text is bounded to 200,000 characters, what follows is not read. */
export interface SourceDocument {
  docid: string;
  text: string;
}

/** The document that fits a question best, and the piece of it that answers: a verbatim part of its text. */
export interface FoundDocument {
  docid: string;
  span: string;
  /** 0 and more; only the order of the scores of one question means something. */
  score: number;
}

/** Longer documents are cut: a page of rules has some thousand characters, an attack has millions. */
export const DOCUMENT_CHARACTERS_MAX = 200_000;
const QUESTION_CHARACTERS_MAX = 512;
// A heading or the opening sentence says what a document is about; so many characters count as such.
const TITLE_CHARACTERS = 60;
// A piece is one sentence with its neighbours, up to so many characters.
const PIECE_CHARACTERS = 120;
const PIECE_SENTENCES = 3;
const SPAN_CHARACTERS_MAX = 240;
/** How many documents of the first look are read closely. */
const READ_CLOSELY = 20;

// Saturation and length of the ranking function, as usual for texts of some hundred to some thousand characters.
const DOCUMENT_BM25 = { k1: 1.2, b: 0.6 };
const PIECE_BM25 = { k1: 1, b: 0.3 };
/** Weights of the five readings of a document; fitted on questions whose document is known (docs/robot-evaluation.md). */
const WEIGHTS = { whole: 1, piece: 0.8, title: 0.5, covered: 0.5, phrases: 0.8 };

// What makes a text a question and is not what it asks about.
const ASKING =
  /请问|什么样|什么|哪些方面|哪些|哪几[个条项类种方面]*|哪[个条种项类天里位家]|如何|怎么样|怎么|怎样|多少|为什么|为何|何时|何种|是否|有没有|吗|呢|主要|具体|进行|相关|的|了/g;

interface Posting {
  document: number;
  count: number;
}

interface IndexedDocument {
  docid: string;
  text: string;
  folded: string;
  length: number;
  sentences?: Sentence[];
}

/** Documents by the pairs of characters (or words) they hold. */
export interface DocumentIndex {
  documents: IndexedDocument[];
  postings: Map<string, Posting[]>;
  meanLength: number;
}

const RUN = /[\p{Script=Han}]+|[\p{L}\p{M}]+|\d+/gu;
const HAN = /\p{Script=Han}/u;

/** Terms in their order: pairs of ideographs, whole words, whole numbers. */
function termsOf(folded: string): string[] {
  const terms: string[] = [];
  for (const [run] of folded.matchAll(RUN)) {
    if (!HAN.test(run)) terms.push(run);
    else if (run.length === 1) terms.push(run);
    else for (let at = 0; at + 2 <= run.length; at++) terms.push(run.slice(at, at + 2));
  }
  return terms;
}

function countTerms(terms: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** Builds the index; linear in the characters. */
export function indexDocuments(sources: SourceDocument[]): DocumentIndex {
  const postings = new Map<string, Posting[]>();
  const documents = sources.map(({ docid, text }, document) => {
    const cut = text.slice(0, DOCUMENT_CHARACTERS_MAX);
    const folded = foldCharacters(cut);
    const terms = termsOf(folded);
    for (const [term, count] of countTerms(terms)) {
      const known = postings.get(term);
      if (known) known.push({ document, count });
      else postings.set(term, [{ document, count }]);
    }
    return { docid, text: cut, folded, length: terms.length };
  });
  const total = documents.reduce((sum, { length }) => sum + length, 0);
  return { documents, postings, meanLength: Math.max(1, total / Math.max(1, documents.length)) };
}

function rarity(index: DocumentIndex, term: string): number {
  const found = index.postings.get(term)?.length ?? 0;
  return Math.log(1 + (index.documents.length - found + 0.5) / (found + 0.5));
}

function saturate(
  count: number,
  length: { own: number; mean: number },
  { k1, b }: { k1: number; b: number },
) {
  return (count * (k1 + 1)) / (count + k1 * (1 - b + (b * length.own) / length.mean));
}

interface Asked {
  terms: { term: string; weight: number }[];
  /** Sum of the weights of all terms, known or not. */
  total: number;
  /** Pieces of three and four ideographs with the weight of the pairs in them. */
  phrases: { phrase: string; weight: number }[];
}

function readQuestion(index: DocumentIndex, question: string): Asked {
  const folded = foldCharacters(question.slice(0, QUESTION_CHARACTERS_MAX)).replace(ASKING, ' ');
  const terms = [...countTerms(termsOf(folded)).keys()].map((term) => ({
    term,
    weight: rarity(index, term),
  }));
  const weightOf = new Map(terms.map(({ term, weight }) => [term, weight]));
  const phrases: Asked['phrases'] = [];
  for (const [run] of folded.matchAll(RUN)) {
    for (const length of [3, 4]) {
      for (let at = 0; HAN.test(run) && at + length <= run.length; at++) {
        const phrase = run.slice(at, at + length);
        let weight = 0;
        for (let pair = 0; pair + 2 <= length; pair++)
          weight += weightOf.get(phrase.slice(pair, pair + 2)) ?? 0;
        phrases.push({ phrase, weight: weight / (length - 1) });
      }
    }
  }
  return { terms, total: terms.reduce((sum, { weight }) => sum + weight, 0), phrases };
}

/** First look: the ranking function over whole documents. */
function rankWhole(index: DocumentIndex, asked: Asked): { document: number; score: number }[] {
  const scores = new Map<number, number>();
  for (const { term, weight } of asked.terms) {
    for (const { document, count } of index.postings.get(term) ?? []) {
      const length = { own: index.documents[document]!.length, mean: index.meanLength };
      scores.set(document, (scores.get(document) ?? 0) + weight * saturate(count, length, DOCUMENT_BM25));
    }
  }
  return [...scores]
    .map(([document, score]) => ({ document, score }))
    .sort((a, b) => b.score - a.score || a.document - b.document)
    .slice(0, READ_CLOSELY);
}

/** Where the sentences of a text begin and end; spaces part paragraphs in texts that came from web pages. */
function findSentences(folded: string): { from: number; to: number }[] {
  const sentences: { from: number; to: number }[] = [];
  let from = 0;
  for (let at = 0; at < folded.length; at++) {
    const unit = folded[at]!;
    const isEnd = '。!?;\n'.includes(unit) || (unit === ' ' && HAN.test(folded[at - 1] ?? ''));
    if (!isEnd && at + 1 < folded.length) continue;
    if (folded.slice(from, at + 1).trim() !== '') sentences.push({ from, to: at + 1 });
    from = at + 1;
  }
  return sentences;
}

interface Sentence {
  from: number;
  to: number;
  counts: Map<string, number>;
}

/** Sentences of a document with their terms, found once. */
function sentencesOf(document: IndexedDocument): Sentence[] {
  document.sentences ??= findSentences(document.folded).map(({ from, to }) => ({
    from,
    to,
    counts: countTerms(termsOf(document.folded.slice(from, to))),
  }));
  return document.sentences;
}

interface Piece {
  from: number;
  to: number;
  score: number;
}

/** The piece of a document that holds most of what is asked, near together. */
function findPiece(asked: Asked, document: IndexedDocument): Piece {
  const sentences = sentencesOf(document);
  let best: Piece = { from: 0, to: 0, score: -1 };
  for (let first = 0; first < sentences.length; first++) {
    const { from } = sentences[first]!;
    const counts = new Float64Array(asked.terms.length);
    for (let last = first; last < Math.min(sentences.length, first + PIECE_SENTENCES); last++) {
      const sentence = sentences[last]!;
      if (last > first && sentence.to - from > PIECE_CHARACTERS) break;
      for (const [t, { term }] of asked.terms.entries()) counts[t]! += sentence.counts.get(term) ?? 0;
      const score = scorePiece(asked, counts, sentence.to - from);
      if (score > best.score + 1e-9) best = { from, to: sentence.to, score };
    }
  }
  return best;
}

function scorePiece(asked: Asked, counts: Float64Array, own: number): number {
  let score = 0;
  for (const [t, { weight }] of asked.terms.entries()) {
    if (counts[t]! > 0) score += weight * saturate(counts[t]!, { own, mean: PIECE_CHARACTERS }, PIECE_BM25);
  }
  return score;
}

function shareIn(asked: Asked, text: string): number {
  let found = 0;
  for (const { term, weight } of asked.terms) if (text.includes(term)) found += weight;
  return asked.total > 0 ? found / asked.total : 0;
}

function phrasesIn(asked: Asked, text: string): number {
  let found = 0;
  let total = 0;
  for (const { phrase, weight } of asked.phrases) {
    total += weight;
    if (text.includes(phrase)) found += weight;
  }
  return total > 0 ? found / total : 0;
}

/** The five readings of a document, each about 0 to 1. */
export interface Readings {
  whole: number;
  piece: number;
  title: number;
  covered: number;
  phrases: number;
}

interface Read {
  document: IndexedDocument;
  piece: Piece;
  readings: Readings;
}

/** Reads the best documents of the first look closely; best of the first look first. For fitting the weights. */
export function readDocuments(index: DocumentIndex, question: string): Read[] {
  const asked = readQuestion(index, question);
  const scale = Math.max(1e-9, asked.total);
  return rankWhole(index, asked).map(({ document: at, score }) => {
    const document = index.documents[at]!;
    const piece = findPiece(asked, document);
    const readings = {
      whole: score / scale,
      piece: piece.score / scale,
      title: shareIn(asked, document.folded.slice(0, TITLE_CHARACTERS)),
      covered: shareIn(asked, document.folded),
      phrases: phrasesIn(asked, document.folded),
    };
    return { document, piece, readings };
  });
}

/**
 * The best document for a question, and a verbatim piece of it. Undefined when no document shares a term with the
 * question. Reads at most 512 characters of it.
 */
export function findDocument(index: DocumentIndex, question: string): FoundDocument | undefined {
  let best: (Read & { score: number }) | undefined;
  for (const read of readDocuments(index, question)) {
    const score = weigh(read.readings);
    if (!best || score > best.score) best = { ...read, score };
  }
  if (!best) return undefined;
  const { document, piece, score } = best;
  return { docid: document.docid, span: cutSpan(document.text, piece), score };
}

function weigh(readings: Readings): number {
  return (Object.keys(WEIGHTS) as (keyof Readings)[]).reduce(
    (sum, name) => sum + WEIGHTS[name] * readings[name],
    0,
  );
}

/** The piece as it stands in the text; one that announces a list ("as follows:") takes the beginning of the list along. */
function cutSpan(text: string, { from, to }: Piece): string {
  const isAnnounced = /[:：]\s*$/.test(text.slice(from, to));
  const end = Math.min(
    text.length,
    isAnnounced ? from + SPAN_CHARACTERS_MAX : to,
    from + SPAN_CHARACTERS_MAX,
  );
  return text.slice(from, end).trim();
}
