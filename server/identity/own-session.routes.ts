import { AppError } from '../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../platform/http/index.ts';
import { removeSession, sessionsOfAccount } from './session.repo.ts';
import type { SessionService } from './session.service.ts';

/** What the routes of the own sessions need. */
export interface OwnSessionRouteDeps {
  sessions: SessionService;
}

const instant: Schema = { type: 'string', format: 'date-time' };
const session: Schema = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    createdAt: instant,
    lastSeenAt: instant,
    expiresAt: instant,
    idp: { type: 'string' },
    isCurrent: { type: 'boolean' },
  },
  required: ['id', 'createdAt', 'lastSeenAt', 'expiresAt', 'isCurrent'],
};

/** The sessions of one's own account: seen by their owner, and ended one by one. */
export function ownSessionRoutes({ sessions }: OwnSessionRouteDeps): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/sessions',
      summary: 'The own sessions, the newest first; at most three.',
      permission: 'signed-in',
      audit: 'session.view',
      response: {
        type: 'object',
        properties: { items: { type: 'array', items: session } },
        required: ['items'],
      },
      async handler(tx, _input, context) {
        if (context.session === undefined) throw new AppError('access.unauthenticated');
        const rows = await sessionsOfAccount(tx, context.actor.id);
        const items = rows.map((row) => ({
          id: row.id,
          createdAt: row.createdAt.toISOString(),
          lastSeenAt: row.lastSeenAt.toISOString(),
          expiresAt: row.expiresAt.toISOString(),
          ...(row.idpId === null ? {} : { idp: row.idpId }),
          isCurrent: row.id === context.session?.id,
        }));
        return { items };
      },
    }),
    defineRoute<{ id: string }>({
      method: 'DELETE',
      path: '/api/v1/sessions/:id',
      summary: 'Ends one of the own sessions, here or in another browser.',
      permission: 'signed-in',
      audit: 'session.close',
      response: { type: 'null' },
      status: 204,
      async handler(tx, { params: { id } }, context) {
        if (context.session === undefined) throw new AppError('access.unauthenticated');
        const own = await sessionsOfAccount(tx, context.actor.id);
        // Somebody else's session looks like none.
        if (!own.some((row) => row.id === id)) throw new AppError('request.not_found');
        await removeSession(tx, id);
        sessions.forgetAfter(tx, { sessionId: id });
        if (context.session.id === id) sessions.clearCookie(context);
        tx.record({ action: 'session.close', outcome: 'ok', target: { type: 'session', id } });
      },
    }),
  ];
}
