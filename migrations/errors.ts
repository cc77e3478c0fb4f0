/** Permanent codes of the runner; the sentence tells the operator what happened and what to do. */
export type MigrationCode =
  | 'migration.step_changed'
  | 'migration.schema_newer'
  | 'migration.order'
  | 'migration.locked'
  | 'migration.step_invalid'
  | 'migration.step_failed';

/** Why the schema could not be brought to the wanted state; after it the database is as it was before the step. */
export class MigrationError extends Error {
  readonly code: MigrationCode;
  /** Name of the step concerned, for example `0007-ticket`. */
  readonly step: string | undefined;

  constructor(code: MigrationCode, sentence: string, options: { step?: string; cause?: unknown } = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MigrationError';
    this.code = code;
    this.step = options.step;
  }
}
