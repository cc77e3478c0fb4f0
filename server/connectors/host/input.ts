import { RE2JS } from 're2js';
import { AppError } from '../../kernel/index.ts';
import type { InputField, Operation } from '../connector.ts';

/** Longest value of an input that names no length. */
const INPUT_CHARACTERS_MAX = 200;

/** Throws `connector.input_invalid` with the name of the field, never its value. */
export function assertInput(operation: Operation, input: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(input).find((name) => !Object.hasOwn(operation.input, name));
  if (unknown !== undefined) throw inputFault(unknown.slice(0, 60), 'unknown');
  for (const [name, field] of Object.entries(operation.input)) {
    const problem = problemOf(field, Object.hasOwn(input, name) ? input[name] : undefined);
    if (problem !== undefined) throw inputFault(name, problem);
  }
}

function problemOf(field: InputField, value: string | undefined): string | undefined {
  if (value === undefined || value === '') return field.isRequired === true ? 'missing' : undefined;
  if (value.length > (field.maxLength ?? INPUT_CHARACTERS_MAX)) return 'too_long';
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value)) return 'control';
  if (field.pattern !== undefined && !RE2JS.matches(field.pattern, value)) return 'pattern';
  return undefined;
}

function inputFault(field: string, reason: string): AppError {
  return new AppError('connector.input_invalid', { details: { field, reason } });
}
