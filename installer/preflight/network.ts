import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { readIdpMetadata } from '../../sso/index.ts';
import type { Answers } from '../answers/read.ts';
import { InstallFault } from '../fault.ts';
import { runProgram } from '../run-program.ts';
import { readGiven, type Given } from '../tls/material.ts';
import { judge, type Check, type Outcome, type Surroundings } from './check.ts';

const DAY_MS = 86_400_000;
const DAYS_LEAST = 14;
const ANY_ADDRESSES = ['0.0.0.0', '::', '127.0.0.1', '::1'];

/** The address a port is tried on. */
const listenOf = (answers: Answers) =>
  answers.text('tls.mode') === 'front' ? '127.0.0.1' : answers.text('listen');

function tryPort(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')));
  });
}

const isOwnChain = ({ answers }: Surroundings) => ['pem', 'p12'].includes(answers.text('tls.mode'));

/** Looks at the bank's own certificate; a fault of reading it is told by the first check alone. */
function ofCertificate(
  id: string,
  title: Check['title'],
  look: (given: Given, about: Surroundings) => Outcome,
): Check {
  return {
    id,
    title,
    look(about) {
      if (!isOwnChain(about)) return undefined;
      try {
        return look(readGiven(about.answers), about);
      } catch (error) {
        if (!(error instanceof InstallFault)) throw error;
        return id === 'tls.key'
          ? { result: 'fail', found: error.where, wanted: 'a chain and its key', exit: 11 }
          : undefined;
      }
    },
  };
}

/** Each certificate is of the next one, and the last is an authority or the whole of the chain is one. */
function isChain(certificates: readonly X509Certificate[]): boolean {
  return certificates.every((each, index) => {
    const next = certificates[index + 1];
    return next === undefined || (each.checkIssued(next) && each.verify(next.publicKey));
  });
}

const daysTo = (certificate: X509Certificate, now: Date) =>
  Math.floor((Date.parse(certificate.validTo) - now.getTime()) / DAY_MS);

/** Network, certificate, identity provider, and the answer file. */
export const NETWORK_CHECKS: readonly Check[] = [
  {
    id: 'network.port',
    title: { zh: '端口空闲', en: 'Port is free' },
    async look({ answers }) {
      const [host, port] = [listenOf(answers), answers.number('port')];
      const found = await tryPort(host, port);
      return judge(found === 'free', {
        ...{ found: `${host}:${port} ${found}`, wanted: 'free' },
        remedy: {
          zh: '请停止占用端口的程序，或更换端口。',
          en: 'Stop the program that has it, or choose another port.',
        },
      });
    },
  },
  {
    id: 'network.address',
    title: { zh: '监听地址属于本机', en: 'Address is this machine’s' },
    look({ answers }) {
      const own = Object.values(networkInterfaces()).flatMap(
        (each) => each?.map(({ address }) => address) ?? [],
      );
      const wanted = listenOf(answers);
      return judge([...ANY_ADDRESSES, ...own].includes(wanted), { found: own.join(', ') || 'none', wanted });
    },
  },
  {
    id: 'network.hostname',
    title: { zh: '主机名可解析', en: 'Host name is known' },
    look({ answers }) {
      const name = answers.text('hostname');
      if (isIP(name) !== 0) return judge(true, { found: name, wanted: 'a name or address' });
      // Asked as every program of this machine would ask, from files first.
      const { status, stdout } = runProgram('getent', ['hosts', name], { timeoutMs: 3_000 });
      return judge(
        status === 0,
        {
          ...{ found: stdout.trim().split(/\s+/)[0] || 'unknown', wanted: name },
          remedy: { zh: '请在行内 DNS 登记该名称。', en: 'Enter the name in the DNS of the bank.' },
        },
        'warn',
      );
    },
  },
  ofCertificate(
    'tls.key',
    { zh: '私钥与证书配套', en: 'Key belongs to the certificate' },
    ({ certificates, key }, { answers }) => {
      const isPair = certificates[0]?.checkPrivateKey(key) === true;
      return judge(isPair, {
        found: `${answers.text('tls.file')}: ${isPair ? 'pair' : 'key of another certificate'}`,
        wanted: 'pair',
        exit: 11,
      });
    },
  ),
  ofCertificate('tls.chain', { zh: '证书链', en: 'Chain of the certificate' }, ({ certificates }) => {
    const [own] = certificates;
    const isWhole = isChain(certificates) && (certificates.length > 1 || own?.checkIssued(own) === true);
    const found = `${certificates.length} certificates, issuer ${own?.issuer.replaceAll('\n', ', ') ?? '-'}`;
    const outcome = judge(
      isWhole,
      { found, wanted: 'each of the next one' },
      isChain(certificates) ? 'warn' : 'fail',
    );
    return outcome.result === 'fail' ? { ...outcome, exit: 11 } : outcome;
  }),
  ofCertificate(
    'tls.names',
    { zh: '证书包含主机名', en: 'Certificate is of the host name' },
    ({ certificates }, { answers }) => {
      const name = answers.text('hostname');
      const [own] = certificates;
      const isNamed =
        isIP(name) === 0 ? own?.checkHost(name) !== undefined : own?.checkIP(name) !== undefined;
      return judge(isNamed, { found: own?.subjectAltName ?? '-', wanted: name, exit: 11 });
    },
  ),
  ofCertificate(
    'tls.days',
    { zh: '证书有效期', en: 'Days of the certificate' },
    ({ certificates }, { now }) => {
      const days = Math.min(...certificates.map((each) => daysTo(each, now)));
      const isYoung = certificates.some((each) => Date.parse(each.validFrom) > now.getTime());
      return judge(days >= DAYS_LEAST && !isYoung, {
        found: isYoung ? 'not valid yet' : `${days} days`,
        wanted: `≥ ${DAYS_LEAST} days`,
        exit: 11,
      });
    },
  ),
  {
    id: 'saml.metadata',
    title: { zh: '身份提供者元数据', en: 'Metadata of the identity provider' },
    look({ answers, now }) {
      const file = answers.maybe('saml.metadata_file');
      if (file === undefined) return undefined;
      try {
        const { entityId } = readIdpMetadata(readFileSync(file, 'utf8'), { clock: { now: () => now } });
        return judge(true, { found: entityId, wanted: 'SAML 2.0' });
      } catch (error) {
        const { why, message } = error as { why?: string; message: string };
        return {
          result: 'fail',
          found: `${file}: ${why ?? message}`,
          wanted: 'SAML 2.0 metadata of one identity provider',
          exit: 11,
        };
      }
    },
  },
  {
    id: 'saml.certificate',
    title: { zh: '身份提供者证书有效期', en: 'Certificates of the identity provider' },
    look({ answers, now }) {
      const file = answers.maybe('saml.metadata_file');
      if (file === undefined) return undefined;
      try {
        const { certificates } = readIdpMetadata(readFileSync(file, 'utf8'), { clock: { now: () => now } });
        const days = Math.min(...certificates.map((pem) => daysTo(new X509Certificate(pem), now)));
        return judge(days >= DAYS_LEAST, { found: `${days} days`, wanted: `≥ ${DAYS_LEAST} days` }, 'warn');
      } catch {
        return undefined;
      }
    },
  },
  {
    id: 'audit.anchors',
    title: { zh: '审计树头的第二处保管', en: 'A second place for heads of the trail' },
    look({ answers }) {
      const isThere = answers.has('syslog.target');
      const remedy = {
        zh: '请设置 syslog.target；仅保存在本机的树头，掌握本机者可以伪造。',
        en: 'Set syslog.target: heads kept on this host alone can be forged by whoever has the host.',
      };
      const found = isThere ? 'syslog' : 'this host alone';
      return judge(isThere, { found, wanted: 'another host', remedy }, 'warn');
    },
  },
  {
    id: 'answers.form',
    title: { zh: '应答文件', en: 'Answer file' },
    // Reading it has judged keys, values, and modes; what is refused there never comes here.
    look: ({ answers }) => judge(true, { found: answers.source ?? 'typed', wanted: 'mode 0600' }),
  },
];
