import { writeFileSync } from 'node:fs';
import { renderSchema } from './write.ts';

writeFileSync(new URL('./answers.schema.json', import.meta.url), renderSchema());
