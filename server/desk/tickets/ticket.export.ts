import { AppError, beforeOf, LIMITS } from '../../kernel/index.ts';
import type { BothTexts, DocumentLang, ExportKind, ExportQuery } from '../../platform/documents/index.ts';
import { narrowScope, type Db } from '../../platform/persistence/index.ts';
import { FIELD_MATCHES, type FieldMatch } from '../fields/field-index.ts';
import type { Staff } from '../staff.ts';
import type { TicketPriority, TicketState } from './ticket.rules.ts';
import type { TicketFilter } from './ticket-list.view.ts';
import type { TicketItem, TicketView } from './ticket.view.ts';

const STATES: Record<TicketState, BothTexts> = {
  new: { zh: '新建', en: 'New' },
  open: { zh: '处理中', en: 'Open' },
  pending: { zh: '等待客户', en: 'Pending' },
  'on-hold': { zh: '挂起', en: 'On hold' },
  solved: { zh: '已解决', en: 'Solved' },
  closed: { zh: '已关闭', en: 'Closed' },
};
const PRIORITIES: Record<TicketPriority, BothTexts> = {
  low: { zh: '低', en: 'Low' },
  normal: { zh: '普通', en: 'Normal' },
  high: { zh: '高', en: 'High' },
  urgent: { zh: '紧急', en: 'Urgent' },
};

/** The filters of the list page. */
interface Params {
  state?: TicketState;
  /** An account, `me`, or `none`. */
  assignee?: string;
  requesterId?: string;
  /** A unit, with those under it. */
  unit?: string;
  q?: string;
  /** A field of the installation's own, and the value it has. */
  field?: string;
  value?: string;
  /** How the value is meant; the whole of it unless named. */
  match?: FieldMatch;
}

/** Tickets as the list page shows them, with its filters; words of a search stay out of the document's head. */
export function ticketExport(deps: { view: TicketView; staff: Staff }): ExportKind {
  return {
    kind: 'ticket.list',
    title: { zh: '工单列表', en: 'Tickets' },
    permission: 'ticket:export',
    formats: ['xlsx', 'csv', 'pdf'],
    canUnmask: true,
    columns: [
      { key: 'number', title: { zh: '编号', en: 'Number' }, type: 'integer', width: 9 },
      { key: 'subject', title: { zh: '主题', en: 'Subject' }, type: 'text', width: 40 },
      { key: 'state', title: { zh: '状态', en: 'State' }, type: 'text', width: 10 },
      { key: 'priority', title: { zh: '优先级', en: 'Priority' }, type: 'text', width: 10 },
      { key: 'requester', title: { zh: '客户', en: 'Requester' }, type: 'text', width: 12 },
      { key: 'assignee', title: { zh: '负责人', en: 'Assignee' }, type: 'text', width: 12 },
      { key: 'unit', title: { zh: '机构', en: 'Unit' }, type: 'text', width: 16 },
      { key: 'openedAt', title: { zh: '创建时间', en: 'Opened' }, type: 'instant', width: 20 },
      { key: 'updatedAt', title: { zh: '更新时间', en: 'Updated' }, type: 'instant', width: 20 },
    ],
    params: {
      type: 'object',
      additionalProperties: false,
      properties: {
        state: { enum: Object.keys(STATES) },
        assignee: { type: 'string', maxLength: 36 },
        requesterId: { type: 'string', format: 'uuid' },
        unit: { type: 'string', format: 'uuid' },
        q: { type: 'string', minLength: 1, maxLength: 200 },
        field: { type: 'string', minLength: 1, maxLength: 64 },
        value: { type: 'string', minLength: 1, maxLength: 200 },
        match: { enum: [...FIELD_MATCHES] },
      },
      dependentRequired: { field: ['value'], value: ['field'], match: ['field'] },
    },
    // Words and fields are not searched together, as on the list.
    assertParams({ q, field }) {
      if (q !== undefined && field !== undefined)
        throw new AppError('request.invalid', { details: { part: 'params' } });
    },
    notes: (params, lang) => notesOf(params as Params, lang),
    page: async (db, query) => {
      const page = await readPage(deps, db, query);
      return {
        rows: page.items.map((item) => rowOf(item, query.lang)),
        ids: page.items.map(({ id }) => id),
        next: page.nextCursor ?? null,
      };
    },
  };
}

async function readPage({ view, staff }: { view: TicketView; staff: Staff }, db: Db, query: ExportQuery) {
  const { reader, cursor, limit, isUnmasked: isPlain } = query;
  const { state, assignee, requesterId, unit, q, field, value, match } = query.params as Params;
  const { id: accountId } = reader.actor;
  const seesAll = reader.permissions.has('ticket:assign');
  const groupIds = seesAll ? [] : await staff.skillGroupsOf(accountId);
  const assigneeId = assignee === 'me' ? accountId : assignee === 'none' ? null : assignee;
  const filter: TicketFilter = { state, requesterId, assigneeId };
  const asked = {
    filter,
    before: beforeOf(cursor ?? undefined),
    limit: Math.min(limit, LIMITS.pageItemsMax),
    isPlain,
    ...(field === undefined || value === undefined
      ? {}
      : { field: { field, value, ...(match === undefined ? {} : { match }) } }),
  };
  const sees = reader.scopeFor(seesAll ? 'ticket:assign' : 'ticket:work');
  const scope = unit === undefined ? sees : await narrowScope(db, sees, unit);
  if (scope === undefined) return { items: [] };
  const viewer = { accountId, seesAll, groupIds, scope };
  return q === undefined ? view.list(db, viewer, asked) : view.search(db, viewer, { ...asked, text: q });
}

function rowOf(item: TicketItem, lang: DocumentLang) {
  const word = (text: BothTexts) => (lang === 'zh-CN' ? text.zh : text.en);
  return [
    item.number,
    item.subject,
    word(STATES[item.state]),
    word(PRIORITIES[item.priority]),
    item.requester.nameMasked,
    item.assignee?.displayName ?? null,
    item.unit.name,
    new Date(item.openedAt),
    new Date(item.updatedAt),
  ];
}

function notesOf({ state, assignee, requesterId, unit, q, field }: Params, lang: DocumentLang): string[] {
  const isChinese = lang === 'zh-CN';
  const notes: string[] = [];
  if (state) notes.push(isChinese ? `状态：${STATES[state].zh}` : `State: ${STATES[state].en}`);
  if (assignee === 'me') notes.push(isChinese ? '负责人：本人' : 'Assignee: the exporter');
  else if (assignee === 'none') notes.push(isChinese ? '负责人：未分配' : 'Assignee: nobody');
  else if (assignee) notes.push(isChinese ? '负责人：指定坐席' : 'Assignee: one agent');
  if (requesterId) notes.push(isChinese ? '客户：指定客户' : 'Requester: one requester');
  if (unit) notes.push(isChinese ? '机构：指定机构及其下级' : 'Unit: one unit and those under it');
  if (field) notes.push(isChinese ? `自定义字段：${field}` : `Own field: ${field}`);
  if (q) notes.push(isChinese ? '按关键词搜索' : 'Found by words');
  return notes;
}
