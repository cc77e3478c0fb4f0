import { parseHead, parseKeyFile, type ProofSource, type SealRow } from '../../../audit/index.ts';
import { PdfWriter } from '../../platform/documents/index.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const GROUP = /.{8}/g;

/** The head that stands for a day on paper. */
export interface DailyDigest {
  /** `2026-03-02`, UTC. */
  day: string;
  seal: SealRow;
  /** The root in groups of eight digits, as a person reads and types it. */
  groups: string[];
  keyFingerprint: string;
}

/** The last seal of a day, UTC; undefined while the day has none. Cost: two reads. */
export async function digestOf(
  trail: Pick<ProofSource, 'firstSealSince' | 'readSeals'> & { lastSeal(): Promise<SealRow | undefined> },
  day: string,
  auditKeys: string,
): Promise<DailyDigest | undefined> {
  const from = new Date(`${day}T00:00:00.000Z`);
  const next = await trail.firstSealSince(new Date(from.getTime() + DAY_MS));
  const seal = next === undefined ? await trail.lastSeal() : (await trail.readSeals(next - 2, 1))[0];
  if (seal === undefined || seal.no === next || seal.at < from) return undefined;
  const groups = seal.root.toString('hex').match(GROUP) ?? [];
  return { day, seal, groups, keyFingerprint: parseKeyFile(auditKeys).keys.at(-1)?.fingerprint ?? '' };
}

const TEXTS = {
  'zh-CN': {
    title: '审计日摘要',
    intro:
      '请打印本页，由合规人员签名并存放在本系统管理员接触不到的地方。日后只要审计链中的同一树头与本页不符，即说明历史被改写或截断。',
    facts: '当日最后一个树头',
    origin: '审计链',
    day: '日期（UTC）',
    seal: '封存号',
    size: '条目数',
    at: '封存时间（UTC）',
    root: '树根（每组八位）',
    key: '签名公钥指纹',
    check: '核对方法',
    how: '在服务器上运行下面的命令，照抄封存号与树根；空格可有可无。一致时退出码为 0。',
    note: '签名原文',
    signed: '合规人员签名、日期：＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿',
  },
  en: {
    title: 'Daily digest of the audit trail',
    intro:
      'Print this page, have an officer sign it, and keep it where the administrators of this system cannot reach it. If the trail ever has this head otherwise, its history was rewritten or cut.',
    facts: 'The last head of the day',
    origin: 'Trail',
    day: 'Day (UTC)',
    seal: 'Seal',
    size: 'Entries',
    at: 'Sealed at (UTC)',
    root: 'Root (groups of eight)',
    key: 'Fingerprint of the key',
    check: 'To check',
    how: 'Run this on the server, with the seal and the root typed from here; spaces do not matter. It ends with 0 when they agree.',
    note: 'The signed note',
    signed: 'Officer, date: ________________________________',
  },
} as const;

/** The digest as PDF; the same day gives the same words. */
export function makeDigest(digest: DailyDigest, options: { lang: 'zh-CN' | 'en'; takenBy: string }): Buffer {
  const { seal, groups, day, keyFingerprint } = digest;
  const words = TEXTS[options.lang];
  const pdf = new PdfWriter({
    ...{ title: words.title, lang: options.lang },
    origin: { account: options.takenBy, at: seal.at, offsetMinutes: 0 },
  });
  pdf.heading(words.title);
  pdf.paragraph(words.intro);
  pdf.heading(words.facts, 2);
  pdf.facts([
    [words.origin, parseHead(seal.checkpoint)?.origin ?? ''],
    [words.day, day],
    [words.seal, String(seal.no)],
    [words.size, String(seal.size)],
    [words.at, seal.at.toISOString()],
    [words.root, groups.join(' ')],
    [words.key, keyFingerprint],
  ]);
  pdf.heading(words.check, 2);
  pdf.paragraph(words.how);
  pdf.paragraph(`vaultdesk audit compare ${seal.no} "${groups.join(' ')}"`);
  pdf.heading(words.note, 2);
  pdf.paragraph(seal.checkpoint.trimEnd());
  pdf.paragraph(words.signed);
  return Buffer.concat([pdf.take(), pdf.finish()]);
}
