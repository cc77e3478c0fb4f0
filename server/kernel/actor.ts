import { SCOPE_ALL, scopeOfNothing, type DataScope } from './scope.ts';

/** Who acts. `system` is the server itself, `token` a program with an API token, `os` the command line's account. */
export type ActorType = 'account' | 'requester' | 'robot' | 'system' | 'token' | 'os';

/** The one who acts and where from; written into every audit entry. */
export interface Actor {
  type: ActorType;
  /** Account, requester, or token id; `robot`, `system`, or the operating-system account's name otherwise. */
  id: string;
  /** What the console shows; never a requester's name. */
  name?: string;
  roles?: readonly string[];
  sessionId?: string;
  /** Where an account works. */
  unitId?: string;
  /** What of the organisation it may see; see `scopeOf` for an absent one. Never written into the trail. */
  scope?: DataScope;
  ip?: string;
}

/** The server acting by itself. */
export const SYSTEM_ACTOR: Actor = { type: 'system', id: 'system' };

/** The robot acting in a conversation. */
export const ROBOT_ACTOR: Actor = { type: 'robot', id: 'robot' };

/** The scope of an actor. An account without one sees nothing. */
export function scopeOf(actor: Pick<Actor, 'type' | 'id' | 'scope'>): DataScope {
  if (actor.scope !== undefined) return actor.scope;
  return actor.type === 'account' ? scopeOfNothing(actor.id) : SCOPE_ALL;
}
