import { EVENT_TYPES, type EventField } from './event-catalogue.ts';

const KIND_WORDS: Readonly<Record<EventField['kind'], string>> = {
  id: 'id',
  code: 'code',
  number: 'number',
  flag: 'true or false',
};

const HEAD = `# Events

Made from \`server/connectors/webhook/event-catalogue.ts\` by \`npx tsx server/connectors/webhook/write-docs.ts\`; a test compares them.

A webhook gets a POST for each event it subscribed to: [how to receive them](webhooks.md). The body holds ids, numbers, and codes only; ask the
API for what they stand for, with a token that may know it.

\`\`\`json
{
  "id": "01a1fd70-e7cc-77de-9a75-5fb2f70ee25a",
  "type": "ticket.transitioned",
  "at": "2026-11-21T08:15:30.123Z",
  "data": { "ticketId": "01a1fd70-…", "from": "new", "to": "open" }
}
\`\`\`

\`id\` names the event for ever: the same event that comes again has the same \`id\`. \`at\` is when it happened. Types and fields are permanent; new types
and new fields may come, so ignore what you do not know. \`*\` subscribes to all types.
`;

/** The text of docs/api/events.md. */
export function renderEventDocs(): string {
  const parts = Object.entries(EVENT_TYPES).map(([type, { zh, en, fields }]) => {
    const rows = Object.entries(fields).map(([name, field]) => [
      `\`${name}\``,
      field.isOptional === true ? `${KIND_WORDS[field.kind]} or \`null\`` : KIND_WORDS[field.kind],
      field.en,
      field.zh,
    ]);
    return `## ${type}\n\n${en} ${zh}。\n\n${table([['field', 'form', 'meaning', '含义'], ...rows])}\n`;
  });
  return [HEAD, ...parts].join('\n');
}

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
