import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createDatabaseReader,
  outletLine,
  parseStatement,
  type OutletForm,
  type OutletSender,
  type VerifySource,
} from '../../../audit/index.ts';
import type { Egress } from '../../platform/egress/index.ts';
import { sendLines, type SyslogPlace } from './outside.ts';

/** Sends every sealed entry to a system that watches, in the order of the tree, at least once. */
export interface Forwarder {
  /** Sends what is new, at most `LINES_MAX` entries; true when there is more. Throws AppError when it can't. */
  look(): Promise<boolean>;
}

/** Entries in one connection. */
export const LINES_MAX = 1_000;
const SEALS_MAX = 200;
const CURSOR_FILE = 'forwarded.json';

/** Makes it. Where it stands is kept in `folder`; without that it begins with the seal that is newest then. */
export function createForwarder(deps: {
  source: VerifySource & { lastSeal(): Promise<{ no: number } | undefined> };
  egress: Pick<Egress, 'connect'>;
  place: SyslogPlace;
  form: OutletForm;
  sender: OutletSender;
  folder: string;
}): Forwarder {
  const { source, egress, place, form, sender, folder } = deps;
  const path = join(folder, CURSOR_FILE);
  let sealNo: number | undefined;

  return {
    async look() {
      sealNo ??= (await readCursor(path)) ?? (await begin());
      const { lines, last, isMore } = await collect(sealNo);
      if (lines.length > 0) await sendLines(egress, place, lines);
      if (last !== sealNo) await writeCursor(folder, path, last);
      sealNo = last;
      return isMore;
    },
  };

  async function begin(): Promise<number> {
    const no = (await source.lastSeal())?.no ?? 0;
    await writeCursor(folder, path, no);
    return no;
  }

  /** Whole seals until there are lines enough: a seal is sent again when its connection broke. */
  async function collect(after: number): Promise<{ lines: string[]; last: number; isMore: boolean }> {
    const reader = createDatabaseReader(source);
    const seals = await source.readSeals(after, SEALS_MAX);
    const lines: string[] = [];
    let last = after;
    for (const seal of seals) {
      for (const range of parseStatement(seal.statement)?.ranges ?? []) {
        for await (const items of reader.items(range)) {
          for (const { row } of items) lines.push(outletLine(row!, form, sender));
        }
      }
      last = seal.no;
      if (lines.length >= LINES_MAX) break;
    }
    await reader.close();
    return { lines, last, isMore: seals.length > 0 && last !== seals.at(-1)!.no };
  }
}

async function readCursor(path: string): Promise<number | undefined> {
  try {
    const { sealNo } = JSON.parse(await readFile(path, 'utf8')) as { sealNo?: unknown };
    return Number.isSafeInteger(sealNo) ? Number(sealNo) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function writeCursor(folder: string, path: string, sealNo: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const handle = await open(`${path}.new`, 'w', 0o600);
  await handle.writeFile(JSON.stringify({ sealNo }));
  await handle.sync();
  await handle.close();
  await rename(`${path}.new`, path);
}
