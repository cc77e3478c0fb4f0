import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Parts } from '../compose.ts';
import type { Foundation } from '../foundation.ts';
import { StartError, SYSTEM_ACTOR, systemClock } from '../kernel/index.ts';
import { createServerCertificate, randomToken } from '../platform/crypto/index.ts';
import * as wiring from '../wiring.ts';
import { writeSecret } from './secret.ts';

/** Id of the evaluation's identity provider, as it stands in addresses. */
export const EVALUATION_IDP = 'evaluation';
const ENTITY_ID = 'urn:vaultdesk:evaluation:identity-provider';
const PROGRAM = fileURLToPath(new URL('../../dist/server/evaluation-idp.mjs', import.meta.url));
const START_MS = 60_000;
const PASSWORD_BYTES = 16;
const VALID_DAYS = 3_650;

/** People of the demonstration bank who have no account until they come. */
const PEOPLE = [
  { username: 'chen.jing', displayName: '陈静 Chen Jing', department: '信用卡中心', groups: ['agents'] },
  {
    username: 'liu.yang',
    displayName: '刘洋 Liu Yang',
    department: '客服中心',
    groups: ['agents', 'leaders'],
  },
];
const MAP = {
  attributes: {
    username: 'uid',
    displayName: 'displayName',
    mail: 'mail',
    department: 'department',
    groups: 'groups',
  },
  roles: [
    { group: 'agents', role: 'agent' },
    { group: 'leaders', role: 'supervisor' },
  ],
  jit: true,
  signPolicy: 'both',
};

/** Somebody who can sign in through it. */
export interface EvaluationPerson {
  username: string;
  password: string;
}

/** Folder of its key, certificate, and people; mode 0700. */
const folderOf = (home: string) => join(home, 'evaluation-idp');

/** The people of the identity provider, with their passwords; empty before the first start. */
export async function evaluationPeople(home: string): Promise<EvaluationPerson[]> {
  const text = await readFile(join(folderOf(home), 'people.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as EvaluationPerson[];
}

/**
 * Starts the identity provider of an evaluation instance, a process of its own on a free loopback port that ends with this
 * one, and puts it in when it is new or its port changed. Gives how to stop it.
 */
export async function startIdentityProvider(
  foundation: Foundation,
  { identity }: Parts,
): Promise<() => void> {
  const folder = folderOf(foundation.config.home);
  await makeFiles(folder);
  const { publicBaseUrl } = wiring.toHttpConfig(foundation.config);
  const base = `${publicBaseUrl}/sso/${EVALUATION_IDP}`;
  const settings = { entityId: ENTITY_ID, acsUrl: `${base}/acs`, audience: `${base}/metadata` };
  const child = fork(PROGRAM, [folder, JSON.stringify(settings)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const stop = () => void (child.connected && child.disconnect());
  try {
    const port = await portOf(child);
    const metadata = metadataOf(await readFile(join(folder, 'idp.crt'), 'utf8'), port);
    const known = await identity.sso.idps.find(EVALUATION_IDP);
    if (known?.idp.ssoUrl !== urlOf(port)) {
      const { idps } = identity.sso;
      await foundation.uow.run({ actor: SYSTEM_ACTOR }, async (tx) =>
        idps.put(tx, await idps.draft(tx, { id: EVALUATION_IDP, metadata, map: MAP }), 'live'),
      );
    }
    return stop;
  } catch (error) {
    stop();
    throw error;
  }
}

async function makeFiles(folder: string): Promise<void> {
  // Written last: what a kill left half made is made anew.
  if (existsSync(join(folder, 'people.json'))) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { certificate, privateKey } = await createServerCertificate({
    now: systemClock.now(),
    validDays: VALID_DAYS,
  });
  await writeSecret(join(folder, 'idp.crt'), certificate);
  await writeSecret(join(folder, 'idp.key'), privateKey);
  const people = PEOPLE.map((person) => ({
    ...{ ...person, password: randomToken(PASSWORD_BYTES), mail: `${person.username}@bank.example` },
  }));
  await writeSecret(join(folder, 'people.json'), `${JSON.stringify(people, null, 2)}\n`);
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown) =>
      reject(
        new StartError({
          code: 'evaluation.idp_failed',
          sentence: 'The evaluation identity provider did not start.',
          remedy: 'Run npm ci again; its message stands above.',
          cause,
        }),
      );
    const timer = setTimeout(fail, START_MS);
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve((message as { port: number }).port);
    });
    child.once('error', fail);
    child.once('exit', () => fail());
  });
}

const urlOf = (port: number) => `http://127.0.0.1:${port}/sso`;

function metadataOf(certificate: string, port: number): string {
  return (
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ENTITY_ID}">` +
    `<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
    `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>` +
    `<ds:X509Certificate>${certificate.replace(/-----[^-]+-----|\s/g, '')}</ds:X509Certificate></ds:X509Data>` +
    `</ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService ` +
    `Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${urlOf(port)}"/>` +
    `</md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}

/** Says on the terminal who can sign in through it. */
export async function printPeople(home: string, isFirst: boolean): Promise<void> {
  if (isFirst) {
    process.stdout.write('\nThrough the evaluation identity provider:\n');
    for (const { username, password } of await evaluationPeople(home)) {
      process.stdout.write(`  ${username.padEnd(15)} ${password}\n`);
    }
  }
  process.stdout.write(`Identity provider: ${join(folderOf(home), 'people.json')}\n`);
}
