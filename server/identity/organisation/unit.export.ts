import { decodeCursor, encodeCursor } from '../../kernel/index.ts';
import type { BothTexts, ExportKind } from '../../platform/documents/index.ts';
import { listUnits } from './unit.view.ts';
import type { UnitKind } from './unit.rules.ts';

const KINDS: Record<UnitKind, BothTexts> = {
  'head-office': { zh: '总行', en: 'Head office' },
  branch: { zh: '分行', en: 'Branch' },
  outlet: { zh: '网点', en: 'Outlet' },
  department: { zh: '部门', en: 'Department' },
};
const STATES: Record<string, BothTexts> = {
  active: { zh: '正常', en: 'Active' },
  closing: { zh: '移交中', en: 'Being handed over' },
};

/** Units with the one above each, by code; those that are closed stay out. */
export function unitExport(): ExportKind {
  return {
    kind: 'unit.list',
    title: { zh: '机构清单', en: 'Units' },
    permission: 'unit:write',
    formats: ['csv', 'xlsx', 'pdf'],
    canUnmask: false,
    columns: [
      { key: 'code', title: { zh: '编号', en: 'Code' }, type: 'text', width: 16 },
      { key: 'name', title: { zh: '名称', en: 'Name' }, type: 'text', width: 24 },
      { key: 'kind', title: { zh: '类型', en: 'Kind' }, type: 'text', width: 12 },
      { key: 'parent', title: { zh: '上级编号', en: 'Code above' }, type: 'text', width: 16 },
      { key: 'depth', title: { zh: '层级', en: 'Level' }, type: 'integer', width: 8 },
      { key: 'people', title: { zh: '人员', en: 'People' }, type: 'integer', width: 8 },
      { key: 'state', title: { zh: '状态', en: 'State' }, type: 'text', width: 14 },
    ],
    params: { type: 'object', additionalProperties: false, properties: {} },
    notes: () => [],
    async page(db, { cursor, limit, lang }) {
      const afterCode = cursor === null ? undefined : String(decodeCursor(cursor, 1)[0]);
      const word = (text: BothTexts | undefined) => (lang === 'zh-CN' ? text?.zh : text?.en) ?? null;
      const units = await listUnits(db, { afterCode, limit });
      const last = units.at(-1);
      return {
        rows: units.map(({ code, name, kind, parentCode, depth, people, state }) => [
          ...[code, name, word(KINDS[kind as UnitKind]), parentCode, depth, people, word(STATES[state])],
        ]),
        ids: units.map(({ id }) => id),
        next: units.length < limit || last === undefined ? null : encodeCursor([last.code]),
      };
    },
  };
}
