import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { parseDocument } from 'yaml';
import { openFoundation, type Foundation } from '../foundation.ts';
import { createIdpAdministration, type IdpAdministration } from '../identity/index.ts';
import { StartError, systemClock } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import type { Log } from '../platform/log/index.ts';
import { openInstanceDatabase } from './instance.ts';

const USAGE = `usage: vaultdesk idp add --id IDP --metadata FILE --map FILE.yaml
       vaultdesk idp list | show IDP | test IDP | remove IDP      [--json]

  add     makes or replaces an identity provider
  test    says what its operator has to know, and what would keep people out
`;

const FILE_BYTES_MAX = 1024 * 1024;
const IDP_ID = /^[a-z0-9][a-z0-9-]{0,39}$/;
const WARN_DAYS = 60;
const DAY_MS = 86_400_000;
/** What goes wrong is thrown; the log of the running server is not this command's to write. */
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Log;

type Write = (text: string) => void;
const toStdout: Write = (text) => void process.stdout.write(text);

interface Options {
  id: string | undefined;
  metadata: string | undefined;
  map: string | undefined;
  json: boolean;
}

interface Shown {
  id: string;
  entityId: string;
  state: string;
  map: { roles: unknown[]; jit: boolean; signPolicy: string };
  certificates: { fingerprint: string; notAfter: string }[];
}

/** `vaultdesk idp …`: exit code 0 done, 1 refused or not fit, 2 bad use. Asks nothing. */
export async function idpCommand(args: string[], config: Config, write: Write = toStdout): Promise<number> {
  const read = readArguments(args);
  if (read === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { verb, options } = read;
  const say = sayer(write);
  const input = verb === 'add' ? await readInput(options) : undefined;
  return withFoundation(config, async (foundation) => {
    const idps = createIdpAdministration({ ...foundation, isEvaluation: config.isEvaluation });
    const actor = { type: 'os' as const, id: userInfo().username };
    if (input !== undefined) {
      const { id, state } = await foundation.uow.run({ actor }, (tx) => idps.put(tx, input));
      return say(options.json, { id, state }, [`${id} is ${stateText(state)}`]);
    }
    if (verb === 'list') return say(options.json, ...listed(await idps.list()));
    const id = options.id as string;
    const known = (await findKnown(idps, id)) as unknown as Shown;
    if (verb === 'remove') {
      const end = await foundation.uow.run({ actor }, (tx) => idps.remove(tx, id));
      const { state, sessionsEnded = 0 } = end;
      const isDone = state === 'removed';
      const line = isDone
        ? `${id} is removed, ${sessionsEnded} sessions ended`
        : `${id} is ${stateText(state)}`;
      return say(options.json, isDone ? { id, sessionsEnded } : { id, state }, [line]);
    }
    return verb === 'show' ? say(true, known, []) : test(known, config, { isJson: options.json, say });
  });
}

async function findKnown(idps: IdpAdministration, id: string): Promise<Record<string, unknown>> {
  const known = (await idps.list()).find((idp) => idp['id'] === id);
  if (known !== undefined) return known;
  throw new StartError({
    code: 'request.not_found',
    sentence: `There is no identity provider ${id}.`,
    remedy: 'vaultdesk idp list names those there are.',
  });
}

function readArguments(args: string[]): { verb: string; options: Options } | undefined {
  const [verb, ...rest] = args;
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      allowPositionals: true,
      options: {
        ...{ id: { type: 'string' }, metadata: { type: 'string' }, map: { type: 'string' } },
        json: { type: 'boolean' },
      },
    });
    const options: Options = {
      id: values.id ?? positionals[0],
      ...{ metadata: values.metadata, map: values.map, json: values.json === true },
    };
    const isNamed = options.id !== undefined && IDP_ID.test(options.id);
    if (verb === 'add' && isNamed && options.metadata && options.map) return { verb, options };
    if (verb === 'list' && options.id === undefined) return { verb, options };
    return ['show', 'test', 'remove'].includes(verb ?? '') && isNamed
      ? { verb: verb as string, options }
      : undefined;
  } catch {
    return undefined;
  }
}

async function readInput({ id, metadata, map: mapFile }: Options) {
  const mapPath = resolve(mapFile as string);
  const map = parseMap(await readText(mapPath), mapPath);
  const files = map['certificates'];
  if (Array.isArray(files)) {
    const beside = (file: unknown) => resolve(dirname(mapPath), String(file));
    map['certificates'] = await Promise.all(files.map((file) => readText(beside(file))));
  }
  return { id: id as string, metadata: await readText(resolve(metadata as string)), map };
}

function parseMap(text: string, path: string): Record<string, unknown> {
  const document = parseDocument(text, { strict: true, uniqueKeys: true, maxAliasCount: 0 } as never);
  const [fault] = document.errors;
  const value: unknown = fault === undefined ? document.toJS() : undefined;
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new StartError({
    code: 'idp.invalid',
    sentence: `${path} is no map in YAML${fault === undefined ? '' : `: ${fault.message.split('\n')[0]}`}.`,
    remedy: 'See docs/operations/sso.md for what a map holds.',
  });
}

async function readText(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > FILE_BYTES_MAX) throw new Error('It is larger than 1 MiB.');
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new StartError({
      code: 'idp.invalid',
      sentence: `${path} cannot be read.`,
      remedy: 'Name a file of at most 1 MiB that this account may read.',
      cause,
    });
  }
}

function stateText(state: string): string {
  if (state === 'live') return 'live';
  if (state === 'off') return 'off: nobody signs in through it';
  const next = state === 'waiting' ? 'waits for the security administrator' : 'waits for a test sign-in';
  return `${state}: it ${next}`;
}

function listed(idps: Record<string, unknown>[]): [object, string[]] {
  const text = (value: unknown, width: number) => String(value).padEnd(width);
  const lines = idps.map(
    ({ id, state, entityId }) => `${text(id, 20)} ${text(state, 9)} ${text(entityId, 0)}`,
  );
  return [{ items: idps }, lines];
}

/** What can be known without a person: addresses to register, certificates, state. */
function test(idp: Shown, config: Config, { isJson, say }: { isJson: boolean; say: Say }): number {
  const base = `${config.publicBaseUrl ?? `https://${config.bind}:${config.port}`}/sso/${idp.id}`;
  const problems: string[] = [];
  if (idp.state !== 'live') problems.push(stateText(idp.state));
  for (const { fingerprint, notAfter } of idp.certificates) {
    const days = Math.floor((Date.parse(notAfter) - systemClock.now().getTime()) / DAY_MS);
    if (days < WARN_DAYS) problems.push(`certificate ${fingerprint.slice(0, 16)} ends in ${days} days`);
  }
  if (idp.map.roles.length === 0) problems.push('the map has no roles: nobody gets in');
  const found = {
    ...{ id: idp.id, state: idp.state, entityId: `${base}/metadata`, acs: `${base}/acs`, slo: `${base}/slo` },
    problems,
  };
  const lines = [
    ...[`entity id  ${found.entityId}`, `acs        ${found.acs}`, `slo        ${found.slo}`],
    ...problems.map((problem) => `problem    ${problem}`),
    `then sign in with ${base}/login?test=1 as system administrator, or ${base}/login`,
  ];
  say(isJson, found, lines);
  return problems.length === 0 ? 0 : 1;
}

function sayer(write: Write) {
  return (isJson: boolean, value: object, lines: readonly string[]): number => {
    write(isJson ? `${JSON.stringify(value)}\n` : lines.map((line) => `${line}\n`).join(''));
    return 0;
  };
}

type Say = ReturnType<typeof sayer>;

async function withFoundation(
  config: Config,
  work: (foundation: Foundation) => Promise<number>,
): Promise<number> {
  const { database, stop } = await openInstanceDatabase(config);
  await database.close();
  const options = { config, databaseUrl: database.url, clock: systemClock, log: QUIET };
  const foundation = await openFoundation({ ...options, node: `idp-${process.pid}` });
  try {
    return await work(foundation);
  } finally {
    await foundation.close();
    await stop();
  }
}
