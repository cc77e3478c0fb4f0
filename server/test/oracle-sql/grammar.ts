// @ts-expect-error the package describes its types under a condition this compiler set-up does not ask for
import antlr4 from 'antlr4';
import { PlSqlLexer, PlSqlParser } from '@griffithswaite/ts-plsql-parser';

/** Prediction with the stack of the rules left out: a hundred times faster, and what it accepts is valid. */
const QUICK = 0;
/** Full prediction, for what the quick one refuses. */
const EXACT = 1;

/** Why Oracle's grammar refuses a statement, `line:column what`, or nothing when it takes it. */
export function refusalOf(text: string): string | undefined {
  return firstFault(text, QUICK) === undefined ? undefined : firstFault(text, EXACT);
}

/** What we use of the generated lexer and parser. */
interface Recognizer {
  removeErrorListeners(): void;
  addErrorListener(listener: object): void;
}
interface ScriptParser extends Recognizer {
  buildParseTrees: boolean;
  _interp: { predictionMode: number };
  sql_script(): unknown;
}

function firstFault(text: string, predictionMode: number): string | undefined {
  const faults: string[] = [];
  const listener = {
    // The library's arguments: recognizer, symbol, line, column, message.
    syntaxError: (...[, , line, column, message]: unknown[]) =>
      void faults.push(`${String(line)}:${String(column)} ${String(message)}`),
    reportAmbiguity: () => undefined,
    reportAttemptingFullContext: () => undefined,
    reportContextSensitivity: () => undefined,
  };
  const lexer = new PlSqlLexer(new antlr4.CharStream(upperCased(text)));
  const parser = new PlSqlParser(new antlr4.CommonTokenStream(lexer)) as unknown as ScriptParser;
  for (const part of [lexer as unknown as Recognizer, parser]) {
    part.removeErrorListeners();
    part.addErrorListener(listener);
  }
  parser.buildParseTrees = false;
  parser._interp.predictionMode = predictionMode;
  parser.sql_script();
  return faults[0];
}

/** The grammar knows keywords in capitals only; what stands in quotes keeps its letters. */
function upperCased(text: string): string {
  return text
    .split(/('(?:[^']|'')*'|"[^"]*")/)
    .map((part, index) => (index % 2 === 1 ? part : part.toUpperCase()))
    .join('');
}
