import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import { namesOf, personOf } from '../people.ts';
import type { AccountNames } from '../ports.ts';
import type { ScoreCardRow } from './score-card.entity.ts';
import type { Criterion } from './score-card.rules.ts';
import * as schemas from './score-card.schema.ts';
import type { ScoreCardService } from './score-card.service.ts';

type ById = { id: string };

/** What the routes of score cards need. */
export interface ScoreCardRouteDeps {
  cards: ScoreCardService;
  accountNames: AccountNames;
}

/** Routes of score cards. */
export function scoreCardRoutes({ cards, accountNames }: ScoreCardRouteDeps): AnyRoute[] {
  const present = async (rows: readonly ScoreCardRow[]) => {
    const accountIds = rows.map(({ createdBy }) => (createdBy === 'system' ? null : createdBy));
    const names = await namesOf(accountNames, accountIds);
    return rows.map((row) => presentCard(row, names));
  };
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/score-cards',
      summary: 'Score cards in use, each with its newest version.',
      permission: 'qa:read',
      audit: 'score-card.view',
      response: schemas.scoreCardList,
      handler: async (tx) => ({ items: await present(await cards.list(tx)) }),
    }),
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/score-cards/:id',
      summary: 'One score card with its criteria.',
      permission: 'qa:read',
      audit: 'score-card.view',
      response: schemas.scoreCard,
      async handler(tx, { params }) {
        const row = await cards.get(tx, params.id);
        tx.record({
          action: 'score-card.view',
          outcome: 'ok',
          target: { type: 'score-card', id: row.id },
          details: { version: row.version },
        });
        return (await present([row]))[0];
      },
    }),
    defineRoute<ById, unknown, { name: string; criteria: Criterion[] }>({
      method: 'PUT',
      path: '/api/v1/score-cards/:id',
      summary: 'Replaces a score card by a new version; older evaluations keep theirs.',
      permission: 'qa:configure',
      audit: 'score-card.update',
      body: schemas.scoreCardBody,
      response: schemas.scoreCard,
      ifMatch: true,
      errors: ['score_card.invalid'],
      async handler(tx, { params, body, version }) {
        const row = await cards.replace(tx, { id: params.id, version }, body);
        return (await present([row]))[0];
      },
    }),
  ];
}

function presentCard(row: ScoreCardRow, names: ReadonlyMap<string, string>) {
  const { id, version, name, state, criteria, createdBy, createdAt } = row;
  const author = personOf(createdBy, names);
  return { id, version, name, state, criteria, createdBy: author, createdAt: createdAt.toISOString() };
}
