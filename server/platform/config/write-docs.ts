import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderDocs } from './docs.ts';

writeFileSync(fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url)), renderDocs());
