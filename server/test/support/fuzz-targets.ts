import {
  inspectMessage,
  judgeAnswer,
  judgeLogout,
  readIdpMetadata,
  readPastedAssertion,
} from '../../../sso/index.ts';
import { applyPatch, fits, parseFilter } from '../../../sso/scim/index.ts';
import { buildAnswer, buildIdp, buildPending, idpKey, SP } from '../../../sso/test/idp.ts';
import { parseManifest } from '../../../audit/export-format.ts';
import { parseNote, parseVerifierKey } from '../../../audit/note.ts';
import { verifyProofFile } from '../../../audit/proof.ts';
import { createVisitorSockets, type VisitorSocketDeps } from '../../channels/web-widget/visitor-sockets.ts';
import { FrameReader } from '../../connectors/hl7v2/hl7v2.frame.ts';
import { parseMessage } from '../../connectors/hl7v2/hl7v2.message.ts';
import { parseJson as parseAnswer, plainDecimal } from '../../connectors/kit/json.ts';
import { batchAnswer } from '../../connectors/odata/odata.batch.ts';
import { literalOf } from '../../connectors/odata/odata.literal.ts';
import { readImportFile } from '../../identity/import/csv-reader.ts';
import { parsePack } from '../../knowledge/import/pack.ts';
import type { SocketConnection } from '../../platform/realtime/index.ts';
import { JSON_TOKENS, takeEach, type FuzzTarget } from './fuzz.ts';

const clock = { now: () => new Date() };
const XML_TOKENS = [
  ...[
    '<',
    '>',
    '</',
    '/>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE a [',
    '<!ENTITY e "x">',
    '&e;',
    '<?a?>',
  ],
  ...[
    '&#0;',
    '&#x110000;',
    '&lt;',
    ' xmlns=""',
    ' xmlns:a="b"',
    ' ID="_response1"',
    '<a>',
    '</a>',
    '"',
    "'",
    '\u0000',
  ],
];
const CSV_TOKENS = ['"', '""', ',', '\r\n', '\r', '\n', '=1+1', '\ufeff', ';', '\t', '\u0000', '"a""b",'];

/** A certificate as metadata holds it. */
const body = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, '');
const METADATA =
  `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example"><md:IDPSSODescriptor ` +
  `protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing">` +
  `<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${body(idpKey.certificate)}` +
  `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService ` +
  `Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>` +
  `</md:IDPSSODescriptor></md:EntityDescriptor>`;

/** Answers of an identity provider, in the open and encrypted. */
export async function signedAnswers(): Promise<string[]> {
  return [await buildAnswer(), await buildAnswer({}, { encryption: {} })];
}

/** Parsers of single sign-on and of provisioning; `answers` are filled before the first is tried. */
export function ssoTargets(answers: readonly string[]): FuzzTarget[] {
  const call = () => ({ sp: SP, idp: buildIdp(), pending: buildPending(), clock });
  const text = (input: Buffer) => input.toString('utf8');
  return [
    {
      name: 'answers of an identity provider',
      ...{ seeds: answers, tokens: XML_TOKENS },
      take: (input) => judgeAnswer(input.toString('base64'), call()),
    },
    {
      name: 'assertions that somebody pastes',
      ...{ seeds: answers, tokens: XML_TOKENS },
      take: (input) =>
        takeEach(
          () => inspectMessage(text(input), [idpKey.certificate]),
          () => readPastedAssertion(text(input)),
        ),
    },
    {
      name: 'metadata',
      ...{ seeds: [METADATA], tokens: XML_TOKENS },
      take: (input) => readIdpMetadata(text(input), { clock }),
    },
    {
      name: 'logout by redirect',
      seeds: [
        'SAMLRequest=fZBNa8MwDIb%2FSvA9&RelayState=r&SigAlg=http%3A%2F%2Fx%23rsa-sha256&Signature=AAAA',
      ],
      tokens: [
        '&',
        '=',
        '%',
        '%00',
        'SAMLResponse=',
        'SAMLRequest=',
        '%53AMLRequest=',
        '+',
        'Signature=',
        '&&',
      ],
      take: (input) =>
        judgeLogout(
          { binding: 'redirect', rawQuery: input.toString('latin1') },
          { sp: SP, idp: buildIdp(), clock },
        ),
    },
    {
      name: 'SCIM filters and patches',
      seeds: [
        'userName eq "a" and (emails[type eq "work" and value co "@x"] or not (active pr))',
        'meta.lastModified gt "2011-05-13T04:42:34Z"',
      ],
      tokens: [
        '(',
        ')',
        '[',
        ']',
        ' and ',
        ' or ',
        ' not ',
        ' eq ',
        ' pr',
        '"',
        '\\',
        '.',
        'null',
        '((((((((((',
      ],
      take: (input) =>
        takeEach(
          () =>
            fits(parseFilter(text(input)), {
              userName: 'a',
              emails: [{ type: 'work', value: 'a@x' }],
              active: true,
            }),
          () => applyPatch({ userName: 'a' }, [{ op: 'remove', path: text(input) }]),
        ),
    },
  ];
}

/** What a socket makes of a frame's text. */
function jsonOf(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString('utf8'));
  } catch {
    return undefined;
  }
}

const ID = '01900000-0000-7000-8000-0000000000f1';
const AT = new Date('2026-01-01T00:00:00Z');

/** A page of a visitor whose conversation takes everything; what is no refusal of ours ends as a fault. */
function visitorPage(): (frame: Record<string, unknown>) => Promise<void> {
  let fault: unknown;
  const nothing = async () => undefined;
  const row = { id: ID, lastSeq: 0, state: 'robot' };
  const deps = {
    visitors: { authenticate: async () => ({ conversationId: ID, requesterId: ID, siteId: 'demo' }) },
    conversations: {
      get: async () => row,
      receiveNow: () => false,
      receive: nothing,
      history: async () => [],
    },
    owners: { onMessage: () => undefined, receive: async () => ({ seq: 1, at: AT }) },
    uow: { read: async () => [], run: nothing },
    files: {},
    ...{ tellDesk: () => undefined, positionOf: () => undefined, isOriginAllowed: async () => true },
    onFault: (error: unknown) => {
      fault ??= error;
    },
  } as unknown as VisitorSocketDeps;
  const connection = {
    ...{ ip: '127.0.0.1', isOpen: true, send: () => undefined, sendText: () => undefined },
    ...{ sendEncoded: () => undefined, markReady: () => undefined, close: () => undefined },
  } as unknown as SocketConnection;
  const handlers = createVisitorSockets(deps).endpoint.open(connection, {} as never);
  return async (frame) => {
    const page = await handlers;
    await page.onFrame({ t: 'hello', token: 't' }, () => undefined);
    fault = undefined;
    await page.onFrame(frame, () => undefined);
    if (fault !== undefined) throw fault;
  };
}

/** Parsers of what comes over HTTP and sockets, and of files. */
export function edgeTargets(): FuzzTarget[] {
  const frame = (value: object) => JSON.stringify(value);
  return [
    {
      name: 'frames of visitors',
      seeds: [
        frame({ t: 'read', seq: 1 }),
        frame({ t: 'typing' }),
        frame({ t: 'send', id: ID, kind: 'text' }),
        frame({ t: 'choose', id: ID, candidate: 'x' }),
        frame({ t: 'hello', token: 't', after: 0 }),
      ],
      tokens: [...JSON_TOKENS, '"t":"send"', '"t":"choose"', '"t":"handover"', '"kind":"file"', '"seq":'],
      take(input) {
        const value = jsonOf(input);
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
        return visitorPage()(value as Record<string, unknown>);
      },
    },
    {
      name: 'lists of accounts in CSV',
      seeds: ['username,displayName,roles\r\nli.na,"李娜 ""Nana""",agent\r\nwang,Wang,agent\n'],
      tokens: CSV_TOKENS,
      take: (input) => readImportFile(input),
    },
    {
      name: 'packs of articles',
      seeds: [
        frame({
          pack: 'p',
          locale: 'zh-CN',
          version: 1,
          articles: [{ id: 'a', category: 'c', question: 'q' }],
        }),
      ],
      tokens: [...JSON_TOKENS, '"similar":[', '"articles":['],
      take: (input) => parsePack(input.toString('utf8')),
    },
  ];
}

const HL7 =
  'MSH|^~\\&|HIS|A|DESK|B|20260101||RSP^K22|1|P|2.5|||||CHN|UTF-8\rMSA|AA|1\rPID|1||123^^^A||张^伟||19800101|M\r';

/** Parsers of what other systems answer, and of exports of the trail. */
export function systemTargets(): FuzzTarget[] {
  const text = (input: Buffer) => input.toString('utf8');
  return [
    {
      name: 'answers of REST, OData, and FHIR',
      seeds: [
        '{"d":{"results":[{"__metadata":{"uri":"x"},"Amount":"12345678901234567890.10","At":"/Date(1)/"}]}}',
        '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"1","name":[{"text":"张"}]}}]}',
      ],
      tokens: JSON_TOKENS,
      take: (input) => parseAnswer(text(input)),
    },
    {
      name: 'batches, literals, and decimals of OData',
      seeds: [
        '--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 201 Created\r\nA: b\r\n\r\n{"d":1}\r\n--b--',
        '-1.50e3',
      ],
      tokens: ['HTTP/1.1 200', '\r\n\r\n', '--', "'", "''", 'e', '.', '\n', '0000000000'],
      take: (input) =>
        takeEach(
          () => plainDecimal(text(input)),
          () => literalOf('4.0' as never, text(input), 'decimal'),
          () => batchAnswer(text(input)),
        ),
    },
    {
      name: 'MLLP frames and HL7 messages',
      seeds: [Buffer.concat([Buffer.of(0x0b), Buffer.from(HL7), Buffer.of(0x1c, 0x0d)])],
      tokens: ['\x0b', '\x1c\r', '\r', '|', '^', '~', '&', '\\', 'MSH|^~\\&|', 'UNICODE', 'GB 18030-2000'],
      take: (input) =>
        takeEach(
          () => parseMessage(input, 'utf-8'),
          () => new FrameReader().push(input).map((message) => parseMessage(message, 'utf-8')),
        ),
    },
    {
      name: 'exports, heads, and proofs of the trail',
      seeds: [
        '{"after":0,"events":2,"files":{"a":{"sha256":"00"}},"filter":"","origin":"o","seals":1,"size":2,"v":1}\n',
        'vaultdesk.example/1\n2\nAAAA\n\n— desk AAAAAAAA\n',
        'desk+0123abcd+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=',
      ],
      tokens: [...JSON_TOKENS, '— ', '\n\n', '+', 'AAAA', '=='],
      take: (input) =>
        takeEach(
          () => parseManifest(text(input)),
          () => parseNote(text(input)),
          () => parseVerifierKey(text(input)),
          () => verifyProofFile(text(input), { origin: 'vaultdesk.example/1', keys: [] }),
        ),
    },
  ];
}
