import type { Response } from 'express';
import { exchangeOf } from './exchange.ts';
import { setPageHeaders } from './security.ts';

/** An answer for a person's browser instead of JSON: a page, or the way to another one. */
export interface RenderedContent {
  status: 200 | 303 | 403;
  /** Where to go on, with status 303. */
  location?: string;
  /** HTML without inline script or style. */
  html?: string;
  /** Another media type than HTML. */
  contentType?: string;
  /** Origin that a form of the page may be sent to, besides our own. */
  formTarget?: string;
}

/** What a handler gives when its answer is for a browser. The unit of work commits, whatever the status. */
export class Rendered {
  readonly content: RenderedContent;
  constructor(content: RenderedContent) {
    this.content = content;
  }
}

/** Sends it. */
export function sendRendered(response: Response, { status, location, html, ...rest }: RenderedContent): void {
  if (rest.formTarget !== undefined) {
    exchangeOf(response).formTarget = new URL(rest.formTarget).origin;
    setPageHeaders(response.req, response, {});
  }
  response.status(status);
  if (location !== undefined) response.setHeader('Location', location);
  response.setHeader('Content-Type', rest.contentType ?? 'text/html; charset=utf-8');
  response.end(response.req.method === 'HEAD' ? undefined : (html ?? ''));
}
