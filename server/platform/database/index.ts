export { startDatabase, type DatabaseLog, type DatabaseOptions, type EmbeddedDatabase } from './database.ts';
export { makeHome } from './places.ts';
