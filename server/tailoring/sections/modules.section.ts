import { defineSection } from '../../platform/settings/index.ts';

/** Parts of the product that can be switched off. */
export const MODULES = ['tickets', 'knowledge', 'robot', 'qa', 'reports', 'satisfaction'] as const;
/** One of them. */
export type Module = (typeof MODULES)[number];
/** Which parts are on. */
export type ModuleSwitches = Record<Module, boolean>;

const ALL_ON = Object.fromEntries(MODULES.map((name) => [name, true])) as ModuleSwitches;

/** Section `modules`. Switching off takes people's work away, so a second person looks at it. */
export const MODULE_SWITCHES = defineSection<ModuleSwitches>({
  name: 'modules',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: [...MODULES],
    properties: Object.fromEntries(MODULES.map((name) => [name, { type: 'boolean' }])),
  },
  defaults: ALL_ON,
  isDangerous: (before, after) => MODULES.some((name) => before[name] && !after[name]),
});

/** Beginnings of the paths each part answers; a test holds them against the table of routes. */
export const MODULE_PATHS: Readonly<Record<Module, readonly string[]>> = {
  tickets: ['/api/v1/tickets'],
  knowledge: ['/api/v1/articles', '/api/v1/article-categories', '/api/v1/regression-cases'],
  robot: [
    '/api/v1/robot',
    '/api/v1/flows',
    '/api/v1/conversations/:id/suggestions',
    '/api/v1/conversations/:id/collected',
  ],
  qa: ['/api/v1/evaluations', '/api/v1/score-cards'],
  reports: ['/api/v1/reports'],
  satisfaction: ['/api/v1/visitor/csat'],
};

const PATHS = MODULES.flatMap((name) => MODULE_PATHS[name].map((path) => [path, name] as const));

/** The part a route belongs to; undefined for what is always there. */
export function moduleOf(path: string): Module | undefined {
  return PATHS.find(([start]) => path === start || path.startsWith(`${start}/`))?.[1];
}
