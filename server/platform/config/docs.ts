import { listFields } from './load.ts';
import { OVERRIDES } from './schema.ts';

const HEAD = `# Configuration

Made from \`server/platform/config/schema.ts\` by \`npx tsx server/platform/config/write-docs.ts\`; a test compares them.

\`$VAULTDESK_HOME/config.yaml\` holds the settings (\`VAULTDESK_HOME\` is \`./var\` when not set). Every key is optional
unless a sentence says otherwise. An unknown key is an error that names it and the nearest known one, and all faults are
reported at once. A dotted key is a nested one:

\`\`\`yaml
port: 8443
tls:
  mode: process
\`\`\`

Environment variables win over the file:

`;

/** The text of docs/configuration.md. */
export function renderDocs(): string {
  const overrides = Object.entries(OVERRIDES).map(([variable, name]) => `- \`${variable}\` sets \`${name}\``);
  const rows = listFields().map(([name, field]) => {
    const fallback = field.fallback === undefined ? '' : `\`${JSON.stringify(field.fallback)}\``;
    return `| \`${name}\` | ${fallback} | ${field.form} | ${field.sentence} |`;
  });
  const table = ['| key | default | form | meaning |', '| --- | --- | --- | --- |', ...rows];
  return `${HEAD}${overrides.join('\n')}\n\n${table.join('\n')}\n`;
}
