/** A refused or failed request, in the form every face and toast can show. */
export class ApiError extends Error {
  /** Permanent dotted code of the server, or `network` / `timeout` when no answer came. */
  readonly code: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** To be told to support: finds the server's log lines and the audit entry. */
  readonly requestId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(problem: {
    code: string;
    status: number;
    message: string;
    requestId?: string | undefined;
    details?: Readonly<Record<string, unknown>>;
  }) {
    super(problem.message);
    this.name = 'ApiError';
    this.code = problem.code;
    this.status = problem.status;
    this.requestId = problem.requestId;
    this.details = problem.details ?? {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Reads an RFC 9457 problem; an answer of another form (a proxy's error page) becomes `server.internal`. */
export function parseProblem(status: number, body: unknown): ApiError {
  const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const details = problem['details'];
  return new ApiError({
    code: textOf(problem['code']) ?? 'server.internal',
    status,
    message: textOf(problem['detail']) ?? textOf(problem['title']) ?? `HTTP ${status}`,
    requestId: textOf(problem['requestId']),
    details: typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : {},
  });
}

/** Any thrown thing as an ApiError; faults of the console itself become `unknown`. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError({ code: 'unknown', status: 0, message: thrown instanceof Error ? thrown.message : '' });
}
