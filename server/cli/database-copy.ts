import { copyTables, countStatements } from '../platform/persistence/index.ts';
// The declared tables of every module: they are what is copied.
import '../compose.ts';

/** How a copy reads and writes each table; made here once, when all tables are known. */
export const tables = copyTables();
/** The statements that count them. */
export const counts = countStatements();
