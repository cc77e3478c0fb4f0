import { readSteps, runnerStatements, splitStatements } from '../../../migrations/index.ts';
// The composition root imports every module, and with them every statement there is.
import { copyParts } from '../../cli/database-copy.ts';
import {
  allStatements,
  ORACLE_SESSION,
  renderStatement,
  sealedTables,
} from '../../platform/persistence/index.ts';

/** Walks over sealed values declare theirs when the program is composed, copies when one is asked for. */
sealedTables();
copyParts();

/** One text as Oracle gets it, and where it comes from. */
export interface OracleText {
  /** A statement's name, or `0003-identity up 4`. */
  origin: string;
  text: string;
}

/** Every text the product sends to Oracle: statements with their next pages, schema steps, and the runner's own. */
export function oracleTexts(): OracleText[] {
  return [
    ...statementTexts(),
    ...stepTexts(),
    ...runnerTexts(),
    { origin: 'a new session', text: ORACLE_SESSION },
  ];
}

/** Specs declare statements of their own under `spec.`. */
function statementTexts(): OracleText[] {
  return allStatements()
    .filter(({ name }) => !/^spec[._]/.test(name))
    .flatMap((statement) => renderStatement(statement, 'oracle'))
    .map(({ name, text }) => ({ origin: name, text: text.replaceAll('\0', ':L1, :L2') }));
}

function stepTexts(): OracleText[] {
  return readSteps().flatMap(({ name, sql }) =>
    (['up', 'undo'] as const).flatMap((way) =>
      splitStatements(sql.oracle[way], 'oracle').map((text, index) => ({
        origin: `${name} ${way} ${index + 1}`,
        text,
      })),
    ),
  );
}

function runnerTexts(): OracleText[] {
  return runnerStatements('oracle').map((text, index) => ({ origin: `migration runner ${index + 1}`, text }));
}
