import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
// Values sealed by any module can be opened only when its tables are known.
import '../compose.ts';
import {
  ConnectorHost,
  verifyConnector,
  type VerifyInputs,
  type VerifyResult,
} from '../connectors/host/index.ts';
import { openFoundation, type Foundation } from '../foundation.ts';
import type { Approvals } from '../identity/index.ts';
import { systemClock } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import { createMetrics } from '../platform/http/index.ts';
import type { Log } from '../platform/log/index.ts';
import { connectorPorts } from '../wiring-connectors.ts';
import { openEgress } from '../wiring-egress.ts';
import { openInstanceDatabase } from './instance.ts';

const USAGE = `usage: vaultdesk connector verify --id ID-OR-NAME [--inputs FILE.json] [--json] [--lang zh|en]

  Runs the contract of connectors against the system that the connector is set to, case by case. Values come without their
  content; writes are checked and never sent. FILE.json: {"order.list": {"input": {"customer": "1"}, "absent": {"customer": "0"}}}
  Exit 0 when no case failed, 1 when one did, 2 for a wrong call; cases without an input are named as skipped.
`;
const FILE_BYTES_MAX = 1024 * 1024;
/** What goes wrong is thrown; the log of the running server is not this command's to write. */
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Log;
/** This command calls places that are open; it opens none. */
const NO_APPROVALS = { register: () => undefined } as unknown as Approvals;

type Write = (text: string) => void;

interface Options {
  id: string;
  inputs: VerifyInputs;
  isJson: boolean;
  lang: 'zh' | 'en';
}

/** `vaultdesk connector verify …`: exit code 0 no case failed, 1 one did or there is no such connector, 2 bad use. */
export async function connectorCommand(
  args: string[],
  config: Config,
  write: Write = (text) => void process.stdout.write(text),
): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { database, stop } = await openInstanceDatabase(config);
  await database.close();
  const foundation = await openFoundation({
    ...{ config, databaseUrl: database.url, clock: systemClock, log: QUIET, node: `verify-${process.pid}` },
  });
  try {
    return await verify(foundation, options, write);
  } finally {
    await foundation.close();
    await stop();
  }
}

function readOptions(args: string[]): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...{ id: { type: 'string' }, inputs: { type: 'string' } },
        ...{ json: { type: 'boolean' }, lang: { type: 'string' } },
      },
    });
    const { id, lang = 'en' } = values;
    if (positionals.join() !== 'verify' || id === undefined || (lang !== 'zh' && lang !== 'en'))
      return undefined;
    return { id, lang, isJson: values.json === true, inputs: readInputs(values.inputs) };
  } catch (error) {
    process.stderr.write(`vaultdesk connector: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

function readInputs(path: string | undefined): VerifyInputs {
  if (path === undefined) return {};
  const text = readFileSync(path, 'utf8');
  if (text.length > FILE_BYTES_MAX) throw new Error(`${path} is longer than a file of inputs can be.`);
  const inputs = JSON.parse(text) as unknown;
  const isTable = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const isTexts = (value: unknown) =>
    value === undefined || (isTable(value) && Object.values(value).every((one) => typeof one === 'string'));
  const isFitting =
    isTable(inputs) &&
    Object.values(inputs).every((one) => isTable(one) && isTexts(one['input']) && isTexts(one['absent']));
  if (!isFitting) throw new Error(`${path} holds no inputs by operation.`);
  return inputs as VerifyInputs;
}

async function verify(foundation: Foundation, options: Options, write: Write): Promise<number> {
  const { egress, egressRules } = await openEgress(foundation, {
    ...{ metrics: createMetrics(), approvals: NO_APPROVALS },
  });
  const ports = connectorPorts(foundation, { egress, egressRules });
  const host = new ConnectorHost(ports);
  try {
    const known = (await host.registry.all()).find(
      ({ row }) => row.id === options.id || row.name === options.id,
    );
    if (known === undefined) {
      process.stderr.write(`vaultdesk: there is no connector ${options.id}\n`);
      return 1;
    }
    const actor = { type: 'os', id: userInfo().username };
    const request = { connectorId: known.row.id, actor, inputs: options.inputs };
    const counts = { ok: 0, failed: 0, skipped: 0 };
    for await (const found of verifyConnector({ host, ports }, request)) {
      counts[found.result] += 1;
      write(options.isJson ? `${JSON.stringify(found)}\n` : lineOf(found, options.lang));
    }
    write(options.isJson ? `${JSON.stringify(counts)}\n` : totalOf(counts, options.lang));
    return counts.failed === 0 ? 0 : 1;
  } finally {
    egress.close();
  }
}

const WORDS = {
  zh: { ok: '通过', failed: '失败', skipped: '跳过' },
  en: { ok: 'ok     ', failed: 'FAILED ', skipped: 'skipped' },
} as const;

function lineOf({ id, title, result, reason, ms }: VerifyResult, lang: 'zh' | 'en'): string {
  const why = reason === null ? '' : `  [${reason}]`;
  return `${WORDS[lang][result]}  ${id}  ${title[lang]}${why}  ${ms} ms\n`;
}

function totalOf(counts: Record<VerifyResult['result'], number>, lang: 'zh' | 'en'): string {
  const { ok, failed, skipped } = counts;
  return lang === 'zh'
    ? `${ok} 项通过，${failed} 项失败，${skipped} 项跳过\n`
    : `${ok} passed, ${failed} failed, ${skipped} skipped\n`;
}
