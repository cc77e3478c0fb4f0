import { PdfWriter } from '../../platform/documents/index.ts';
import type { AuditCheckRow, CheckResult } from './check.entity.ts';

const TEXTS = {
  'zh-CN': {
    title: '审计追踪验证证书',
    whole: '结论：完整。没有条目被改动、删除、插入或调换。',
    tampered: '结论：已被篡改。请立即保全数据库、锚点与本证书。',
    'not-provable': '结论：无法证明。缺少可对照的锚点；没有发现改动，也不能证明完整。',
    how: '系统把整个审计追踪导出为文件，再由独立验证程序（audit-verify.mjs，单一文件，不含本系统代码）在单独的进程中逐条重算哈希、编号、封存、签名与锚点。任何人可用同一程序在自己的电脑上重复本次验证。',
    facts: '结果',
    check: '验证编号',
    origin: '审计追踪',
    asked: '申请人',
    askedAt: '申请时间（UTC）',
    endedAt: '完成时间（UTC）',
    size: '树的大小（叶子）',
    root: '树根',
    events: '检查条目',
    anchors: '对照锚点',
    verifier: '验证程序 SHA-256',
    times: '用时',
    timesText: (exportMs: number, verifyMs: number) => `导出 ${exportMs} 毫秒，验证 ${verifyMs} 毫秒`,
    firstBad: '第一处异常',
    warnings: '提示',
    signed: '签名',
    signedText:
      '以下文本由封存密钥签名（C2SP signed note）。本文件末尾另附对全部字节的签名。公钥见 keys/audit.keys，请与纸质公布的指纹核对。',
    fingerprint: '签名密钥指纹',
  },
  en: {
    title: 'Certificate of verification',
    whole: 'Verdict: whole. No entry was changed, removed, put in, or exchanged.',
    tampered: 'Verdict: tampered with. Secure the database, the anchors, and this certificate at once.',
    'not-provable':
      'Verdict: not provable. There is no anchor to compare with: no change was found, and wholeness cannot be shown.',
    how: 'The whole trail was exported, and the independent verifier (audit-verify.mjs, one file, none of this server’s code) computed every hash, number, seal, signature, and anchor anew in a process of its own. Anybody can repeat this with the same file on a machine of their own.',
    facts: 'Result',
    check: 'Verification',
    origin: 'Trail',
    asked: 'Asked for by',
    askedAt: 'Asked for at (UTC)',
    endedAt: 'Finished at (UTC)',
    size: 'Size of the tree (leaves)',
    root: 'Root',
    events: 'Entries checked',
    anchors: 'Anchors compared',
    verifier: 'SHA-256 of the verifier',
    times: 'Took',
    timesText: (exportMs: number, verifyMs: number) => `export ${exportMs} ms, verification ${verifyMs} ms`,
    firstBad: 'First fault',
    warnings: 'Warnings',
    signed: 'Signature',
    signedText:
      'The text below is signed by the key that seals the trail (C2SP signed note). A signature over all bytes of this file follows behind its end. The public key is in keys/audit.keys; compare its fingerprint with the one on paper.',
    fingerprint: 'Fingerprint of the key',
  },
} as const;

/** The certificate of a check that has a result; the same row gives the same bytes for the same reader. */
export function makeCheckCertificate(
  row: AuditCheckRow & { result: CheckResult; note: string; endedAt: Date },
  options: { origin: string; fingerprint: string; askedBy: string; lang: 'zh-CN' | 'en'; takenBy: string },
): Buffer {
  const { result, note, endedAt } = row;
  const words = TEXTS[options.lang];
  const pdf = new PdfWriter({
    ...{ title: words.title, lang: options.lang },
    origin: { account: options.takenBy, at: endedAt, offsetMinutes: 0 },
  });
  pdf.heading(words.title);
  pdf.heading(words[result.status], 2);
  pdf.paragraph(words.how);
  pdf.heading(words.facts, 2);
  pdf.facts([
    [words.check, row.id],
    [words.origin, options.origin],
    [words.asked, options.askedBy],
    [words.askedAt, row.askedAt.toISOString()],
    [words.endedAt, endedAt.toISOString()],
    [words.events, String(result.events)],
    [words.size, String(result.size)],
    [words.root, result.root],
    [words.anchors, String(result.anchors)],
    [words.verifier, result.verifierSha256],
    [words.times, words.timesText(result.exportMs, result.verifyMs)],
  ]);
  const { firstBad } = result;
  if (firstBad !== null)
    pdf.facts([[words.firstBad, `${firstBad.kind} · ${firstBad.index ?? '—'} · ${firstBad.id ?? '—'}`]]);
  if (result.warnings.length > 0) {
    pdf.heading(words.warnings, 2);
    for (const warning of result.warnings) pdf.paragraph(warning);
  }
  pdf.heading(words.signed, 2);
  pdf.paragraph(words.signedText);
  pdf.facts([[words.fingerprint, options.fingerprint]]);
  pdf.paragraph(note.trimEnd(), { isFaint: true });
  return Buffer.concat([pdf.take(), pdf.finish()]);
}
