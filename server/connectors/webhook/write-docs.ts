import { writeFileSync } from 'node:fs';
import { renderEventDocs } from './docs.ts';

writeFileSync(new URL('../../../docs/api/events.md', import.meta.url), renderEventDocs());
