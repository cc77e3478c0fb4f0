/**
 * A fault that keeps the program from starting, told to the person who starts it. It never reaches an HTTP caller,
 * so unlike an AppError it may name files and settings; it carries no secret.
 */
export class StartError extends Error {
  /** Permanent dotted code, for example `database.disk_full`. */
  readonly code: string;
  /** What to do about it, one sentence. */
  readonly remedy: string;

  constructor(fault: { code: string; sentence: string; remedy: string; cause?: unknown }) {
    super(fault.sentence, fault.cause === undefined ? undefined : { cause: fault.cause });
    this.name = 'StartError';
    this.code = fault.code;
    this.remedy = fault.remedy;
  }
}

/** One line for standard error: code, what happened, what to do. */
export function presentStartError(error: StartError): string {
  return `vaultdesk: ${error.message} ${error.remedy} [${error.code}]`;
}
