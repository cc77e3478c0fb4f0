import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAnchors } from './anchors.ts';
import { EXPORT_FILES } from './export-format.ts';
import { ExportError, writeExport } from './export.ts';
import { parseHead, type SignedHead } from './head.ts';
import { KeyFileError, keyForSeal, type TrailKeys } from './keys.ts';
import { isSignedBy } from './note.ts';
import { isConsistent, proveEntry, verifyProofFile, writeProof, type ProofSource } from './proof.ts';
import type { AuditCliPorts, ExportFilter } from './cli-io.ts';
import { runAdopt, runCompare, runPurge, runRotateKey } from './cli-acts.ts';
import { runHold, runReview } from './cli-holds.ts';
import { plainText, readKeys, readText, readWitnesses, withSource } from './cli-reading.ts';
import { parseWitnessKeys, readCosigned } from './cosign.ts';
import { CLI_USAGE, optionOf, parseCli, UsageError, type CliOptions } from './cli-options.ts';
import { readStamps } from './stamp-folder.ts';
import { verifyDatabaseTrail } from './verify-database.ts';
import { verifyExportFolder } from './verify-export.ts';
import { EXIT, exitCodeOf, NotProvableError, type VerifyResult } from './verify-result.ts';

export type { AuditCliPorts } from './cli-io.ts';

type Verb = (options: CliOptions, ports: AuditCliPorts) => Promise<number>;

const VERBS: Record<string, Verb> = {
  verify: runVerify,
  export: runExport,
  prove: runProve,
  'verify-proof': runVerifyProof,
  consistency: runConsistency,
  anchor: runAnchor,
  status: runStatus,
  purge: runPurge,
  adopt: runAdopt,
  compare: runCompare,
  'rotate-key': runRotateKey,
  hold: runHold,
  review: runReview,
};

/**
 * Runs `vaultdesk audit …` and gives the exit code: 0 whole, 1 tampered, 2 bad use, 3 not provable (no anchor, key or
 * file), 4 input/output. One line on the error stream says why; never a stack.
 */
export async function runAuditCli(args: readonly string[], ports: AuditCliPorts): Promise<number> {
  try {
    const options = parseCli(args);
    return await VERBS[options.verb]!(options, ports);
  } catch (error) {
    if (error instanceof UsageError) {
      ports.writeError(`${plainText(error.message)}\n${CLI_USAGE}`);
      return EXIT.usage;
    }
    ports.writeError(`vaultdesk audit: ${plainText((error as Error).message)}\n`);
    return exitCodeOfError(error);
  }
}

function exitCodeOfError(error: unknown): number {
  if (error instanceof KeyFileError) return error.kind === 'chain' ? EXIT.tampered : EXIT.notProvable;
  if (error instanceof NotProvableError) return EXIT.notProvable;
  if (error instanceof ExportError) return EXIT.tampered;
  return EXIT.io;
}

async function runVerify(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  const folder = optionOf(options, 'export');
  const result =
    folder === undefined ? await verifyDatabase(options, ports) : await verifyExport(folder, options);
  ports.write(options.isJson ? `${resultJson(result)}\n` : describeResult(result));
  return exitCodeOf(result);
}

async function verifyDatabase(options: CliOptions, ports: AuditCliPorts): Promise<VerifyResult> {
  const keys = await readKeys(optionOf(options, 'keys') ?? ports.defaultKeys);
  const folders = options.values.get('anchors') ?? [ports.defaultAnchors];
  return withSource(options, ports, async (source) => {
    const stamps = optionOf(options, 'stamps') ?? ports.defaultStamps;
    const ca = optionOf(options, 'stamp-ca');
    const trusted = ca === undefined ? [] : [await readText(ca)];
    const witnesses = (await readWitnesses(options, ports.defaultWitnesses)) ?? [];
    const result = await verifyDatabaseTrail(source, () => ({
      keys,
      anchors: folders.map((path) => readAnchors(path)),
      sparseAnchors: [
        ...(stamps === undefined ? [] : [readStamps(stamps, trusted)]),
        ...(witnesses.length === 0 ? [] : folders.map((path) => readCosigned(path, witnesses))),
      ],
    }));
    await ports.record?.({ action: 'audit.verify', details: { status: result.status, size: result.size } });
    return result;
  });
}

async function verifyExport(folder: string, options: CliOptions): Promise<VerifyResult> {
  const keys = await readKeys(optionOf(options, 'keys') ?? join(folder, EXPORT_FILES.keys));
  const witnesses = await readWitnesses(options, undefined);
  return verifyExportFolder(folder, {
    ...{ keys, anchors: options.values.get('anchors') },
    ...(witnesses === undefined ? {} : { witnesses }),
  });
}

/** The result as the outside contract has it. */
export function resultJson(result: VerifyResult): string {
  const { status, size, root, events, anchors, firstBad, warnings } = result;
  return JSON.stringify({ status, size, root, events, anchors, firstBad, warnings });
}

function describeResult(result: VerifyResult): string {
  const lines = [
    `status: ${result.status}`,
    `size: ${result.size}`,
    `root: ${result.root}`,
    `events: ${result.events}`,
    `anchors: ${result.anchors}`,
    ...result.findings.map(
      ({ kind, index, id }) => `finding: ${kind} at index ${index ?? '-'} id ${id ?? '-'}`,
    ),
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
  return `${lines.map(plainText).join('\n')}\n`;
}

async function runExport(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  const out = optionOf(options, 'out');
  if (out === undefined) throw new UsageError('export needs --out');
  const [fromSeal, toSeal] = [sealOption(options, 'from-seal'), sealOption(options, 'to-seal')];
  if (fromSeal !== undefined && toSeal !== undefined && toSeal < fromSeal)
    throw new UsageError('--to-seal is not before --from-seal');
  const keyFile = await readText(optionOf(options, 'keys') ?? ports.defaultKeys);
  const anchorFolder = optionOf(options, 'anchors') ?? ports.defaultAnchors;
  const cosigned = ports.defaultWitnesses && {
    heads: readCosigned(anchorFolder, parseWitnessKeys(ports.defaultWitnesses)),
    keyFile: ports.defaultWitnesses,
  };
  const manifest = await withSource(options, ports, async (source) => {
    const filter = filterOf(options);
    await ports.record?.({ action: 'audit.export' });
    return writeExport(out, {
      source,
      ...{ keyFile, anchors: readAnchors(anchorFolder), filter, fromSeal, toSeal },
      ...(cosigned ? { cosigned } : {}),
    });
  });
  const { seals, size, events } = manifest;
  ports.write(
    options.isJson
      ? `${JSON.stringify({ out, seals, size, events })}\n`
      : `${plainText(out)}: ${events} of ${size} entries\n`,
  );
  return EXIT.whole;
}

function sealOption(options: CliOptions, name: string): number | undefined {
  const text = optionOf(options, name);
  if (text !== undefined && !/^[1-9][0-9]{0,14}$/.test(text))
    throw new UsageError(`--${name} is a number from 1`);
  return text === undefined ? undefined : Number(text);
}

function filterOf(options: CliOptions): ExportFilter | undefined {
  const wanted = {
    actor: optionOf(options, 'actor'),
    customer: optionOf(options, 'customer'),
    target: optionOf(options, 'target'),
    action: optionOf(options, 'action'),
  };
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  if (given.length === 0) return undefined;
  return {
    text: given.map(([name, value]) => `${name}=${value}`).join(' '),
    keeps: (row) =>
      [
        [wanted.actor, row.actorId],
        [wanted.customer, row.customerRef],
        [wanted.target, row.targetId],
        [wanted.action, row.action],
      ].every(([value, column]) => value === undefined || value === column),
  };
}

async function runProve(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  const [id] = options.words as [string];
  const text = await withSource(options, ports, async (source) => {
    const row = await source.findEvent(id);
    if (row === undefined) throw new NotProvableError('there is no entry with this id');
    const proof = await proveEntry(source, row);
    if (proof === undefined) throw new NotProvableError('the entry is not sealed yet');
    await ports.record?.({ action: 'audit.prove', target: id });
    return writeProof(proof, row.body);
  });
  const out = optionOf(options, 'out');
  if (out === undefined) ports.write(text);
  else await writeFile(out, text, { mode: 0o640 });
  return EXIT.whole;
}

async function runVerifyProof(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  const keys = await readKeys(optionOf(options, 'keys') ?? ports.defaultKeys);
  const proven = verifyProofFile(await readText(options.words[0]!), keys);
  if (typeof proven === 'string') {
    ports.writeError(`vaultdesk audit: ${proven}\n`);
    return EXIT.tampered;
  }
  const { index, body, head } = proven;
  const root = head.root.toString('hex');
  ports.write(
    options.isJson
      ? `${JSON.stringify({ status: 'whole', index, size: head.size, root, body })}\n`
      : `entry ${index} of ${head.size}, root ${root}\n${plainText(body)}\n`,
  );
  return EXIT.whole;
}

async function runConsistency(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  const keys = await readKeys(optionOf(options, 'keys') ?? ports.defaultKeys);
  const [older, newer] = [await readHead(options.words[0]!, keys), await readHead(options.words[1]!, keys)];
  const isWhole = await withSource(options, ports, (source) => isConsistent(source, older, newer));
  const answer = { status: isWhole ? 'whole' : 'tampered', oldSize: older.size, newSize: newer.size };
  ports.write(
    options.isJson ? `${JSON.stringify(answer)}\n` : `${answer.status}: ${older.size} -> ${newer.size}\n`,
  );
  return isWhole ? EXIT.whole : EXIT.tampered;
}

async function readHead(path: string, keys: TrailKeys): Promise<SignedHead> {
  const head = parseHead(await readText(path));
  const key = head === undefined ? undefined : keyForSeal(keys, head.sealNo);
  const isOurs =
    head !== undefined && key !== undefined && head.origin === keys.origin && isSignedBy(head.note, key);
  if (!isOurs) throw new NotProvableError(`${path} is no checkpoint signed by a key of the trail`);
  return head;
}

async function runAnchor(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  if (options.words[0] === 'now') {
    if (ports.anchorNow === undefined) throw new UsageError('anchor now needs a running server');
    ports.write(`${JSON.stringify(await ports.anchorNow())}\n`);
    return EXIT.whole;
  }
  if (options.words[0] !== 'list') throw new UsageError('anchor now, or anchor list');
  let count = 0;
  for await (const { file, head } of readAnchors(optionOf(options, 'anchors') ?? ports.defaultAnchors)) {
    count += 1;
    const item = {
      file,
      seal: head?.sealNo ?? null,
      size: head?.size ?? null,
      root: head?.root.toString('hex') ?? null,
    };
    ports.write(
      options.isJson
        ? `${JSON.stringify(item)}\n`
        : `${item.file} seal ${item.seal} size ${item.size} ${item.root}\n`,
    );
  }
  return count > 0 ? EXIT.whole : EXIT.notProvable;
}

async function runStatus(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  let anchored: SignedHead | undefined;
  for await (const { head } of readAnchors(optionOf(options, 'anchors') ?? ports.defaultAnchors))
    anchored = head ?? anchored;
  const answer = await withSource(options, ports, async (source) => {
    const lanes = await source.listLanes();
    const events = lanes.reduce((sum, { count }) => sum + count, 0);
    const seal = await lastSealOf(source);
    const { no = 0, size = 0, root, at } = seal ?? {};
    const purgedTo = (await source.lastPurge())?.toSeal ?? 0;
    const [purged] = purgedTo === 0 ? [] : await source.readSeals(purgedTo - 1, 1);
    return {
      events,
      purgedSeal: purgedTo,
      seal: no,
      size,
      root: root?.toString('hex') ?? '',
      sealedAt: at?.toISOString() ?? null,
      unsealed: Math.max(0, events - (size - (purged?.size ?? 0))),
      anchoredSeal: anchored?.sealNo ?? 0,
      anchoredSize: anchored?.size ?? 0,
    };
  });
  const text = Object.entries(answer).map(([key, value]) => `${key}: ${value}\n`);
  ports.write(options.isJson ? `${JSON.stringify(answer)}\n` : text.join(''));
  return EXIT.whole;
}

/** The newest seal, by halving: seals are dense, so a number has a row or one behind it exactly when it is not past the end. */
async function lastSealOf(source: ProofSource) {
  const find = async (no: number) => (await source.readSeals(no - 1, 1))[0];
  let [low, high] = [0, 1];
  while ((await find(high)) !== undefined) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((await find(middle)) !== undefined) low = middle;
    else high = middle;
  }
  return low === 0 ? undefined : find(low);
}
