export { OWNER } from './cluster.ts';
export { startDatabase, type DatabaseLog, type DatabaseOptions, type EmbeddedDatabase } from './database.ts';
export { makeHome } from './places.ts';
export { superviseDatabase, type Supervisor, type SupervisorLog } from './supervisor.ts';
