import { AppError } from '../../kernel/index.ts';
import { SHARE_WORDS } from './share-words.ts';

const RADIX_BITS = 10;
const CHECKSUM_WORDS = 3;
const HEADER_WORDS = 4;
/** 128 bits of secret are the least SLIP-0039 knows. */
const WORDS_MIN = 20;
const GENERATOR = [
  0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890,
  0x3f3f120,
];
const WORD_PLACES = new Map(SHARE_WORDS.map((word, place) => [word, place]));

/** One share as SLIP-0039 lays it out. */
export interface WordShare {
  /** Random, the same in all shares of one split; 15 bits. */
  identifier: number;
  isExtendable: boolean;
  iterationExponent: number;
  groupIndex: number;
  groupThreshold: number;
  groupCount: number;
  memberIndex: number;
  memberThreshold: number;
  value: Buffer;
}

/** Why shares are refused; `details.reason` of `crypto.share_invalid`. */
export type ShareFault = 'word' | 'length' | 'checksum' | 'padding' | 'set' | 'too_few' | 'digest';

/** What is wrong, and what to do, in words; braces name a detail. */
const EXPLANATIONS: Record<ShareFault, string> = {
  word: 'Word {position} of a share is none of the list; type it again.',
  length: 'A share has {words} words, which no share of ours has; type it again.',
  checksum: 'A word of a share is wrong: its checksum does not fit; type it again.',
  padding: 'A share was not made by this program.',
  set: 'The shares are not exactly those of one split, each once.',
  too_few: '{needed} shares are needed, {given} were given.',
  digest: 'The shares do not belong together: one of them is of another key.',
};

/** The error of shares that cannot be used; `details` name numbers and places, never a word. */
export function shareFault(reason: ShareFault, details: Record<string, number> = {}): AppError {
  const explanation = EXPLANATIONS[reason].replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    String(details[name] ?? '?'),
  );
  return new AppError('crypto.share_invalid', { details: { reason, explanation, ...details } });
}

/** Reads the words of one share; throws `crypto.share_invalid` naming the word or what does not fit. */
export function parseShare(text: string): WordShare {
  const words = text.normalize('NFKC').trim().toLowerCase().split(/\s+/u);
  const places = words.map((word, index) => {
    const place = WORD_PLACES.get(word);
    if (place === undefined) throw shareFault('word', { position: index + 1 });
    return place;
  });
  if (places.length < WORDS_MIN) throw shareFault('length', { words: places.length });
  const isExtendable = ((places[1] as number) >> 4) % 2 === 1;
  if (checksumOf(places, isExtendable) !== 1) throw shareFault('checksum');
  const valueWords = places.slice(HEADER_WORDS, -CHECKSUM_WORDS);
  const paddingBits = (valueWords.length * RADIX_BITS) % 16;
  if (paddingBits > 8) throw shareFault('length', { words: places.length });
  const header = places.slice(0, HEADER_WORDS).reduce((all, place) => all * 1024n + BigInt(place), 0n);
  const field = (bitsBelow: number, bits: number) =>
    Number((header >> BigInt(bitsBelow)) % (1n << BigInt(bits)));
  const share = {
    identifier: field(25, 15),
    isExtendable,
    iterationExponent: field(20, 4),
    groupIndex: field(16, 4),
    groupThreshold: field(12, 4) + 1,
    groupCount: field(8, 4) + 1,
    memberIndex: field(4, 4),
    memberThreshold: field(0, 4) + 1,
    value: toBytes(valueWords, paddingBits),
  };
  if (share.groupThreshold > share.groupCount) throw shareFault('set');
  return share;
}

/** The words of a share. */
export function writeShare(share: WordShare): string {
  const header = [
    ...[[share.identifier, 15] as const, [share.isExtendable ? 1 : 0, 1] as const],
    ...[[share.iterationExponent, 4] as const, [share.groupIndex, 4] as const],
    ...[[share.groupThreshold - 1, 4] as const, [share.groupCount - 1, 4] as const],
    ...[[share.memberIndex, 4] as const, [share.memberThreshold - 1, 4] as const],
  ].reduce((all, [value, bits]) => (all << BigInt(bits)) + BigInt(value), 0n);
  const valueWords = Math.ceil((share.value.length * 8) / RADIX_BITS);
  const body = [
    ...toWords(header, HEADER_WORDS),
    ...toWords(BigInt(`0x${share.value.toString('hex')}`), valueWords),
  ];
  const sum = checksumOf([...body, 0, 0, 0], share.isExtendable) ^ 1;
  const checksum = [2, 1, 0].map((index) => (sum >> (RADIX_BITS * index)) & 1023);
  return [...body, ...checksum].map((place) => SHARE_WORDS[place]).join(' ');
}

function toWords(value: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    return Number((value >> BigInt(RADIX_BITS * (count - 1 - index))) % 1024n);
  });
}

function toBytes(words: readonly number[], paddingBits: number): Buffer {
  const value = words.reduce((all, place) => all * 1024n + BigInt(place), 0n);
  const bytes = (words.length * RADIX_BITS - paddingBits) / 8;
  if (value >> BigInt(bytes * 8) !== 0n) throw shareFault('padding');
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
}

/** RS1024: a Reed-Solomon code over words that finds any three wrong ones. */
function checksumOf(places: readonly number[], isExtendable: boolean): number {
  const customisation = Buffer.from(isExtendable ? 'shamir_extendable' : 'shamir', 'latin1');
  let sum = 1;
  for (const value of [...customisation, ...places]) {
    const top = sum >>> 20;
    sum = ((sum & 0xfffff) << RADIX_BITS) ^ value;
    for (let i = 0; i < GENERATOR.length; i += 1) if ((top >> i) & 1) sum ^= GENERATOR[i] as number;
  }
  return sum;
}
