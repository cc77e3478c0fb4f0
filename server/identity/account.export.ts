import { decodeCursor, encodeCursor, type Clock } from '../kernel/index.ts';
import type { BothTexts, ExportKind } from '../platform/documents/index.ts';
import { listAccounts } from './account.repo.ts';
import { shownState } from './account.rules.ts';

const STATES: Record<string, BothTexts> = {
  pending: { zh: '待批准', en: 'Waiting for approval' },
  active: { zh: '正常', en: 'Active' },
  locked: { zh: '已锁定', en: 'Locked' },
  disabled: { zh: '已停用', en: 'Disabled' },
};

/** Accounts with their roles, as the list page shows them: what a review of rights begins with. */
export function accountExport({ clock }: { clock: Clock }): ExportKind {
  return {
    kind: 'account.list',
    title: { zh: '账号清单', en: 'Accounts' },
    permission: 'account:read',
    formats: ['xlsx', 'csv', 'pdf'],
    canUnmask: false,
    columns: [
      { key: 'username', title: { zh: '用户名', en: 'User name' }, type: 'text', width: 18 },
      { key: 'displayName', title: { zh: '姓名', en: 'Name' }, type: 'text', width: 16 },
      { key: 'state', title: { zh: '状态', en: 'State' }, type: 'text', width: 12 },
      { key: 'roles', title: { zh: '角色', en: 'Roles' }, type: 'text', width: 30 },
      { key: 'hasOtp', title: { zh: '动态口令', en: 'One-time code' }, type: 'flag', width: 10 },
      { key: 'lastSignInAt', title: { zh: '上次登录', en: 'Last sign-in' }, type: 'instant', width: 20 },
      { key: 'createdAt', title: { zh: '创建时间', en: 'Created' }, type: 'instant', width: 20 },
    ],
    params: {
      type: 'object',
      additionalProperties: false,
      properties: { state: { enum: ['pending', 'active', 'disabled'] } },
    },
    notes(params, lang) {
      const state = STATES[String(params['state'])];
      if (state === undefined) return [];
      return [lang === 'zh-CN' ? `状态：${state.zh}` : `State: ${state.en}`];
    },
    async page(db, { params, cursor, limit, lang }) {
      const after = cursor === null ? undefined : decodeCursor(cursor, 1);
      const state = params['state'] as string | undefined;
      const accounts = await listAccounts(db, { state, limit, after });
      const last = accounts.at(-1);
      const now = clock.now();
      return {
        rows: accounts.map((account) => [
          ...[account.username, account.displayName],
          STATES[shownState(account, now)]?.[lang === 'zh-CN' ? 'zh' : 'en'] ?? null,
          account.roles.join(', '),
          ...[account.totpEnc !== null, account.lastSignInAt, account.createdAt],
        ]),
        ids: accounts.map(({ id }) => id),
        next: accounts.length < limit || last === undefined ? null : encodeCursor([last.username]),
      };
    },
  };
}
