// The drawing thread when the server runs from its sources: threads do not inherit the loader of TypeScript.
import { register } from 'tsx/esm/api';

register();
await import('../thumbnail.worker.ts');
