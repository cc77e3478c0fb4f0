import { defineRoute, type AnyRoute, type RequestContext } from '../platform/http/index.ts';
import type { AnySection, Settings } from '../platform/settings/index.ts';
import { BRAND } from './sections/brand.section.ts';
import { menuFor, MENUS } from './sections/menus.section.ts';
import { MODULES, MODULE_SWITCHES } from './sections/modules.section.ts';
import { PANELS } from './sections/panels.section.ts';
import * as schemas from './settings.schema.ts';

/** What the console and its sign-in page draw themselves by. */
export function appearanceRoutes(settings: Settings): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/appearance',
      summary: 'Name, colour, logo, and sign-in text; asked for again with its entity tag.',
      permission: 'public',
      audit: { none: 'what the sign-in page shows to anybody' },
      response: schemas.appearance,
      async handler(_tx, _input, context) {
        tag(context, settings, [BRAND]);
        const { name, primary, signInText, logo } = settings.get(BRAND);
        return { name, primary, signInText, logo };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/tailoring',
      summary: 'Parts that are off, the menu of the own roles, and the cards of panels.',
      permission: 'signed-in',
      audit: { none: 'how the console is laid out' },
      response: schemas.consoleTailoring,
      async handler(_tx, _input, context) {
        const switches = settings.get(MODULE_SWITCHES);
        return {
          modulesOff: MODULES.filter((name) => !switches[name]),
          menu: menuFor(settings.get(MENUS), context.actor.roles ?? []),
          panels: settings.get(PANELS),
        };
      },
    }),
  ];
}

/** Caches may keep it if they ask whether it still holds. */
function tag(context: RequestContext, settings: Settings, sections: readonly AnySection[]): void {
  context.setHeader('Cache-Control', 'no-cache');
  context.setHeader('ETag', `"${settings.tagOf(sections)}"`);
}
