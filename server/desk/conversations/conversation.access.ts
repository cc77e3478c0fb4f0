import { AppError, type Actor, type DataScope } from '../../kernel/index.ts';
import type { Staff } from '../staff.ts';
import type { ConversationRow } from './conversation.entity.ts';

/** Who looks at conversations, and how far that one sees. */
export interface Viewer {
  accountId: string;
  /** Supervisors and inspectors see every conversation. */
  seesAll: boolean;
  /** Skill groups whose queues the agent works. */
  groupIds: readonly string[];
  /** What of the organisation all this is narrowed to. */
  scope: DataScope;
}

/** Somebody who asks: a request or a socket. */
export interface Asker {
  actor: Actor;
  permissions: ReadonlySet<string>;
  scopeFor(...permissions: string[]): DataScope;
}

/** Permissions that show every conversation of their scope. */
const SEES_ALL = ['conversation:supervise', 'conversation:read-any'];

/** What of a conversation decides who may see it, besides its unit, which the read has asked for. */
export type Placed = Pick<ConversationRow, 'state' | 'assigneeId' | 'skillGroupId'>;

/**
 * The viewer behind an actor's permissions. Throws `access.refused` for somebody who neither works nor supervises
 * nor reads conversations.
 */
export async function viewerOf(staff: Staff, { actor, permissions, scopeFor }: Asker): Promise<Viewer> {
  const seesAll = SEES_ALL.some((permission) => permissions.has(permission));
  if (!seesAll && !permissions.has('conversation:work')) throw new AppError('access.refused');
  const groupIds = seesAll ? [] : await staff.skillGroupsOf(actor.id);
  const scope = seesAll ? scopeFor(...SEES_ALL) : scopeFor('conversation:work');
  return { accountId: actor.id, seesAll, groupIds, scope };
}

/** An agent sees the own conversations and what waits for the own skill groups; no group means every agent. */
export function maySee(viewer: Viewer, row: Placed): boolean {
  if (viewer.seesAll || row.assigneeId === viewer.accountId) return true;
  return row.state === 'queued' && isInGroups(viewer, row);
}

/** Taking reaches further than seeing: also from the robot, in the own skill groups. */
export function mayTake(viewer: Viewer, row: Placed): boolean {
  return maySee(viewer, row) || (row.state === 'robot' && isInGroups(viewer, row));
}

/** Throws `request.not_found`: what one may not see looks like what does not exist. */
export function assertMaySee(viewer: Viewer, row: Placed): void {
  if (!maySee(viewer, row)) throw new AppError('request.not_found');
}

/** As `assertMaySee`, for taking. */
export function assertMayTake(viewer: Viewer, row: Placed): void {
  if (!mayTake(viewer, row)) throw new AppError('request.not_found');
}

function isInGroups(viewer: Viewer, row: Placed): boolean {
  return row.skillGroupId === null || viewer.groupIds.includes(row.skillGroupId);
}

/**
 * Throws `conversation.agent_unavailable` for somebody who is no agent, or whose scope does not cover the unit: such a
 * one could not open what is handed over.
 */
export async function assertAgent(staff: Staff, agentId: string, unitId: string): Promise<void> {
  const agents = await staff.agents(unitId);
  if (!agents.some(({ id }) => id === agentId)) throw new AppError('conversation.agent_unavailable');
}
