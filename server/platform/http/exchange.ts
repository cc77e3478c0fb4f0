import type { Request, Response } from 'express';
import type { AppError } from '../../kernel/index.ts';
import type { Principal } from './ports.ts';

/** Another form of answers than ours, where a standard has its own (SCIM). */
export interface AnswerForm {
  mediaType: string;
  presentError(error: AppError, requestId: string): Record<string, unknown>;
}

/** What the middleware list has learnt of a request so far; the access log reads it at the end. */
export interface Exchange {
  requestId: string;
  startedMs: number;
  /** Client address, after the proxy rule. */
  ip: string;
  /** Route pattern, never the path, which may carry ids of people. */
  route: string;
  /** The address is turned away: what is public stays closed, whoever is signed in goes on. */
  blockedSeconds?: number;
  principal?: Principal;
  errorCode?: string;
  /** How answers of the route are named and errors are shaped; JSON and problem documents unless set. */
  answerForm?: AnswerForm;
  /** Origins allowed to frame the page, and frames it may show; only pages set them. */
  frameAncestors?: readonly string[];
  frameSources?: readonly string[];
  /** Origin that a form of the page may be sent to. */
  formTarget?: string;
}

const exchanges = new WeakMap<Response, Exchange>();

/** Starts the record of a request. */
export function openExchange(response: Response, exchange: Exchange): void {
  exchanges.set(response, exchange);
}

/** The record of a request; it exists from the first middleware on. */
export function exchangeOf(response: Response): Exchange {
  const exchange = exchanges.get(response);
  if (exchange === undefined) throw new Error('The exchange has not been opened.');
  return exchange;
}

/** One step of the middleware list: answers, throws, or lets the next step go on. */
export type Step = (request: Request, response: Response, next: (error?: unknown) => void) => void;

/** Values of a header as they came, duplicates included; Node joins or drops them otherwise. */
export function rawHeaderValues(request: { rawHeaders: string[] }, name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    if (request.rawHeaders[index]?.toLowerCase() === name) values.push(request.rawHeaders[index + 1] ?? '');
  }
  return values;
}
