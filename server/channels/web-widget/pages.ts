import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '../../platform/http/index.ts';
import type { SiteService } from './site.service.ts';

/** The widget's page of each site, framed only by the site's own origins, and the demonstration bank's page. */
export function widgetPages(deps: { sites: SiteService; webFolder: string; isEvaluation: boolean }): Page[] {
  const read = (file: string) => readFileSync(join(deps.webFolder, file), 'utf8');
  const widget = read('widget/index.html');
  const pages: Page[] = [
    {
      path: '/widget/:site',
      async view(params) {
        const site = await deps.sites.find(params.site ?? '');
        if (!site?.isActive) return undefined;
        return { html: widget, frameAncestors: ["'self'", ...site.origins] };
      },
    },
  ];
  if (deps.isEvaluation) {
    const demo = read('demo/index.html');
    pages.push({ path: '/demo', view: async () => ({ html: demo, frameSources: ["'self'"] }) });
  }
  return pages;
}
