import type { Found } from './found.ts';
import { parseHanNumber } from './numeral.rules.ts';

/** One value of a slot with choices: what is kept, what people read, and what else they call it. */
export interface Choice {
  value: string;
  title: string;
  synonyms?: string[];
}

const NEGATION =
  /(?:不是|不要|别|没有|并非|除了|不选|而不是|not|no|isn't|don't want)\s?(?:the |a |an |我的|那张|这张)?$/iu;
const ORDINAL = /^第?([一二三四五六七八九1-9])(?:个|项|种|号)?[。.!]?$/u;
/** Suffixes that customers leave out of the name of a branch. */
const BRANCH_SUFFIX = /(?:分行|支行|分理处|营业部|营业厅|网点|branch)$/iu;
const NAME_CHARACTERS_MIN = 2;

interface Name {
  choice: Choice;
  name: string;
}

/**
 * Choices that a text names: the longest name wins where names overlap, and one that is denied ("不是信用卡，是借记卡") does
 * not count. With `mayCount`, "2" and 第二个 mean the second choice of the question.
 */
export function findChoices(text: string, choices: readonly Choice[], mayCount: boolean): Found[] {
  const flat = text.toLowerCase();
  const names = choices
    .flatMap((choice) =>
      [choice.value, choice.title, ...(choice.synonyms ?? [])].map((name): Name => ({
        choice,
        name: name.toLowerCase(),
      })),
    )
    .filter(({ name }) => name !== '')
    .sort((a, b) => b.name.length - a.name.length);
  const found: Found[] = [];
  for (const { choice, name } of names) {
    for (const start of placesOf(flat, name)) {
      const end = start + name.length;
      if (found.some((other) => start < other.end && other.start < end)) continue;
      const isDenied = NEGATION.test(flat.slice(Math.max(0, start - 14), start));
      found.push({
        value: choice.value,
        text: text.slice(start, end),
        start,
        end,
        isPlain: true,
        ...(isDenied ? { fault: 'unknown' } : {}),
      });
    }
  }
  const said = found.filter(({ fault }) => fault === undefined);
  if (said.length > 0 || !mayCount) return said;
  return countedChoice(text, choices);
}

function placesOf(text: string, name: string): number[] {
  const places: number[] = [];
  const isWord = /^[a-z0-9 ]+$/u.test(name);
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const isInWord =
      isWord && (/[a-z0-9]/u.test(text[at - 1] ?? '') || /[a-z0-9]/u.test(text[at + name.length] ?? ''));
    if (!isInWord) places.push(at);
  }
  return places;
}

function countedChoice(text: string, choices: readonly Choice[]): Found[] {
  const tidy = text.trim();
  const [, place] = ORDINAL.exec(tidy) ?? [];
  const choice = place === undefined ? undefined : choices[(parseHanNumber(place) ?? 0) - 1];
  return choice ? [{ value: choice.value, text: tidy, start: 0, end: text.length, isPlain: false }] : [];
}

/** Branches by their names with or without 支行; one wrong character in a name of four and more is forgiven. */
export function findBranches(text: string, branches: readonly Choice[] | undefined): Found[] {
  if (branches === undefined || branches.length === 0) return freeBranches(text);
  const short = branches.map((branch) => ({
    ...branch,
    synonyms: [...(branch.synonyms ?? []), ...shortNames(branch)].filter(
      (name) => name.length >= NAME_CHARACTERS_MIN,
    ),
  }));
  const exact = findChoices(text, short, true);
  if (exact.length > 0) return exact;
  return short.flatMap((branch) =>
    [branch.title, ...branch.synonyms].flatMap((name) =>
      nearPlaces(text, name).map((start) => nearFound(text, { branch, start, name })),
    ),
  );
}

const shortNames = ({ title, synonyms }: Choice) =>
  [title, ...(synonyms ?? [])].map((name) => name.replace(BRANCH_SUFFIX, '').trim());

function nearFound(
  text: string,
  { branch, start, name }: { branch: Choice; start: number; name: string },
): Found {
  const end = start + name.length;
  return { value: branch.value, text: text.slice(start, end), start, end, isPlain: true };
}

function nearPlaces(text: string, name: string): number[] {
  if (name.length < 4 || !/\p{Script=Han}/u.test(name)) return [];
  const places: number[] = [];
  for (let at = 0; at + name.length <= text.length; at += 1) {
    const wrong = [...name].filter((character, place) => text[at + place] !== character).length;
    if (wrong === 1) places.push(at);
  }
  return places;
}

const FREE_BRANCH = /(?:去|到|在|选|是)?([\p{Script=Han}A-Za-z]{2,12}?(?:支行|分行|营业部|分理处|网点))/gu;

function freeBranches(text: string): Found[] {
  return [...text.matchAll(FREE_BRANCH)].map((match) => {
    const name = (match[1] ?? '').replace(/^(?:我|想|要|去|到|在|选|就|是|请|帮|改|成|约)+/u, '');
    const start = match.index + match[0].length - name.length;
    return { value: name, text: name, start, end: start + name.length, isPlain: true };
  });
}
