import { registerTemplates, type Notice } from '../../platform/notify/index.ts';
import type { TellExportEnd } from './ports.ts';

registerTemplates({
  'export.ready': {
    zh: { title: '导出已完成', body: '文件保留 {hours} 小时，请及时下载。' },
    en: { title: 'Your export is ready', body: 'The file is kept for {hours} hours.' },
  },
  'export.failed': {
    zh: { title: '导出失败', body: '请在“导出”页面查看原因。' },
    en: { title: 'Your export has failed', body: 'The page of your exports says why.' },
  },
  'export.refused': {
    zh: { title: '导出未获批准', body: '未脱敏的导出没有得到批准。' },
    en: { title: 'Your export was not approved', body: 'Plain values were asked for, and nobody approved.' },
  },
});

/** What the account that asked is told when its export has ended; many ends count up on one unread notice. */
export function exportNotice({
  accountId,
  exportId,
  outcome,
  keptHours,
}: Parameters<TellExportEnd>[1]): Notice {
  const kind = `export.${outcome}`;
  return {
    ...{ kind, key: kind, severity: outcome === 'ready' ? 'info' : 'warning', link: '/exports' },
    to: { accountIds: [accountId] },
    params: { exportId, ...(keptHours === undefined ? {} : { hours: keptHours }) },
  };
}
