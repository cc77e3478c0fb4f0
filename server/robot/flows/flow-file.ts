import { Ajv } from 'ajv';
import { AppError } from '../../kernel/index.ts';
import { FLOW_LIMITS, SLOT_TYPES, type FlowDefinition, type SlotSpec } from './flow.types.ts';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });
const name = { type: 'string', pattern: '^[a-z][a-z0-9-]{0,39}$' };
const closed = (properties: object, required: string[]) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
const TEXT = FLOW_LIMITS.textCharacters;

const choice = closed(
  { value: text(60), title: text(60), synonyms: { type: 'array', maxItems: 40, items: text(60) } },
  ['value', 'title'],
);

const slot = closed(
  {
    name,
    type: { enum: [...SLOT_TYPES] },
    title: text(40),
    ask: text(TEXT),
    cues: { type: 'array', maxItems: 20, items: text(40) },
    optional: { type: 'boolean' },
    choices: { type: 'array', minItems: 1, maxItems: FLOW_LIMITS.choices, items: choice },
    min: { type: 'number' },
    max: { type: 'number' },
    direction: { enum: ['future', 'past'] },
    wrong: text(TEXT),
    when: closed({ slot: name, is: { type: 'array', minItems: 1, maxItems: 40, items: text(60) } }, [
      'slot',
      'is',
    ]),
  },
  ['name', 'type', 'title'],
);

const script = closed(
  {
    title: text(120),
    today: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    turns: {
      type: 'array',
      minItems: 1,
      maxItems: FLOW_LIMITS.turns,
      items: { type: 'string', maxLength: TEXT },
    },
    end: { enum: ['completed', 'cancelled', 'handoff'] },
    slots: {
      type: 'object',
      maxProperties: FLOW_LIMITS.slots,
      additionalProperties: { type: ['string', 'number'] },
    },
  },
  ['title', 'turns', 'end'],
);

const phrases = { type: 'array', maxItems: FLOW_LIMITS.phrases, items: text(120) };

/** JSON Schema of one flow; docs/api/flow-file.schema.json carries it for people outside. */
export const flowSchema = closed(
  {
    key: name,
    locale: { enum: ['zh-CN', 'en'] },
    title: text(60),
    triggers: closed(
      {
        phrases: { ...phrases, minItems: 1 },
        words: { type: 'array', maxItems: 6, items: { ...phrases, minItems: 1 } },
        unless: phrases,
      },
      ['phrases'],
    ),
    helpsWith: { enum: ['lost_card', 'complaint', 'fraud'] },
    slots: { type: 'array', minItems: 1, maxItems: FLOW_LIMITS.slots, items: slot },
    confirm: text(TEXT),
    lookup: closed(
      {
        operation: { type: 'string', pattern: '^[a-z][a-z0-9.-]{0,59}$' },
        onFailure: { enum: ['handoff', 'continue'] },
      },
      ['operation', 'onFailure'],
    ),
    end: closed(
      {
        act: { enum: ['say', 'ticket', 'handoff'] },
        text: text(TEXT),
        subject: text(120),
        priority: { enum: ['low', 'normal', 'high', 'urgent'] },
      },
      ['act', 'text'],
    ),
    scripts: { type: 'array', maxItems: FLOW_LIMITS.scripts, items: script },
  },
  ['key', 'locale', 'title', 'triggers', 'slots', 'end', 'scripts'],
);

/** JSON Schema of a flow file. */
export const flowFileSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Vaultdesk flow file',
  ...closed(
    { format: { const: 1 }, flows: { type: 'array', minItems: 1, maxItems: 100, items: flowSchema } },
    ['format', 'flows'],
  ),
};

const ajv = new Ajv({ allErrors: false, strict: false });
const isFile = ajv.compile(flowFileSchema);
const isFlow = ajv.compile(flowSchema);

function invalid(at: string, problem: string): AppError {
  return new AppError('flow.invalid', { details: { at, problem } });
}

/** Checks one flow: its form, and that names, conditions, and sentences speak of slots that exist. Throws `flow.invalid`. */
export function checkFlow(value: unknown): FlowDefinition {
  if (!isFlow(value)) {
    const [fault] = isFlow.errors ?? [];
    throw invalid(fault?.instancePath ?? '', fault?.message ?? '');
  }
  const definition = value as unknown as FlowDefinition;
  if (JSON.stringify(definition).length > FLOW_LIMITS.definitionCharacters) throw invalid('', 'too long');
  checkSlots(definition);
  if (definition.end.act === 'ticket' && definition.end.subject === undefined)
    throw invalid('/end/subject', 'missing');
  return definition;
}

function checkSlots({ slots, confirm, end }: FlowDefinition): void {
  const names = new Set<string>();
  slots.forEach((one, index) => {
    const at = `/slots/${index}`;
    if (names.has(one.name)) throw invalid(`${at}/name`, 'not unique');
    if (one.type === 'choice' && one.choices === undefined) throw invalid(`${at}/choices`, 'missing');
    if (one.when && !names.has(one.when.slot)) throw invalid(`${at}/when/slot`, 'no earlier slot');
    if (one.choices && new Set(one.choices.map(({ value }) => value)).size !== one.choices.length) {
      throw invalid(`${at}/choices`, 'not unique');
    }
    names.add(one.name);
  });
  if (!slots.some(({ ask }) => ask !== undefined)) throw invalid('/slots', 'no question');
  checkPlaces('/confirm', confirm ?? '', slots);
  checkPlaces('/end/text', end.text, slots, ['records']);
}

function checkPlaces(at: string, sentence: string, slots: readonly SlotSpec[], others: string[] = []): void {
  for (const [, place = ''] of sentence.matchAll(/\{([\w-]+)\}/g)) {
    if (!others.includes(place) && !slots.some((one) => one.name === place))
      throw invalid(at, `no slot ${place}`);
  }
}

/** Reads a flow file. Throws `flow.invalid` naming the place. */
export function parseFlowFile(content: string): FlowDefinition[] {
  let value: unknown;
  try {
    value = JSON.parse(content.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new AppError('flow.invalid', { details: { at: '', problem: 'not JSON' }, cause });
  }
  if (!isFile(value)) {
    const [fault] = isFile.errors ?? [];
    throw invalid(fault?.instancePath ?? '', fault?.message ?? '');
  }
  const { flows } = value as unknown as { flows: unknown[] };
  const checked = flows.map(checkFlow);
  const keys = checked.map(({ key, locale }) => `${locale}/${key}`);
  if (new Set(keys).size !== keys.length) throw invalid('/flows', 'not unique');
  return checked;
}
