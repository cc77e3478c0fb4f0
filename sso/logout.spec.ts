import { expect } from 'chai';
import { createPrivateKey, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { judgeLogout, type LogoutCarrier } from './logout.ts';
import { buildLogoutRequest, buildLogoutResponse, signRoot } from './outgoing.ts';
import { SsoRefusal, type SsoCode } from './refusal.ts';
import { ALG, buildIdp, IDP_ENTITY, idpKey, otherKey, SP, signXml, toField } from './test/idp.ts';
import type { IdpParty, KeyPair } from './types.ts';

const clock = { now: () => new Date() };

interface Parts {
  id: string;
  kind: 'LogoutRequest' | 'LogoutResponse';
  destination: string | null;
  issuer: string | null;
  version: string;
  issuedS: number;
  untilS: number | null;
  body: string;
}

const NAME = '<saml:NameID>zhang.wei</saml:NameID><samlp:SessionIndex>_session1</samlp:SessionIndex>';
const DONE =
  '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>';

/** A logout message of the identity provider, changed. */
function build(change: Partial<Parts> = {}): string {
  const kind = change.kind ?? 'LogoutRequest';
  const parts: Parts = {
    ...{ id: '_logout1', kind, destination: SP.sloUrl, issuer: IDP_ENTITY, version: '2.0', issuedS: 0 },
    ...{ untilS: null, body: kind === 'LogoutRequest' ? NAME : DONE, ...change },
  };
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  return (
    `<samlp:${kind} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"` +
    ` xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${parts.id}" Version="${parts.version}"` +
    ` IssueInstant="${at(parts.issuedS)}"` +
    (parts.destination === null ? '' : ` Destination="${parts.destination}"`) +
    (parts.untilS === null ? '' : ` NotOnOrAfter="${at(parts.untilS)}"`) +
    (kind === 'LogoutResponse' ? ' InResponseTo="_ours"' : '') +
    `>${parts.issuer === null ? '' : `<saml:Issuer>${parts.issuer}</saml:Issuer>`}${parts.body}</samlp:${kind}>`
  );
}

const encode = encodeURIComponent;
const deflate = (xml: string) => encode(deflateRawSync(Buffer.from(xml)).toString('base64'));

/** A signed query of the redirect binding. */
function query(
  xml: string,
  how: { key?: KeyPair; field?: string; algorithm?: string; hash?: string; relayState?: string } = {},
): string {
  const state = how.relayState === undefined ? '' : `&RelayState=${encode(how.relayState)}`;
  const algorithm = encode(how.algorithm ?? ALG.rsaSha256);
  const signed = `${how.field ?? 'SAMLRequest'}=${deflate(xml)}${state}&SigAlg=${algorithm}`;
  const key = createPrivateKey((how.key ?? idpKey).privateKey);
  const signature = sign(how.hash ?? 'sha256', Buffer.from(signed), key).toString('base64');
  return `${signed}&Signature=${encode(signature)}`;
}

const redirect = (rawQuery: string): LogoutCarrier => ({ binding: 'redirect', rawQuery });
const form = (fields: Record<string, string>): LogoutCarrier => ({
  binding: 'post',
  fields: new Map(Object.entries(fields)),
});
const signed = (xml: string, options: Parameters<typeof signXml>[2] = {}) =>
  form({ SAMLRequest: toField(signXml(xml, '_logout1', options)) });

function judge(carrier: LogoutCarrier, idp: Partial<IdpParty> = {}): string {
  try {
    const message = judgeLogout(carrier, { sp: SP, idp: buildIdp(idp), clock });
    return `taken as ${message.type}`;
  } catch (error) {
    if (error instanceof SsoRefusal) return error.code;
    throw error;
  }
}

/** Made when it is used: it is good for minutes, and a whole suite may take longer. */
const legal = () => query(build());
const bomb = () => deflateRawSync(Buffer.alloc(40 * 1024 * 1024, 0x20)).toString('base64');

function signedRaw(raw: string): string {
  const part = `SAMLRequest=${raw}&SigAlg=${encode(ALG.rsaSha256)}`;
  const signature = sign('sha256', Buffer.from(part), createPrivateKey(idpKey.privateKey)).toString('base64');
  return `${part}&Signature=${encode(signature)}`;
}

const QUERY_ATTACKS: readonly (readonly [name: string, code: SsoCode, rawQuery: () => string])[] = [
  ['no signature', 'sso.signature', () => `SAMLRequest=${deflate(build())}`],
  ['no signature but its algorithm', 'sso.signature', () => `SAMLRequest=${deflate(build())}&SigAlg=x`],
  ['an empty signature', 'sso.signature', () => legal().replace(/Signature=.*/, 'Signature=')],
  [
    'a signature of zeros',
    'sso.signature',
    () => legal().replace(/Signature=.*/, `Signature=${'A'.repeat(344)}`),
  ],
  ['the signature of another key', 'sso.signature', () => query(build(), { key: otherKey })],
  ['the signature of ours', 'sso.signature', () => query(build(), { key: SP.keys[0] ?? otherKey })],
  ['RSA-SHA1', 'sso.algorithm', () => query(build(), { algorithm: ALG.rsaSha1, hash: 'sha1' })],
  [
    'HMAC',
    'sso.algorithm',
    () => query(build(), { algorithm: 'http://www.w3.org/2000/09/xmldsig#hmac-sha1' }),
  ],
  ['no algorithm', 'sso.signature', () => legal().replace(/&SigAlg=[^&]*/, '')],
  [
    'another message under the signature',
    'sso.signature',
    () => legal().replace(/SAMLRequest=[^&]*/, `SAMLRequest=${deflate(build({ id: '_x' }))}`),
  ],
  [
    'another relay state',
    'sso.signature',
    () => `${query(build(), { relayState: 'a' }).replace('RelayState=a', 'RelayState=b')}`,
  ],
  ['a relay state added', 'sso.signature', () => legal().replace('&SigAlg', '&RelayState=x&SigAlg')],
  ['the message twice', 'sso.malformed', () => `SAMLRequest=${deflate(build({ id: '_x' }))}&${legal()}`],
  [
    'the message twice, the forged one last',
    'sso.malformed',
    () => `${legal()}&SAMLRequest=${deflate(build({ id: '_x' }))}`,
  ],
  [
    'a message under an encoded name',
    'sso.malformed',
    () => `%53AMLRequest=${deflate(build({ id: '_x' }))}&${legal()}`,
  ],
  [
    'a message in other letters',
    'sso.malformed',
    () => `samlrequest=${deflate(build({ id: '_x' }))}&${legal()}`,
  ],
  ['a message as a list', 'sso.malformed', () => `SAMLRequest[]=${deflate(build({ id: '_x' }))}&${legal()}`],
  [
    'a message behind a semicolon',
    'sso.malformed',
    () => `x=1;SAMLRequest=${deflate(build({ id: '_x' }))}&${legal()}`,
  ],
  [
    'a message with a space before its name',
    'sso.malformed',
    () => `+SAMLRequest=${deflate(build())}&${legal()}`,
  ],
  ['a request and an answer', 'sso.malformed', () => `${legal()}&SAMLResponse=${deflate(build())}`],
  [
    'a forged request and a signed answer',
    'sso.malformed',
    () => `%53AMLRequest=x&${query(build({ kind: 'LogoutResponse' }), { field: 'SAMLResponse' })}`,
  ],
  ['the signature twice', 'sso.malformed', () => `${legal()}&Signature=AAAA`],
  ['the algorithm twice', 'sso.malformed', () => `${legal()}&SigAlg=${encode(ALG.rsaSha1)}`],
  ['nothing at all', 'sso.malformed', () => ''],
  ['a broken percent code', 'sso.malformed', () => `%ZZ=1&${legal()}`],
  ['a bomb that inflates to 40 MiB', 'sso.malformed', () => signedRaw(encode(bomb()))],
  ['what is not deflated', 'sso.malformed', () => signedRaw(encode(toField(build())))],
  ['a request under the name of an answer', 'sso.malformed', () => query(build(), { field: 'SAMLResponse' })],
];

const MESSAGES: readonly (readonly [name: string, code: SsoCode, change: Partial<Parts>])[] = [
  ['another Destination', 'sso.destination', { destination: SP.acsUrl }],
  ['no Destination', 'sso.destination', { destination: null }],
  ['another issuer', 'sso.issuer', { issuer: 'https://evil.example' }],
  ['no issuer', 'sso.issuer', { issuer: null, body: `<saml:Issuer>x</saml:Issuer>${NAME}` }],
  ['SAML 1.1', 'sso.malformed', { version: '1.1' }],
  ['a request of six minutes ago', 'sso.expired', { issuedS: -400 }],
  ['a request of tomorrow', 'sso.not_yet', { issuedS: 86_400 }],
  ['a request that ended', 'sso.expired', { untilS: -90 }],
  ['no name', 'sso.subject', { body: '<samlp:SessionIndex>_s</samlp:SessionIndex>' }],
  ['two names', 'sso.subject', { body: '<saml:NameID>a</saml:NameID><saml:NameID>b</saml:NameID>' }],
  ['a name in full width', 'sso.subject', { body: '<saml:NameID>ａdmin</saml:NameID>' }],
  ['markup in the name', 'sso.subject', { body: '<saml:NameID>a<b/></saml:NameID>' }],
  ['an encrypted name', 'sso.malformed', { body: '<saml:EncryptedID/>' }],
  ['an empty session index', 'sso.malformed', { body: '<saml:NameID>a</saml:NameID><samlp:SessionIndex/>' }],
  [
    'thirty session indexes',
    'sso.malformed',
    { body: `<saml:NameID>a</saml:NameID>${'<samlp:SessionIndex>s</samlp:SessionIndex>'.repeat(30)}` },
  ],
];

const FORM_ATTACKS: readonly (readonly [name: string, code: SsoCode, carrier: () => LogoutCarrier])[] = [
  ['no signature', 'sso.signature', () => form({ SAMLRequest: toField(build()) })],
  ['the signature of another key', 'sso.signature', () => signed(build(), { key: otherKey })],
  ['RSA-SHA1', 'sso.algorithm', () => signed(build(), { signature: ALG.rsaSha1 })],
  ['a SHA-1 digest', 'sso.algorithm', () => signed(build(), { digest: ALG.sha1 })],
  ['canonical form with comments', 'sso.algorithm', () => signed(build(), { canonical: ALG.excComments })],
  [
    'the name changed after signing',
    'sso.signature',
    () => form({ SAMLRequest: toField(signXml(build(), '_logout1').replace('>zhang.wei<', '>admin<')) }),
  ],
  [
    'a signed request wrapped by a forged one',
    'sso.signature',
    () => {
      const inner = signXml(build(), '_logout1');
      const outer = build({ id: '_outer', body: `<samlp:Extensions>${inner}</samlp:Extensions>${NAME}` });
      return form({ SAMLRequest: toField(outer) });
    },
  ],
  [
    'the signature of the inner one moved out',
    'sso.signature',
    () => {
      const inner = signXml(build(), '_logout1');
      const signature = /<ds:Signature [\s\S]*<\/ds:Signature>/.exec(inner)?.[0] ?? '';
      const body = `${signature}<samlp:Extensions>${inner.replace(signature, '')}</samlp:Extensions>${NAME}`;
      return form({ SAMLRequest: toField(build({ id: '_outer', body })) });
    },
  ],
  [
    'a comment in the name',
    'sso.malformed',
    () => form({ SAMLRequest: toField(signXml(build(), '_logout1').replace('zhang', 'zhang<!---->')) }),
  ],
  [
    'a document type',
    'sso.malformed',
    () => form({ SAMLRequest: toField(`<!DOCTYPE x>${signXml(build(), '_logout1')}`) }),
  ],
  ['a request and an answer', 'sso.malformed', () => form({ SAMLRequest: 'x', SAMLResponse: 'y' })],
  ['nothing', 'sso.malformed', () => form({})],
  [
    'a relay state of 2,000 characters',
    'sso.malformed',
    () => form({ SAMLRequest: toField(signXml(build(), '_logout1')), RelayState: 'x'.repeat(2_000) }),
  ],
];

describe('logout messages', () => {
  it('takes signed requests and answers of both bindings', () => {
    expect(judge(redirect(legal()))).to.equal('taken as request');
    expect(judge(redirect(query(build(), { relayState: 'a b+c/中' })))).to.equal('taken as request');
    expect(judge(redirect(`${legal()}&lang=zh`))).to.equal('taken as request');
    expect(judge(redirect(query(build(), { algorithm: ALG.rsaSha512, hash: 'sha512' })))).to.equal(
      'taken as request',
    );
    const answer = query(build({ kind: 'LogoutResponse' }), { field: 'SAMLResponse' });
    expect(judge(redirect(answer))).to.equal('taken as response');
    expect(judge(signed(build()))).to.equal('taken as request');
    expect(judge(signed(build({ issuedS: 50, untilS: 300 })))).to.equal('taken as request');
    const rolled = { certificates: [otherKey.certificate, idpKey.certificate] };
    expect(judge(redirect(legal()), rolled)).to.equal('taken as request');
    expect(judge(signed(build()), rolled)).to.equal('taken as request');
  });

  it('reads the name, the sessions, and the relay state', () => {
    const call = { sp: SP, idp: buildIdp(), clock };
    const message = judgeLogout(redirect(query(build(), { relayState: 'a b+c/中' })), call);
    expect(message).to.deep.equal({
      ...{ type: 'request', id: '_logout1', nameId: 'zhang.wei' },
      ...{ sessionIndexes: ['_session1'], relayState: 'a b+c/中' },
    });
  });

  it('takes what we send ourselves, so that a program like ours understands us', () => {
    const idpAsUs = { ...SP, entityId: IDP_ENTITY, keys: [idpKey] };
    const head = { id: '_logout2', now: new Date(), sp: idpAsUs, relayState: 'r' };
    for (const sloBinding of ['redirect', 'post'] as const) {
      const us = buildIdp({ sloUrl: SP.sloUrl, sloBinding });
      const request = buildLogoutRequest({
        ...{ ...head, idp: us, nameId: 'a&b<张', nameIdFormat: 'f', sessionIndex: '_s"1' },
      });
      const answer = buildLogoutResponse({ ...head, idp: us, inResponseTo: '_q', status: 'Success' });
      for (const outgoing of [request, answer]) {
        const carrier =
          outgoing?.binding === 'post'
            ? form({ ...outgoing.fields })
            : redirect(new URL(outgoing?.url ?? '').search.slice(1));
        const message = judgeLogout(carrier, { sp: SP, idp: buildIdp(), clock });
        expect(message.relayState).to.equal('r');
        if (message.type === 'request')
          expect([message.nameId, ...message.sessionIndexes]).to.deep.equal(['a&b<张', '_s"1']);
        else expect([message.inResponseTo, message.isSuccess]).to.deep.equal(['_q', true]);
      }
    }
    expect(signRoot(build(), '_logout1', idpKey)).to.include('<ds:SignatureValue>');
  });

  for (const [name, code, rawQuery] of QUERY_ATTACKS) {
    it(`holds in the address: ${name}`, () => {
      expect(judge(redirect(rawQuery()))).to.equal(code);
    });
  }
  for (const [name, code, change] of MESSAGES) {
    it(`holds in the address and in a form: ${name}`, () => {
      expect(judge(redirect(query(build(change))))).to.equal(code);
      if (change.issuer !== null) expect(judge(signed(build(change)))).to.equal(code);
    });
  }
  for (const [name, code, carrier] of FORM_ATTACKS) {
    it(`holds in a form: ${name}`, () => {
      expect(judge(carrier())).to.equal(code);
    });
  }
});
