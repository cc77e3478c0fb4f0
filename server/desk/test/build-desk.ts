import { FIELDS } from '../fields/field.section.ts';
import { FieldService } from '../fields/field.service.ts';
import { systemText } from '../conversations/conversation.texts.ts';
import { AppError, openTimeZone, SYSTEM_ACTOR, wholeScope, type Actor } from '../../kernel/index.ts';
import type { AnyRoute, RequestContext } from '../../platform/http/index.ts';
import {
  createBatchWriter,
  createOutboxWriter,
  openBatchConnections,
  portable,
  takeNumbers,
} from '../../platform/persistence/index.ts';
import { WEEKDAYS, type RevealRules } from '../reveals/reveal.rules.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { recordCall } from '../../test/oracle-sim/answers.ts';
import { buildFileStore } from '../../test/support/files.ts';
import {
  CannedResponseService,
  ConversationOwners,
  ConversationService,
  ConversationView,
  createDeskRoutes,
  DeskFiles,
  MESSAGE_BATCH,
  NoteService,
  RequesterService,
  RevealService,
  Routing,
  TicketService,
  TicketView,
  type RequesterProfile,
  type Staff,
} from '../index.ts';

/** People of the spec: two agents of different skill groups, a supervisor, an inspector. */
export const PEOPLE = {
  lin: { id: '01900000-0000-7000-8000-0000000000a1', displayName: '林坐席' },
  chen: { id: '01900000-0000-7000-8000-0000000000a2', displayName: '陈坐席' },
  zhao: { id: '01900000-0000-7000-8000-0000000000b1', displayName: '赵主管' },
  song: { id: '01900000-0000-7000-8000-0000000000c1', displayName: '宋质检' },
} as const;
export type Person = keyof typeof PEOPLE;

/** Skill groups: Lin takes cards, Chen takes loans. */
export const GROUPS = {
  cards: { id: '01900000-0000-7000-8000-00000000f001', name: '信用卡组' },
  loans: { id: '01900000-0000-7000-8000-00000000f002', name: '贷款组' },
} as const;

const GROUPS_OF: Record<string, readonly string[]> = {
  [PEOPLE.lin.id]: [GROUPS.cards.id],
  [PEOPLE.chen.id]: [GROUPS.loans.id],
};
const AGENT = [
  'conversation:work',
  'ticket:work',
  'requester:read',
  'requester:reveal',
  'canned:read',
  'agent:list',
];
const PERMISSIONS: Record<Person, readonly string[]> = {
  lin: AGENT,
  chen: AGENT,
  zhao: [...AGENT, 'conversation:supervise', 'ticket:assign', 'canned:write'],
  song: ['qa:read', 'conversation:read-any'],
};

const STAFF: Staff = {
  list: async (ids) => Object.values(PEOPLE).filter(({ id }) => ids.includes(id)),
  agents: async () =>
    [PEOPLE.lin, PEOPLE.chen, PEOPLE.zhao].map((person) => ({
      ...person,
      skillGroupIds: GROUPS_OF[person.id] ?? [],
    })),
  skillGroupsOf: async (id) => GROUPS_OF[id] ?? [],
  units: async (ids) => ids.map((id) => ({ id, name: `机构${id.slice(-3)}` })),
  skillGroups: async (ids) => Object.values(GROUPS).filter(({ id }) => ids.includes(id)),
};

/** Open at all hours, so that a spec does not depend on when it runs. */
const REVEAL_RULES: RevealRules = {
  ...{ perHourMax: 6, burstCount: 3, workFromHour: 0, workToHour: 24 },
  workDays: [...WEEKDAYS],
};

const AUDIT = portable<{ limit: number }, { action: string; body: string }>(
  'spec.desk_audit',
  'SELECT action, body FROM audit_event ORDER BY occurred_at DESC, id DESC FETCH FIRST :limit ROWS ONLY',
  { params: { limit: 'int' }, result: { action: 'text', body: 'text' } },
);

/** A call of a route as mount would make it: one unit of work, with the actor's permissions. */
export interface Call {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: Record<string, unknown>;
  version?: number;
}

export type Desk = Awaited<ReturnType<typeof buildDesk>>;

/** The desk on a database of its own. Call in `before`, and `close()` in `after`. */
export async function buildDesk(options: Parameters<typeof buildCore>[0] & { queueItemsMax?: number } = {}) {
  const core = await buildCore(options);
  const parts = buildParts(core, options.queueItemsMax ?? 10_000);
  const { service, requesters, routes } = parts;

  async function call(person: Person, route: string, input: Call = {}): Promise<unknown> {
    const found = routes.find(({ method, path }) => `${method} ${path.replace('/api/v1', '')}` === route);
    if (!found) throw new Error(`no route ${route}`);
    const context = contextOf(person);
    if (!isOpen(found, context)) throw new AppError('access.refused');
    const { params = {}, query = {}, body = {}, version = 0 } = input;
    const parsed = { params, query, body, version, prepared: undefined };
    const work = core.uow.run({ actor: context.actor }, async (tx) => found.handler(tx, parsed, context));
    const asked = { params, query, body, version };
    return recordCall(`${route} ${JSON.stringify(asked)}`, work);
  }

  return {
    core,
    ...parts,
    call,
    /** The code a call is refused with, or `none`. */
    codeOf: (work: Promise<unknown>) =>
      work.then(
        () => 'none',
        (error: unknown) => (error instanceof AppError ? error.code : String(error)),
      ),
    buildRequester: (profile: RequesterProfile = {}) =>
      core.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
        requesters.create(tx, { siteId: 'demo', profile, isIdentified: Object.keys(profile).length > 0 }),
      ),
    async buildConversation(
      options: { profile?: RequesterProfile; skillGroupId?: string; texts?: string[] } = {},
    ) {
      const row = await core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        const profile = options.profile ?? {};
        const made = await requesters.create(tx, { siteId: 'demo', profile, isIdentified: false });
        const skillGroupId = options.skillGroupId ?? null;
        return service.open(tx, {
          requesterId: made.row.id,
          dek: made.dek,
          siteId: 'demo',
          channel: 'web',
          skillGroupId,
        });
      });
      for (const text of options.texts ?? []) {
        const by = { actor: { type: 'requester' as const, id: row.requesterId } };
        await service.receive(by, { conversationId: row.id, id: core.ids.next(), text });
      }
      return row;
    },
    /** Newest audit entries. */
    audit: (limit = 1) => core.uow.read((db) => db.all(AUDIT, { limit })),
    /** Changes rows behind the back of the product. */
    tamper: (sql: string, values: unknown[]) => core.sql(sql, values),
    async close() {
      await parts.writer.close();
      await core.close();
    },
  };
}

function buildParts(core: Core, queueItemsMax: number) {
  const { clock, ids, database, trail, installationId, uow, crypto } = core;
  const limits = { lanes: 2, batchItemsMax: 500, queueItemsMax, retryMs: 5_000 };
  const writer = createBatchWriter({
    plan: MESSAGE_BATCH,
    limits,
    clock,
    ids,
    installationId,
    toOutboxRow: createOutboxWriter({ clock, ids }),
    onCommit: () => undefined,
    onFault: (error) => {
      throw error;
    },
    trail,
    connections: openBatchConnections(database, MESSAGE_BATCH, limits.lanes),
  });
  const fileStore = buildFileStore(core);
  const owners = new ConversationOwners({ uow, crypto, writer, clock });
  const service = new ConversationService({
    ...{ owners, crypto, clock, ids, localeOf: async () => 'zh-CN', textOf: systemText },
    files: fileStore.store,
  });
  const files = new DeskFiles({ store: fileStore.store, uow });
  const requesters = new RequesterService({ crypto, clock, ids });
  const { reveals, alarms } = buildReveals(core, requesters);
  const notes = new NoteService({ crypto, clock, ids, staff: STAFF });
  const cannedResponses = new CannedResponseService({ clock, ids });
  const directory = { agentsOf: async () => [] };
  const routing = new Routing({ uow, clock, owners, conversations: service, directory, log: QUIET_LOG });
  const view = new ConversationView({ crypto, staff: STAFF });
  const takeNumber = () => takeNumbers(database, 'ticket', 1);
  const own = { fields: FIELDS.defaults };
  const fields = new FieldService({ crypto, ids, fields: () => own.fields });
  const staff = STAFF;
  const tickets = new TicketService({ crypto, clock, ids, requesters, staff, fields, takeNumber });
  const ticketView = new TicketView({ crypto, staff, fields });
  const routes = createDeskRoutes({
    holdUnit: async () => undefined,
    ...{ owners, conversations: service, requesters, reveals, notes, cannedResponses },
    ...{ routing, staff: STAFF, view, crypto },
    tickets,
    ticketView,
    fields,
    files,
  });
  return {
    writer,
    owners,
    service,
    requesters,
    alarms,
    notes,
    routing,
    view,
    tickets,
    ticketView,
    routes,
    staff: STAFF,
    own,
    fields,
    fileStore,
    files,
  };
}

function buildReveals({ crypto, clock, ids }: Core, requesters: RequesterService) {
  const alarms: { kind: string; accountId: string; count?: number }[] = [];
  const reveals = new RevealService({
    ...{ requesters, crypto, clock, ids, zone: openTimeZone('Asia/Shanghai'), rules: REVEAL_RULES },
    alarms: {
      burst: async (_tx, facts) => void alarms.push({ kind: 'burst', ...facts }),
      outOfHours: async (_tx, facts) => void alarms.push({ kind: 'out-of-hours', ...facts }),
    },
  });
  return { reveals, alarms };
}

/** The request of a signed-in person. */
export function contextOf(person: Person): RequestContext {
  const { id, displayName: name } = PEOPLE[person];
  const scope = wholeScope(id);
  const actor: Actor = { type: 'account', id, name, scope };
  return {
    actor,
    scopeFor: () => scope,
    requestId: 'spec',
    ip: '127.0.0.1',
    lang: 'zh-CN',
    permissions: new Set(PERMISSIONS[person]),
    userAgent: 'spec',
    header: () => undefined,
    setHeader: () => undefined,
    actAs: () => undefined,
  };
}

function isOpen(route: AnyRoute, context: RequestContext): boolean {
  return route.permission === 'signed-in' || context.permissions.has(route.permission);
}
