import { copyTables, countStatements } from '../platform/persistence/index.ts';
// The declared tables of every module: they are what is copied.
import '../compose.ts';

let made: { tables: ReturnType<typeof copyTables>; counts: ReturnType<typeof countStatements> } | undefined;

/**
 * How a copy reads and writes each table, and the statements that count them. Made when first asked for and not while
 * modules are loaded: a built program loads them in another order than they import each other, and would miss tables.
 */
export function copyParts(): NonNullable<typeof made> {
  made ??= { tables: copyTables(), counts: countStatements() };
  return made;
}
