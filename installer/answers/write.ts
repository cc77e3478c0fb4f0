import { stringify } from 'yaml';
import type { Answers } from './read.ts';
import { ANSWER_KEYS, type AnswerKey, type AnswerValue } from './keys.ts';

/** The text of an answer file; names of files with secrets among it, never a secret. */
export function formatAnswers(answers: Pick<Answers, 'entries'>): string {
  const tree: Record<string, unknown> = {};
  for (const [key, value] of answers.entries()) {
    const [group = '', name] = key.split('.');
    if (name === undefined) tree[group] = value;
    else tree[group] = { ...(tree[group] as object | undefined), [name]: value };
  }
  return `# Answers of an install of Vaultdesk. Secrets stand in the files named, never here.\n${stringify(tree)}`;
}

/** The JSON Schema of answer files, of the same table the reader works by. */
export function renderSchema(): string {
  const properties: Record<string, { type?: string; properties?: object } & Record<string, unknown>> = {};
  for (const [key, known] of Object.entries(ANSWER_KEYS)) {
    const [group = '', name] = key.split('.');
    if (name === undefined) properties[group] = schemaOf(known);
    else {
      properties[group] ??= { type: 'object', additionalProperties: false, properties: {} };
      Object.assign(properties[group].properties as object, { [name]: schemaOf(known) });
    }
  }
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Answers of an install of Vaultdesk',
    ...{ type: 'object', additionalProperties: false, required: ['hostname'], properties },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function schemaOf({ sentence, form, kind, words, fallback }: AnswerKey): Record<string, unknown> {
  const types = { text: 'string', number: 'integer', list: 'array', file: 'string', 'secret-file': 'string' };
  const value: AnswerValue | undefined = fallback;
  return {
    type: types[kind],
    description: `${sentence.en} / ${sentence.zh}: ${form}`,
    ...(kind === 'list' ? { items: { type: 'string' } } : {}),
    ...(words ? { enum: words } : {}),
    ...(value === undefined ? {} : { default: value }),
  };
}
