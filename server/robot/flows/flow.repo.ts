import { insert, portable, select, update, type Db, type Tx } from '../../platform/persistence/index.ts';
import {
  flowEndEntity,
  flowEntity,
  flowRunEntity,
  flowVersionEntity,
  type FlowEndRow,
  type FlowRow,
  type FlowRunRow,
  type FlowVersionRow,
} from './flow.entity.ts';
import type { FlowDefinition } from './flow.types.ts';

const FLOW_INSERT = insert(flowEntity);
const FLOW_BY_ID = select(flowEntity, { name: 'flow.by_id', where: ['id'] });
const FLOW_BY_KEY = select(flowEntity, { name: 'flow.by_key', where: ['locale', 'flowKey'] });
const FLOW_LIST = select(flowEntity, {
  name: 'flow.list',
  orderBy: [
    ['locale', 'desc'],
    ['flowKey', 'asc'],
  ],
  limit: true,
});
const FLOW_UPDATE = update(flowEntity, {
  name: 'flow.update',
  set: ['title', 'state', 'publishedVersion', 'draftVersion', 'lastVersion', 'updatedAt', 'version'],
  where: ['id', 'version'],
});
const VERSION_INSERT = insert(flowVersionEntity);
const VERSION_BY_NO = select(flowVersionEntity, {
  name: 'flow_version.by_no',
  where: ['flowId', 'versionNo'],
});
const VERSIONS_OF = select(flowVersionEntity, {
  name: 'flow_version.of_flow',
  where: ['flowId'],
  orderBy: [['versionNo', 'desc']],
  limit: true,
});
const VERSION_MOVE = update(flowVersionEntity, {
  name: 'flow_version.move',
  set: ['state', 'approverId', 'approvedAt', 'rejectedReason'],
  where: ['flowId', 'versionNo'],
});
const LIVE = portable<{ limit: number }, { definition: FlowDefinition; versionNo: number }>(
  'flow.live',
  `SELECT v.definition, v.version_no FROM flow f
    JOIN flow_version v ON v.flow_id = f.id AND v.version_no = f.published_version
    ORDER BY f.locale, f.flow_key FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int' }, result: { definition: 'json', versionNo: 'int' } },
);
const STAMP = portable<object, { flows: number; versions: number | null; changedAt: Date | null }>(
  'flow.stamp',
  `SELECT COUNT(*) AS flows, SUM(f.version) AS versions, MAX(f.updated_at) AS changed_at FROM flow f`,
  { params: {}, result: { flows: 'int', versions: 'int', changedAt: 'instant' } },
);
const RUN_INSERT = insert(flowRunEntity);
const RUN_BY_ID = select(flowRunEntity, { name: 'flow_run.by_id', where: ['conversationId'] });
const RUN_UPDATE = update(flowRunEntity, {
  name: 'flow_run.update',
  set: ['eventId', 'stateEnc', 'isActive', 'startedAt', 'expiresAt', 'version'],
  where: ['conversationId', 'version'],
});
const END_INSERT = insert(flowEndEntity);

/** Flows of an installation, all languages together. */
export const FLOWS_MAX = 200;
const VERSIONS_SHOWN_MAX = 50;

/** Adds a flow with its first version. */
export async function insertFlow(tx: Tx, row: FlowRow, version: FlowVersionRow): Promise<void> {
  await tx.run(FLOW_INSERT, row);
  await tx.run(VERSION_INSERT, version);
}

/** Adds a version. */
export async function insertFlowVersion(tx: Tx, version: FlowVersionRow): Promise<void> {
  await tx.run(VERSION_INSERT, version);
}

/** The flow, if it exists. */
export function findFlow(db: Db, id: string): Promise<FlowRow | undefined> {
  return db.one(FLOW_BY_ID, { id });
}

/** The flow of a key in a language, if there is one. */
export function findFlowByKey(db: Db, locale: string, flowKey: string): Promise<FlowRow | undefined> {
  return db.one(FLOW_BY_KEY, { locale, flowKey });
}

/** Every flow, Chinese ones first, by key. */
export function listFlows(db: Db): Promise<FlowRow[]> {
  return db.all(FLOW_LIST, { limit: FLOWS_MAX });
}

/** One version, if it exists. */
export function findFlowVersion(
  db: Db,
  flowId: string,
  versionNo: number,
): Promise<FlowVersionRow | undefined> {
  return db.one(VERSION_BY_NO, { flowId, versionNo });
}

/** The newest versions of a flow, newest first. */
export function listFlowVersions(db: Db, flowId: string): Promise<FlowVersionRow[]> {
  return db.all(VERSIONS_OF, { flowId, limit: VERSIONS_SHOWN_MAX });
}

/** Writes the flow's row if it is still at `readVersion`; tells whether it was. */
export async function updateFlow(tx: Tx, row: FlowRow, readVersion: number): Promise<boolean> {
  const { title, state, publishedVersion, draftVersion, lastVersion, updatedAt, version } = row;
  const set = { title, state, publishedVersion, draftVersion, lastVersion, updatedAt, version };
  return (await tx.run(FLOW_UPDATE, { ...set, whereId: row.id, whereVersion: readVersion })) === 1;
}

/** Moves a version to another state, with its approval or rejection. */
export async function moveFlowVersion(tx: Tx, row: FlowVersionRow): Promise<void> {
  const { flowId, versionNo, state, approverId, approvedAt, rejectedReason } = row;
  const set = { state, approverId, approvedAt, rejectedReason };
  await tx.run(VERSION_MOVE, { ...set, whereFlowId: flowId, whereVersionNo: versionNo });
}

/** The published flows of all languages. */
export async function listLiveFlows(db: Db): Promise<{ version: number; definition: FlowDefinition }[]> {
  const rows = await db.all(LIVE, { limit: FLOWS_MAX });
  return rows.map(({ versionNo: version, definition }) => ({ version, definition }));
}

/** A short text that changes whenever a flow does; cheap enough to ask for every message. */
export async function flowStamp(db: Db): Promise<string> {
  const row = await db.one(STAMP, {});
  return `${row?.flows ?? 0}/${row?.versions ?? 0}/${row?.changedAt?.getTime() ?? 0}`;
}

/** The flows of a conversation, if any ever ran. */
export function findRun(db: Db, conversationId: string): Promise<FlowRunRow | undefined> {
  return db.one(RUN_BY_ID, { conversationId });
}

/** Writes a conversation's flows; `readVersion` 0 for the first time. Tells whether nobody was faster. */
export async function writeRun(tx: Tx, row: FlowRunRow, readVersion: number): Promise<boolean> {
  if (readVersion === 0) {
    await tx.run(RUN_INSERT, row);
    return true;
  }
  const { conversationId: whereConversationId, ...set } = row;
  return (await tx.run(RUN_UPDATE, { ...set, whereConversationId, whereVersion: readVersion })) === 1;
}

/** Keeps how a flow ended. */
export async function insertEnd(tx: Tx, row: FlowEndRow): Promise<void> {
  await tx.run(END_INSERT, row);
}
