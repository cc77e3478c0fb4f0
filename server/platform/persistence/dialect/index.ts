export { DatabaseConflict } from './dialect.ts';
export { renderStatement } from './render.ts';
