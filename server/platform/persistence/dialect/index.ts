export { DatabaseConflict, LIST_ITEMS_MAX } from './dialect.ts';
export { renderStatement } from './render.ts';
