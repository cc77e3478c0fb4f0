import { scopeOf, type Clock } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import { readAdoption } from './adoption.view.ts';

/** What the route of adoption needs. */
export interface AdoptionRouteDeps {
  clock: Clock;
  /** The last `days` days up to now, of a clock so far ahead of UTC. */
  windowOf(now: Date, days: number, offsetMinutes: number): { from: Date; to: Date };
  /** Display names of accounts by id; unknown ids are absent. */
  namesOf(db: Db, accountIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Names of all skill groups by id. */
  teamNames(): Promise<ReadonlyMap<string, string>>;
}

const DAYS_DEFAULT = 30;
/** Most days of one report. */
const DAYS_MAX = 366;

function closed(properties: Record<string, Schema>, required = Object.keys(properties)): Schema {
  return { type: 'object', additionalProperties: false, required, properties };
}

const count: Schema = { type: 'integer', minimum: 0 };
const text: Schema = { type: ['string', 'null'] };
const counts = { id: text, shown: count, used: count, edited: count, ignored: count };
const rate: Schema = { type: ['number', 'null'], minimum: 0 };
const response = closed({
  total: closed({ ...counts, rate }),
  articles: { type: 'array', items: closed({ ...counts, rate, question: text }) },
  agents: { type: 'array', items: closed({ ...counts, rate, name: text }) },
  teams: { type: 'array', items: closed({ ...counts, rate, name: text }) },
});
const query = closed(
  {
    days: { type: 'integer', minimum: 1, maximum: DAYS_MAX },
    offsetMinutes: { type: 'integer', minimum: -720, maximum: 840 },
  },
  [],
);

/** The report of what became of suggestions. */
export function adoptionRoutes(deps: AdoptionRouteDeps): AnyRoute[] {
  const { clock, windowOf, namesOf, teamNames } = deps;
  return [
    defineRoute<unknown, { days?: number; offsetMinutes?: number }>({
      method: 'GET',
      path: '/api/v1/reports/assist',
      summary:
        'Suggestions to agents in the last days: shown, used, edited, ignored, by article, agent, and team.',
      permission: 'report:read',
      audit: 'report.view',
      query,
      response,
      async handler(tx, { query: { days = DAYS_DEFAULT, offsetMinutes = 0 } }, { actor }) {
        tx.record({ action: 'report.view', outcome: 'ok', details: { report: 'assist', days } });
        const report = await readAdoption(tx, windowOf(clock.now(), days, offsetMinutes), scopeOf(actor));
        const agentIds = report.agents.flatMap(({ id }) => (id === null ? [] : [id]));
        const names = await namesOf(tx, agentIds);
        const teams = await teamNames();
        return {
          ...report,
          agents: report.agents.map((row) => ({ ...row, name: names.get(row.id ?? '') ?? null })),
          teams: report.teams.map((row) => ({ ...row, name: teams.get(row.id ?? '') ?? null })),
        };
      },
    }),
  ];
}
