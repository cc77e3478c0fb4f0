import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Peer } from './peer.ts';
import { freePort } from '../support/free-port.ts';

const WWW = '/usr/share/simplesamlphp/www';
const PERSON = 'php.person';
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const START_TRIES = 200;
const TRY_MS = 100;
const php = (name: string, value: unknown) =>
  `<?php\n$${name} = json_decode(<<<'J'\n${JSON.stringify(value)}\nJ\n, true);\n`;

async function reach(url: string): Promise<string> {
  for (let count = 0; count < START_TRIES; count += 1) {
    const reply = await fetch(url).catch(() => undefined);
    if (reply?.status === 200) return reply.text();
    await new Promise((resolve) => setTimeout(resolve, TRY_MS));
  }
  throw new Error('SimpleSAMLphp did not start.');
}

/** SimpleSAMLphp behind the web server of PHP, with one person who is signed in without being asked. */
export async function startSimpleSamlPhp(folder: string): Promise<Peer> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const metadataFolder = join(folder, 'php-metadata');
  const sessions = join(folder, 'php-sessions');
  for (const each of [metadataFolder, sessions]) mkdirSync(each);
  const config = {
    ...{ baseurlpath: `${base}/`, certdir: `${folder}/`, tempdir: folder, metadatadir: metadataFolder },
    ...{ 'enable.saml20-idp': true, 'store.type': 'phpsession', 'session.cookie.secure': false },
    ...{ 'session.phpsession.savepath': sessions, 'session.phpsession.cookiename': 'PEER' },
    ...{
      secretsalt: 'a-salt-for-the-peers-suite',
      'auth.adminpassword': 'unused-and-unreachable',
      timezone: 'UTC',
    },
    ...{ technicalcontact_email: 'nobody@bank.example', 'logging.handler': 'errorlog', 'logging.level': 3 },
    'metadata.sources': [{ type: 'flatfile', directory: metadataFolder }],
    'module.enable': { exampleauth: true, core: true, saml: true },
  };
  const entityId = `${base}/idp`;
  const hosted = {
    [entityId]: {
      ...{ host: '__DEFAULT__', privatekey: 'idp.key', certificate: 'idp.crt', auth: 'static' },
      ...{
        'signature.algorithm': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
        logouttype: 'traditional',
      },
      ...{ 'saml20.sign.response': true, 'saml20.sign.assertion': true, NameIDFormat: PERSISTENT },
      ...{ 'redirect.sign': true, 'redirect.validate': true, 'sign.logout': true, 'validate.logout': true },
      authproc: { 3: { class: 'saml:AttributeNameID', attribute: 'uid', Format: PERSISTENT } },
    },
  };
  const source = { static: { 0: 'exampleauth:StaticSource', uid: [PERSON], groups: ['agents'] } };
  writeFileSync(join(folder, 'config.php'), php('config', config));
  writeFileSync(join(folder, 'authsources.php'), php('config', source));
  writeFileSync(join(metadataFolder, 'saml20-idp-hosted.php'), php('metadata', hosted));
  const child = spawn('php', ['-d', 'opcache.enable=0', '-S', `127.0.0.1:${port}`, '-t', WWW], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, SIMPLESAMLPHP_CONFIG_DIR: folder },
  });
  return {
    name: 'simplesamlphp',
    metadata: await reach(`${base}/saml2/idp/metadata.php`),
    person: PERSON,
    // It encrypts by AES in CBC, under the signature of its response.
    map: { allowCbc: true },
    async introduce(metadata, { isEncrypted, certificate }) {
      const location = (name: string) => new RegExp(`${name} [^>]*Location="([^"]+)"`).exec(metadata)?.[1];
      const remote = {
        [/entityID="([^"]+)"/.exec(metadata)?.[1] ?? '']: {
          AssertionConsumerService: location('AssertionConsumerService'),
          SingleLogoutService: location('SingleLogoutService'),
          ...{ certData: certificate, NameIDFormat: PERSISTENT, 'validate.authnrequest': true },
          ...{
            'redirect.sign': true,
            'redirect.validate': true,
            'sign.logout': true,
            'validate.logout': true,
          },
          'assertion.encryption': isEncrypted,
        },
      };
      writeFileSync(join(metadataFolder, 'saml20-sp-remote.php'), php('metadata', remote));
    },
    leave: () =>
      `${base}/saml2/idp/initSLO.php?RelayState=${encodeURIComponent(`${base}/saml2/idp/metadata.php`)}`,
    stop: () => void child.kill(),
  };
}
