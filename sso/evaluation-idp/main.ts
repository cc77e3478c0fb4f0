import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { inflateRawSync } from 'node:zlib';
import samlp from 'samlp';
import { answerPage, formPage, type LoginForm } from './pages.ts';

/** Somebody of the demonstration bank. */
export interface EvaluationPerson {
  username: string;
  password: string;
  displayName: string;
  mail: string;
  department: string;
  groups: string[];
}

/** What the program is told by the one that started it, once. */
export interface EvaluationIdpSettings {
  entityId: string;
  /** Address people's forms are sent to, and nothing else. */
  acsUrl: string;
  audience: string;
}

const FORM_BYTES_MAX = 64 * 1024;
const INFLATED_BYTES_MAX = 64 * 1024;
const LIFETIME_SECONDS = 300;

const [folder = '', settingsText = '{}'] = process.argv.slice(2);
const settings = JSON.parse(settingsText) as EvaluationIdpSettings;
const cert = readFileSync(join(folder, 'idp.crt'), 'utf8');
const key = readFileSync(join(folder, 'idp.key'), 'utf8');
const people = JSON.parse(readFileSync(join(folder, 'people.json'), 'utf8')) as EvaluationPerson[];

/** The id of a request; one that is no request of ours for this place is none. */
function requestIdOf(field: string): string | undefined {
  try {
    const xml = inflateRawSync(Buffer.from(field, 'base64'), {
      maxOutputLength: INFLATED_BYTES_MAX,
    }).toString();
    const isOurs = xml.includes(`AssertionConsumerServiceURL="${settings.acsUrl}"`);
    return isOurs ? /<samlp:AuthnRequest [^>]*\bID="(_[\w-]{1,64})"/.exec(xml)?.[1] : undefined;
  } catch {
    return undefined;
  }
}

function findPerson(form: URLSearchParams): EvaluationPerson | undefined {
  const person = people.find(({ username }) => username === form.get('username'));
  const [sent, wanted] = [Buffer.from(form.get('password') ?? ''), Buffer.from(person?.password ?? '')];
  return person && sent.length === wanted.length && timingSafeEqual(sent, wanted) ? person : undefined;
}

function answer(person: EvaluationPerson, inResponseTo: string): Promise<string> {
  const { username, displayName, mail, department, groups } = person;
  const options = {
    ...{ issuer: settings.entityId, cert, key, signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256' },
    ...{ signResponse: true, signAssertion: true, lifetimeInSeconds: LIFETIME_SECONDS, inResponseTo },
    ...{ destination: settings.acsUrl, recipient: settings.acsUrl, audience: settings.audience },
    sessionIndex: `_${randomBytes(16).toString('hex')}`,
    nameIdentifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    profileMapper: () => ({
      getClaims: () => ({ uid: username, displayName, mail, department, groups }),
      getNameIdentifier: () => ({ nameIdentifier: username }),
    }),
  };
  return new Promise((resolve, reject) => {
    samlp.getSamlResponse(options, person, (error, xml) => (error ? reject(error) : resolve(xml)));
  });
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > FORM_BYTES_MAX) throw new Error('The form is too large.');
  }
  return new URLSearchParams(text);
}

function send(response: ServerResponse, status: number, html: string): void {
  const form = new URL(settings.acsUrl).origin;
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Frame-Options': 'DENY',
    'Content-Security-Policy': `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${answerPage.scriptHash}'; form-action 'self' ${form}`,
  });
  response.end(html);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const isPost = request.method === 'POST';
  if (url.pathname !== '/sso' || !(isPost || request.method === 'GET'))
    return send(response, 404, 'Not found');
  const fields = isPost ? await readForm(request) : url.searchParams;
  const login: LoginForm = {
    samlRequest: fields.get('SAMLRequest') ?? '',
    relayState: fields.get('RelayState') ?? '',
    names: people.map(({ username, displayName }) => `${username} (${displayName})`),
  };
  const requestId = requestIdOf(login.samlRequest);
  if (requestId === undefined) return send(response, 400, formPage.refused());
  if (!isPost) return send(response, 200, formPage.render(login, false));
  const person = findPerson(fields);
  if (person === undefined) return send(response, 401, formPage.render(login, true));
  const xml = await answer(person, requestId);
  const SAMLResponse = Buffer.from(xml).toString('base64');
  send(response, 200, answerPage.render(settings.acsUrl, { SAMLResponse, RelayState: login.relayState }));
}

const server = createServer((request, response) => {
  serve(request, response).catch(() => send(response, 500, 'The identity provider failed.'));
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as { port: number }).port });
});
// It lives as long as the one that started it.
process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
