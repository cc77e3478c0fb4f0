import type { Approvals } from '../identity/index.ts';
import type { EventHandler } from '../kernel/index.ts';
import type { AnyRoute } from '../platform/http/index.ts';
import type { Json } from '../platform/persistence/index.ts';
import {
  SETTINGS_APPROVAL,
  type AnySection,
  type PendingChange,
  type Settings,
} from '../platform/settings/index.ts';
import { appearanceRoutes } from './appearance.routes.ts';
import { BRAND } from './sections/brand.section.ts';
import { textIn, type Localised } from './sections/localised.ts';
import { MENUS } from './sections/menus.section.ts';
import { moduleOf, MODULE_SWITCHES, type Module } from './sections/modules.section.ts';
import { PANELS } from './sections/panels.section.ts';
import { REGION } from './sections/region.section.ts';
import { TEXTS, wordedText, type TextKey } from './sections/texts.section.ts';
import { settingsRoutes } from './settings.routes.ts';

/** The sections this module declares, in the order the console shows them. */
export const TAILORING_SECTIONS: readonly AnySection[] = [
  BRAND,
  MODULE_SWITCHES,
  MENUS,
  PANELS,
  TEXTS,
  REGION,
];

/** What tailoring is built from. */
export interface TailoringDeps {
  settings: Settings;
  /** All sections, those of other modules too. */
  sections: readonly AnySection[];
  approvals: Approvals;
  accountNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** How the other parts see the settings of this module. */
export interface Tailoring {
  routes: AnyRoute[];
  isOn(module: Module): boolean;
  /** Whether a route's part is switched off. */
  isOff(path: string): boolean;
  /** Handlers that let events of a switched-off part pass without an effect. */
  pausable(module: Module, handlers: readonly EventHandler[]): EventHandler[];
  /** A text the installation worded itself; undefined where the product's own holds. */
  textOf(key: TextKey, locale: string): string | undefined;
  /** What the widget is drawn by, with the tag it is kept under. */
  widgetLook(): { look: WidgetLook; tag: string };
}

/** Builds the module. */
export function createTailoring(deps: TailoringDeps): Tailoring {
  const { settings } = deps;
  registerApproval(deps);
  const isOn = (module: Module) => settings.get(MODULE_SWITCHES)[module];
  return {
    routes: [...settingsRoutes(deps), ...appearanceRoutes(settings)],
    isOn,
    isOff(path) {
      const module = moduleOf(path);
      return module !== undefined && !isOn(module);
    },
    pausable: (module, handlers) =>
      handlers.map((handler) => ({
        ...handler,
        handle: async (event) => {
          if (isOn(module)) await handler.handle(event);
        },
      })),
    textOf: (key, locale) =>
      wordedText(settings.get(TEXTS), key, { locale, brand: textIn(settings.get(BRAND).name, locale) }),
    widgetLook: () => ({
      look: widgetLook(settings, isOn('satisfaction')),
      tag: settings.tagOf([BRAND, TEXTS, MODULE_SWITCHES]),
    }),
  };
}

/** What the widget is drawn by; texts that are as shipped are absent. */
export interface WidgetLook {
  /** `#rrggbb`. */
  primary: string;
  isRatingOn: boolean;
  machineLabel?: Localised;
  disclaimer?: Localised;
}

function widgetLook(settings: Settings, isRatingOn: boolean): WidgetLook {
  const brand = settings.get(BRAND);
  const texts = settings.get(TEXTS);
  const worded = (key: TextKey): Localised | undefined => {
    const text = (locale: 'zh' | 'en') => wordedText(texts, key, { locale, brand: brand.name[locale] });
    const [zh, en] = [text('zh'), text('en')];
    return zh === undefined || en === undefined ? undefined : { zh, en };
  };
  const machineLabel = worded('widget.machineLabel');
  const disclaimer = worded('widget.disclaimer');
  return {
    primary: brand.widget.primary,
    isRatingOn,
    ...(machineLabel && { machineLabel }),
    ...(disclaimer && { disclaimer }),
  };
}

/** Dangerous changes wait for the security administrator, who sees what would change. */
function registerApproval({ settings, approvals }: TailoringDeps): void {
  approvals.register<Json>({
    kind: SETTINGS_APPROVAL,
    title: { zh: '修改设置', en: 'Change of settings' },
    permission: 'settings:approve',
    async describe(db, params) {
      const pending = params as unknown as PendingChange;
      const lines = await settings.describePending(db, pending);
      return lines.map(({ path, ...line }) => ({ label: `${pending.section}/${path}`, ...line }));
    },
    apply: (tx, params, who) => settings.applyPending(tx, params as unknown as PendingChange, who),
  });
}
