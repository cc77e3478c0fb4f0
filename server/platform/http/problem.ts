import type { Response } from 'express';
import { AppError, ERRORS, type ErrorCode } from '../../kernel/index.ts';
import { exchangeOf, type Step } from './exchange.ts';
import type { HttpLog } from './ports.ts';

/** Where the description of a code stands; relative, so that it is right on every installation. */
const TYPE_PREFIX = '/docs/api/errors#';

/** A problem details object (RFC 9457) with our permanent code and the request id. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  requestId: string;
  details?: AppError['details'];
}

/** Shapes an error for the caller: code, sentence, and details of the code, nothing of the cause. */
export function presentProblem(error: AppError, requestId: string): Problem {
  const problem: Problem = {
    type: `${TYPE_PREFIX}${error.code}`,
    title: ERRORS[error.code][1],
    status: error.status,
    code: error.code,
    detail: error.message,
    requestId,
  };
  if (error.details !== undefined) problem.details = error.details;
  return problem;
}

/** Answers with a problem. Does nothing when an answer is already on its way. */
export function sendProblem(response: Response, error: AppError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const exchange = exchangeOf(response);
  exchange.errorCode = error.code;
  if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  const retryAfterSeconds = error.details?.['retryAfterSeconds'];
  if (typeof retryAfterSeconds === 'number') response.setHeader('Retry-After', String(retryAfterSeconds));
  response.status(error.status);
  const { answerForm: form, requestId } = exchange;
  response.setHeader('Content-Type', `${form?.mediaType ?? 'application/problem+json'}; charset=utf-8`);
  const problem = form === undefined ? presentProblem(error, requestId) : form.presentError(error, requestId);
  response.end(JSON.stringify(problem));
}

/** Anything thrown becomes one of our errors; what we do not know is a fault of ours. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  // A path with a broken percent code: the router throws it as a URIError with status 400.
  if (thrown instanceof URIError) return new AppError('request.invalid', { cause: thrown });
  return new AppError('server.internal', { cause: thrown });
}

/** The last step: every error leaves as a problem; faults of ours go to the log with their stack. */
export function answerErrors(log: HttpLog): (error: unknown, ...rest: [...Parameters<Step>]) => void {
  return (thrown, _request, response, _next) => {
    const error = toAppError(thrown);
    if (error.status >= 500) {
      const { requestId, route } = exchangeOf(response);
      log.error('http.fault', { requestId, route, code: error.code }, error.cause ?? error);
    }
    sendProblem(response, error);
  };
}
