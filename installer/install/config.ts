import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Answers } from '../answers/read.ts';
import { CREDENTIALS_SINCE } from '../units/render.ts';
import { embeddedUrl } from './database.ts';
import type { Layout } from './layout.ts';

const HTTPS_PORT = 443;

/** The address people type. */
export function publicUrl(answers: Answers): string {
  const [host, port] = [answers.text('hostname'), answers.number('port')];
  const name = host.includes(':') ? `[${host}]` : host;
  const isPlain = port === HTTPS_PORT || answers.text('tls.mode') === 'front';
  return `https://${name}${isPlain ? '' : `:${port}`}`;
}

/** Connection of the server, without a password. */
export function databaseUrl(answers: Answers, layout: Layout): string {
  const mode = answers.text('database.mode');
  if (mode === 'embedded') return embeddedUrl(layout);
  const user = answers.text('database.user');
  if (mode === 'oracle')
    return `oracle://${encodeURIComponent(user)}@${answers.text('database.connect_string')}`;
  const url = answers.text('database.url').replace(/^postgresql:/, 'postgres:');
  return /^postgres:\/\/[^@/]*@/.test(url) ? url : url.replace('://', `://${encodeURIComponent(user)}@`);
}

/** The text of config.yaml. */
export function renderConfig(answers: Answers, layout: Layout, systemdVersion: number): string {
  const isFront = answers.text('tls.mode') === 'front';
  const hasCredentials = layout.prefix === undefined && systemdVersion >= CREDENTIALS_SINCE;
  const tls = join(layout.etc, 'tls');
  const secrets = join(layout.etc, 'secrets');
  const settings = {
    port: answers.number('port'),
    bind: isFront ? '127.0.0.1' : answers.text('listen'),
    publicBaseUrl: publicUrl(answers),
    timeZone: answers.text('timezone'),
    ...(answers.has('workers') ? { workers: answers.number('workers') } : {}),
    ...(isFront ? { trustedProxies: answers.list('tls.proxies') } : {}),
    tls: isFront
      ? { mode: 'front' }
      : {
          certFile: join(tls, 'server.crt'),
          keyFile: hasCredentials ? 'credential:server.key' : join(tls, 'server.key'),
        },
    database: {
      url: databaseUrl(answers, layout),
      ...(answers.has('database.password_file') ? { passwordFile: join(secrets, 'database.password') } : {}),
    },
    ...(answers.has('keys.passphrase_file')
      ? { keys: { passphraseFile: join(secrets, 'keys.passphrase') } }
      : {}),
    ...anchorsOf(answers, tls),
  };
  return `# Settings of the server; docs/configuration.md has every key.\n${stringify(settings)}`;
}

/** Where heads of the trail are kept besides this host; without such a place the server warns for as long. */
function anchorsOf(answers: Answers, tls: string): object {
  const syslog = answers.maybe('syslog.target');
  if (syslog === undefined) return { audit: { fewAnchors: 'accept' } };
  const authority = answers.has('syslog.ca_file') ? { syslogCaFile: join(tls, 'syslog-ca.crt') } : {};
  return { audit: { syslog, ...authority }, egress: { allow: [`audit:syslog syslog ${syslog}`] } };
}
