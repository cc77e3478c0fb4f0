import type { Request, Router } from 'express';
import { AppError } from '../../kernel/index.ts';
import { exchangeOf } from './exchange.ts';
import { setPageHeaders } from './security.ts';

/** What a page gives: HTML without inline script or style, and who may frame it. */
export interface PageView {
  html: string;
  /** Origins that may show the page in a frame; nobody when absent. */
  frameAncestors?: readonly string[];
  /** Sources of frames the page itself may show; none when absent. */
  frameSources?: readonly string[];
}

/** A page made per request, outside the console: the widget of a site, the demonstration bank. */
export interface Page {
  path: string;
  /** Undefined means there is no such page. */
  view(
    params: Readonly<Record<string, string>>,
    context: { lang: 'zh-CN' | 'en' },
  ): Promise<PageView | undefined>;
}

const FRAME_SOURCE = /^(?:'self'|https?:\/\/[a-z0-9.*-]+(?::(?:\d{1,5}|\*))?)$/;

/** Puts pages on a router. */
export function mountPages(router: Router, pages: readonly Page[]): void {
  for (const page of pages) {
    router.get(page.path, async (request: Request, response) => {
      exchangeOf(response).route = page.path;
      const lang = request.acceptsLanguages('zh-CN', 'zh', 'en') === 'en' ? 'en' : 'zh-CN';
      const view = await page.view(request.params as Record<string, string>, { lang });
      if (view === undefined) throw new AppError('request.not_found');
      setPageHeaders(request, response, {
        ancestors: (view.frameAncestors ?? []).filter((source) => FRAME_SOURCE.test(source)),
        sources: (view.frameSources ?? []).filter((source) => FRAME_SOURCE.test(source)),
      });
      response.status(200).setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(request.method === 'HEAD' ? undefined : view.html);
    });
  }
}
