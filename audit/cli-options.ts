/** Arguments of one verb, parsed. */
export interface CliOptions {
  verb: string;
  /** Words that are no option, in order. */
  words: string[];
  /** `--name value`, by name. */
  values: Map<string, string[]>;
  isJson: boolean;
}

/** A command line that is not understood; exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Options with a value, and how many words each verb takes, at most where `wordsMin` is less. */
const VERBS: Record<string, { words: number; wordsMin?: number; options: readonly string[] }> = {
  verify: { words: 0, options: ['db', 'export', 'anchors', 'keys', 'witnesses', 'stamps', 'stamp-ca'] },
  export: {
    words: 0,
    options: [
      'db',
      'out',
      'anchors',
      'keys',
      'actor',
      'customer',
      'target',
      'action',
      'from-seal',
      'to-seal',
    ],
  },
  prove: { words: 1, options: ['db', 'out'] },
  'verify-proof': { words: 1, options: ['keys'] },
  consistency: { words: 2, options: ['db', 'keys'] },
  anchor: { words: 1, options: ['anchors'] },
  status: { words: 0, options: ['db', 'anchors'] },
  compare: { words: 2, options: ['db'] },
  purge: { words: 0, options: ['before', 'reason'] },
  adopt: { words: 0, options: ['anchors', 'reason'] },
  'rotate-key': { words: 0, options: [] },
  hold: {
    ...{ words: 2, wordsMin: 1 },
    options: ['customer', 'account', 'ticket', 'from', 'to', 'until', 'authority', 'reason'],
  },
  review: { words: 0, options: [] },
};

/** The verbs, for messages. */
export const CLI_USAGE =
  'vaultdesk audit verify [--db URL | --export DIR] [--anchors DIR]... [--keys FILE]\n' +
  '                       [--witnesses FILE] [--stamps DIR] [--stamp-ca FILE] [--json]\n' +
  '                export --out DIR [--actor ID] [--customer ID] [--target ID] [--action NAME]\n' +
  '                       [--from-seal N] [--to-seal N]\n' +
  '                prove ID [--out FILE] | verify-proof FILE [--keys FILE]\n' +
  '                consistency OLD NEW | anchor now|list | status\n' +
  '                compare SEAL ROOT\n' +
  '                purge --before TIME --reason TEXT | adopt --reason TEXT\n' +
  '                hold list | hold release ID --reason TEXT\n' +
  '                hold add [--customer ID] [--account ID] [--ticket ID] [--from TIME] [--to TIME]\n' +
  '                         --until TIME --authority TEXT --reason TEXT\n' +
  '                review | rotate-key\n';

/**
 * Parses the words after `vaultdesk audit`.
 * @throws UsageError
 */
export function parseCli(args: readonly string[]): CliOptions {
  const [verb = '', ...rest] = args;
  const spec = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (spec === undefined) throw new UsageError(verb === '' ? 'name a verb' : `unknown verb ${verb}`);
  const options: CliOptions = { verb, words: [], values: new Map(), isJson: false };
  for (let i = 0; i < rest.length; i += 1) {
    const word = rest[i]!;
    if (word === '--json') options.isJson = true;
    else if (word.startsWith('--')) {
      const name = word.slice(2);
      const value = rest[(i += 1)];
      if (!spec.options.includes(name)) throw new UsageError(`${verb} has no option ${word}`);
      if (value === undefined) throw new UsageError(`${word} needs a value`);
      options.values.set(name, [...(options.values.get(name) ?? []), value]);
    } else options.words.push(word);
  }
  const { words, wordsMin = words } = spec;
  if (options.words.length > words || options.words.length < wordsMin)
    throw new UsageError(`${verb} takes ${spec.words} arguments`);
  if (options.values.has('db') && options.values.has('export'))
    throw new UsageError('--db or --export, not both');
  return options;
}

/** The value of an option that is given at most once. */
export function optionOf(options: CliOptions, name: string): string | undefined {
  const values = options.values.get(name) ?? [];
  if (values.length > 1) throw new UsageError(`--${name} is given twice`);
  return values[0];
}
