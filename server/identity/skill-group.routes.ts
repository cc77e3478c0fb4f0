import { AppError, type Clock, type Ids } from '../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../platform/http/index.ts';
import { DatabaseConflict, type Tx } from '../platform/persistence/index.ts';
import * as schemas from './identity.schema.ts';
import {
  findSkillGroup,
  insertSkillGroup,
  listSkillGroups,
  updateSkillGroup,
  type SkillGroup,
} from './skill-group.repo.ts';

/** What skill groups need. */
export interface SkillGroupDeps {
  clock: Clock;
  ids: Ids;
}

/** Name and members of a group. */
export interface SkillGroupInput {
  name: string;
  memberIds: readonly string[];
}

function present({ id, name, memberIds, version }: SkillGroup): Record<string, unknown> {
  return { id, name, memberIds, version };
}

/** An unknown member is the caller's mistake, found by the foreign key. */
async function refuseUnknownMember<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseConflict) || error.kind !== 'foreign') throw error;
    throw new AppError('request.invalid', { details: { in: 'body', at: '/memberIds' }, cause: error });
  }
}

/** Makes a skill group and records it. */
export async function createSkillGroup(
  tx: Tx,
  input: SkillGroupInput,
  deps: SkillGroupDeps,
): Promise<SkillGroup> {
  const row = { id: deps.ids.next(), name: input.name.trim(), createdAt: deps.clock.now(), version: 1 };
  await refuseUnknownMember(() => insertSkillGroup(tx, row, input.memberIds));
  tx.record({
    action: 'skill-group.create',
    outcome: 'ok',
    target: { type: 'skill-group', id: row.id },
    details: { memberCount: input.memberIds.length },
  });
  return { ...row, memberIds: [...input.memberIds].sort() };
}

/** Skill groups and who is in them. */
export function skillGroupRoutes(deps: SkillGroupDeps): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/skill-groups',
      summary: 'Skill groups by name; every list of agents and queues names them.',
      permission: 'signed-in',
      audit: { none: 'Names of groups, read with every screen of the desk.' },
      response: schemas.skillGroupList,
      handler: async (tx) => ({ items: (await listSkillGroups(tx)).map(present) }),
    }),
    defineRoute<unknown, unknown, SkillGroupInput>({
      method: 'POST',
      path: '/api/v1/skill-groups',
      summary: 'Makes a skill group.',
      permission: 'skill-group:write',
      audit: 'skill-group.create',
      body: schemas.skillGroupChange,
      response: schemas.skillGroup,
      status: 201,
      handler: async (tx, { body }) => present(await createSkillGroup(tx, body, deps)),
    }),
    defineRoute<{ id: string }, unknown, SkillGroupInput>({
      method: 'PUT',
      path: '/api/v1/skill-groups/:id',
      summary: 'Changes name and members of a skill group.',
      permission: 'skill-group:write',
      audit: 'skill-group.update',
      body: schemas.skillGroupChange,
      response: schemas.skillGroup,
      ifMatch: true,
      async handler(tx, { params, body, version }) {
        const group = await findSkillGroup(tx, params.id);
        if (group === undefined) throw new AppError('request.not_found');
        if (group.version !== version) throw new AppError('request.version_stale');
        const change = { name: body.name.trim(), memberIds: body.memberIds };
        if (!(await refuseUnknownMember(() => updateSkillGroup(tx, group, change)))) {
          throw new AppError('request.version_stale');
        }
        tx.record({
          action: 'skill-group.update',
          outcome: 'ok',
          target: { type: 'skill-group', id: group.id },
          details: { memberCount: body.memberIds.length },
        });
        return present({ ...group, ...change, memberIds: [...body.memberIds].sort(), version: version + 1 });
      },
    }),
  ];
}
