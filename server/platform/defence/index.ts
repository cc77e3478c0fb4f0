export { Defence, type DefenceDeps } from './defence.ts';
export { isBait, type BlockReason } from './defence.rules.ts';
export { defenceRoutes } from './defence.routes.ts';
