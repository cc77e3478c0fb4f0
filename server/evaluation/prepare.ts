import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Parts } from '../compose.ts';
import type { Foundation } from '../foundation.ts';
import type { AccountInput, FirstAccount } from '../identity/index.ts';
import { ROOT_UNIT_ID, StartError, SYSTEM_ACTOR, type Actor } from '../kernel/index.ts';
import { importPack, parsePack } from '../knowledge/index.ts';
import type { Config } from '../platform/config/index.ts';
import type { Tx } from '../platform/persistence/index.ts';
import { importFlows, parseFlowFile } from '../robot/index.ts';
import { writeSecret } from './secret.ts';
import { DEMO_CANNED_RESPONSES, DEMO_SITE, DEMO_UNITS } from './demo-bank.ts';

const PACKS = ['bank-retail.zh.json', 'bank-retail.en.json'];
const PACKS_FOLDER = fileURLToPath(new URL('../knowledge/packs', import.meta.url));
const FLOWS_FOLDER = fileURLToPath(new URL('../robot/flows/presets', import.meta.url));
const TOKEN_DAYS = 365;

/** One account for each role, and a second of those where two people must agree. */
const ACCOUNTS: AccountInput[] = [
  { username: 'agent', displayName: '李娜 Li Na', roles: ['agent'] },
  { username: 'agent2', displayName: '王强 Wang Qiang', roles: ['agent'] },
  { username: 'supervisor', displayName: '赵敏 Zhao Min', roles: ['supervisor'] },
  { username: 'inspector', displayName: '孙丽 Sun Li', roles: ['inspector'] },
  { username: 'editor', displayName: '周杰 Zhou Jie', roles: ['editor'] },
  { username: 'editor2', displayName: '吴芳 Wu Fang', roles: ['editor'] },
  { username: 'officer', displayName: '郑洁 Zheng Jie', roles: ['officer'] },
  { username: 'officer2', displayName: '何静 He Jing', roles: ['officer'] },
  { username: 'system-admin', displayName: '系统管理员 System Admin', roles: ['system-admin'] },
  { username: 'security-admin', displayName: '安全管理员 Security Admin', roles: ['security-admin'] },
  { username: 'audit-admin', displayName: '审计管理员 Audit Admin', roles: ['audit-admin'] },
];

/** The files that tell people how to sign in; mode 0600. */
function filesOf(home: string) {
  return {
    accounts: join(home, 'evaluation-accounts.json'),
    token: join(home, 'evaluation-token.txt'),
    /** Written last: until it is there, the next start goes on where this one was cut off. */
    done: join(home, 'evaluation.done'),
  };
}

/** Makes the accounts, the demonstration site, the bank's knowledge; each once, whatever kills it on the way. */
export async function prepareEvaluation(foundation: Foundation, parts: Parts): Promise<void> {
  const files = filesOf(foundation.config.home);
  if (!existsSync(files.done)) {
    const accounts = await makeAccounts(foundation, parts, files);
    await makeSite(foundation, parts, accounts);
    await makeKnowledge(foundation, parts, accounts);
    await writeSecret(files.done, `${new Date().toISOString()}\n`);
  }
}

async function makeAccounts(
  foundation: Foundation,
  { identity }: Parts,
  files: ReturnType<typeof filesOf>,
): Promise<FirstAccount[]> {
  const known = await readFile(files.accounts, 'utf8').catch(() => undefined);
  const isMade = (await identity.listAgents(null)).length > 0;
  if (isMade && known === undefined) {
    throw new StartError({
      code: 'evaluation.accounts_lost',
      sentence: `The database has accounts, but ${files.accounts} with their passwords is gone.`,
      remedy: 'Put the file back, or start anew in an empty VAULTDESK_HOME.',
    });
  }
  if (isMade) return JSON.parse(known as string) as FirstAccount[];
  return foundation.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    const accounts = await identity.createFirstAccounts(tx, ACCOUNTS);
    await makeUnits(tx, identity);
    const scopes = ['robot:query', 'ticket:work', 'conversation:read-any', 'channel:send'] as const;
    const { token } = await identity.createToken(tx, {
      name: 'evaluation',
      scopes,
      expiresInDays: TOKEN_DAYS,
    });
    // Before the commit: a kill in between leaves files without accounts, which the next start writes again.
    await writeSecret(files.accounts, `${JSON.stringify(accounts, null, 2)}\n`);
    await writeSecret(files.token, `${token}\n`);
    return accounts;
  });
}

/** In the unit of work of the accounts, so that they are made once. The accounts work in the head office. */
async function makeUnits(tx: Tx, { organisation }: Parts['identity']): Promise<void> {
  const made = new Map<string, string>();
  for (const { parent, ...unit } of DEMO_UNITS) {
    const parentId = (parent && made.get(parent)) ?? ROOT_UNIT_ID;
    made.set(unit.code, (await organisation.units.create(tx, { ...unit, parentId })).id);
  }
}

async function makeSite(
  foundation: Foundation,
  { sites, cannedResponses, qa }: Parts,
  accounts: FirstAccount[],
): Promise<void> {
  if (await sites.find(DEMO_SITE.id)) return;
  const { id, ...input } = DEMO_SITE;
  await foundation.uow.run({ actor: actorOf(accounts, 'supervisor') }, async (tx) => {
    await sites.create(tx, id, input);
    await qa.ensureDefaultScoreCard(tx);
    for (const response of DEMO_CANNED_RESPONSES) await cannedResponses.create(tx, response);
  });
}

async function makeKnowledge(
  { uow }: Foundation,
  { knowledge, robot }: Parts,
  accounts: FirstAccount[],
): Promise<void> {
  const people = { author: actorOf(accounts, 'editor'), approver: actorOf(accounts, 'editor2') };
  for (const file of PACKS) {
    process.stdout.write(`importing ${file} …\n`);
    const pack = parsePack(await readFile(join(PACKS_FOLDER, file), 'utf8'));
    await importPack({ uow, service: knowledge.service }, pack, people);
    const flows = parseFlowFile(await readFile(join(FLOWS_FOLDER, file), 'utf8'));
    await importFlows({ uow, flows: robot.flows }, flows, people);
  }
}

function actorOf(accounts: FirstAccount[], username: string): Actor {
  const account = accounts.find((candidate) => candidate.username === username) as FirstAccount;
  return { type: 'account', id: account.id, roles: account.roles };
}

/** Prints how to sign in, once: the first start shows it, later ones only say where it stands. */
export function printAccounts(home: string, isFirst: boolean): void {
  const files = filesOf(home);
  process.stdout.write(
    '\nEVALUATION INSTANCE: loopback only, demonstration data, never for real customers.\n',
  );
  if (isFirst) {
    const accounts = JSON.parse(readFileSync(files.accounts, 'utf8')) as FirstAccount[];
    for (const { username, password, totpSecret, roles } of accounts) {
      const otp = totpSecret ? `  code from ${totpSecret}` : '';
      process.stdout.write(`  ${username.padEnd(15)} ${password}  ${roles.join(', ')}${otp}\n`);
    }
  }
  process.stdout.write(`Accounts: ${files.accounts}\nAPI token: ${files.token}\n`);
}

/** Whether this home belongs to a server that came to another one's installation. */
export function isJoined({ cluster }: Config): boolean {
  return cluster.node !== 'server-1';
}

/** Whether this home was never prepared. */
export function isFirstStart(home: string): boolean {
  return !existsSync(filesOf(home).done);
}
