import { AppError } from '../../kernel/index.ts';
import { PdfWriter } from '../../platform/documents/index.ts';
import type { ErasureRow } from './erasure.entity.ts';

const TEXTS = {
  'zh-CN': {
    title: '个人信息删除证明',
    intro:
      '下列客户的全部数据密钥已被销毁，密钥的封装副本已覆盖，检索索引值和附件已清除。此后任何人，包括本行管理员，都无法再读取以这些密钥加密的内容。',
    facts: '基本情况',
    erasure: '删除编号',
    installation: '系统标识',
    person: '客户编号',
    asked: '申请人',
    approved: '批准人',
    started: '密钥销毁时间（UTC）',
    finished: '复核完成时间（UTC）',
    keys: '销毁的数据密钥',
    processes: '进程确认',
    node: '进程',
    at: '确认时间（UTC）',
    rows: '清除的行',
    table: '数据表',
    count: '行数',
    backups:
      '备份：在销毁时间之前制作的备份中仍有封装的密钥。用 vaultdesk backup 制作的备份在审计追踪中为动作 backup.create 的记录；备份文件由本行保管，本系统不知其去向和到期日，故不在此列出。请本行将早于销毁时间的全部备份及其到期日附在本证明之后，并到期销毁；恢复此类备份后须立即重新执行本次删除。',
    trail:
      '核对：审计追踪中动作为 requester.erase、对象为上述删除编号的两条记录。销毁密钥不改变任何审计记录，审计校验仍为完整。',
  },
  en: {
    title: 'Certificate of erasure',
    intro:
      'All data keys of the person below were destroyed, the wrapped copies of the keys overwritten, search index values and attachments removed. Nobody, the administrators included, can read any more what these keys had sealed.',
    facts: 'Facts',
    erasure: 'Erasure',
    installation: 'Installation',
    person: 'Person',
    asked: 'Asked for by',
    approved: 'Approved by',
    started: 'Keys destroyed at (UTC)',
    finished: 'Second look taken at (UTC)',
    keys: 'Data keys destroyed',
    processes: 'Processes that acknowledged',
    node: 'Process',
    at: 'Acknowledged at (UTC)',
    rows: 'Rows cleared',
    table: 'Table',
    count: 'Rows',
    backups:
      'Backups made before the keys were destroyed still hold the wrapped keys. Those made by vaultdesk backup are entries of the trail with the action backup.create; the files are kept by the bank, and this system knows neither where they are nor when they end, so none is listed here: the bank attaches the list of all its backups that are older, with the day each of them ends. Whoever restores one of them has to erase this person again at once.',
    trail:
      'To check: the two entries of the audit trail with the action requester.erase and the erasure above as target. Destroying keys changes no entry; the verification of the trail is still whole.',
  },
} as const;

/** The certificate of an erasure, a PDF; the same row gives the same words. Throws `erasure.not_done`. */
export function makeCertificate(
  row: ErasureRow,
  options: {
    installationId: string;
    names: ReadonlyMap<string, string>;
    lang: 'zh-CN' | 'en';
    takenBy: string;
  },
): Buffer {
  const { finishedAt, report } = row;
  if (finishedAt === null) throw new AppError('erasure.not_done');
  const words = TEXTS[options.lang];
  const nameOf = (id: string) => options.names.get(id) ?? id;
  const pdf = new PdfWriter({
    ...{ title: words.title, lang: options.lang },
    origin: { account: options.takenBy, at: finishedAt, offsetMinutes: 0 },
  });
  pdf.heading(words.title);
  pdf.paragraph(words.intro);
  pdf.heading(words.facts, 2);
  pdf.facts([
    [words.erasure, row.id],
    [words.installation, options.installationId],
    [words.person, row.requesterId],
    [words.asked, nameOf(row.askedById)],
    [words.approved, nameOf(row.approvedById)],
    [words.started, row.startedAt.toISOString()],
    [words.finished, finishedAt.toISOString()],
    [words.keys, String(report.keys)],
  ]);
  pdf.heading(words.processes, 2);
  pdf.table([
    { title: words.node, share: 2 },
    { title: words.at, share: 1 },
  ]);
  for (const line of report.acknowledged) pdf.row(line.split(' '));
  pdf.heading(words.rows, 2);
  pdf.table([
    { title: words.table, share: 2 },
    { title: words.count, share: 1 },
  ]);
  for (const [table, count] of Object.entries(report.rows)) pdf.row([table, String(count)]);
  pdf.paragraph(words.backups);
  pdf.paragraph(words.trail, { isFaint: true });
  return Buffer.concat([pdf.take(), pdf.finish()]);
}
