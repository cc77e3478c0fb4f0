import { createHmac, X509Certificate } from 'node:crypto';
import type { SsoCode } from '../refusal.ts';
import type { IdpParty } from '../types.ts';
import type { Attack } from './attack.ts';
import {
  ALG,
  buildAnswer,
  buildAssertion,
  buildParts,
  buildResponse,
  ecKeys,
  encryptXml,
  idpKey,
  otherKey,
  signXml,
  toField,
  type SignOptions,
} from './idp.ts';

const SIGNATURE = /<ds:Signature [\s\S]*?<\/ds:Signature>/;
const FORGED = { nameId: 'admin', attributes: { uid: ['admin'], groups: ['agents'] } };

/** Keys of the wrong kind for the method that is named, and the other way round. */
const kindAttacks: Attack[] = [
  {
    name: 'a curve key under the name of an RSA method',
    code: 'sso.signature',
    idp: { certificates: [ecKeys.p256.certificate] },
    field: async () => {
      const how = { key: ecKeys.p256, signature: ALG.ecdsaSha256 };
      const xml = await buildAnswer({}, { signResponse: how, signAssertion: how });
      return toField(xml.replaceAll(ALG.ecdsaSha256, ALG.rsaSha256));
    },
  },
  {
    name: 'an RSA key under the name of a curve method',
    code: 'sso.signature',
    field: async () => toField((await buildAnswer()).replaceAll(ALG.rsaSha256, ALG.ecdsaSha256)),
  },
  {
    name: 'a curve key of somebody else',
    code: 'sso.signature',
    idp: { certificates: [ecKeys.p384.certificate] },
    field: async () => {
      const how = { key: ecKeys.p256, signature: ALG.ecdsaSha256 };
      return toField(await buildAnswer({}, { signResponse: how, signAssertion: how }));
    },
  },
  {
    name: 'a curve signature of zeros',
    code: 'sso.signature',
    idp: { certificates: [ecKeys.p256.certificate] },
    field: async () => {
      const how = { key: ecKeys.p256, signature: ALG.ecdsaSha256 };
      const xml = await buildAnswer({}, { signResponse: how, signAssertion: how });
      const zeros = Buffer.alloc(64).toString('base64');
      return toField(xml.replace(/(<ds:SignatureValue>)[^<]+/g, `$1${zeros}`));
    },
  },
];

/** Wrong ways to sign, tried on the response, the assertion, and an encrypted assertion. */
const WAYS: readonly (readonly [name: string, code: SsoCode, how: SignOptions])[] = [
  ['signed with another key', 'sso.signature', { key: otherKey }],
  ['RSA-SHA1', 'sso.algorithm', { signature: ALG.rsaSha1 }],
  ['a SHA-1 digest', 'sso.algorithm', { digest: ALG.sha1 }],
  ['canonical form with comments', 'sso.algorithm', { canonical: ALG.excComments }],
  ['inclusive canonical form', 'sso.algorithm', { canonical: ALG.inclusive }],
  ['a transform too few', 'sso.algorithm', { transforms: [ALG.enveloped] }],
  ['transforms the other way round', 'sso.algorithm', { transforms: [ALG.exc, ALG.enveloped] }],
  ['a transform with comments', 'sso.algorithm', { transforms: [ALG.enveloped, ALG.excComments] }],
  ['a transform twice', 'sso.algorithm', { transforms: [ALG.enveloped, ALG.exc, ALG.exc] }],
];

const wayAttacks: Attack[] = WAYS.flatMap(([name, code, how]) => [
  {
    name: `response: ${name}`,
    code,
    field: async () => toField(await buildAnswer({}, { signResponse: how })),
  },
  {
    name: `assertion: ${name}`,
    code,
    field: async () => toField(await buildAnswer({}, { signAssertion: how })),
  },
  {
    ...{ name: `assertion alone: ${name}`, code, idp: { signPolicy: 'assertion' as const } },
    field: async () => toField(await buildAnswer({}, { signAssertion: how, signResponse: false })),
  },
  {
    ...{ name: `encrypted assertion: ${name}`, code },
    field: async () => toField(await buildAnswer({}, { signAssertion: how, encryption: {} })),
  },
  {
    ...{ name: `encrypted assertion alone: ${name}`, code, idp: { signPolicy: 'assertion' as const } },
    field: async () =>
      toField(await buildAnswer({}, { signAssertion: how, signResponse: false, encryption: {} })),
  },
]);

const POLICIES: readonly IdpParty['signPolicy'][] = ['both', 'assertion', 'response'];

/** Legal answers with the markup of a signature changed afterwards. `global` changes the second one too. */
const CHANGES: readonly (readonly [name: string, code: SsoCode, change: (xml: string) => string])[] = [
  ['all signatures cut out', 'sso.signature', (xml) => xml.replace(new RegExp(SIGNATURE, 'g'), '')],
  ['the first signature cut out', 'sso.signature', (xml) => xml.replace(SIGNATURE, '')],
  [
    'an empty signature',
    'sso.signature',
    (xml) => xml.replace(/(<ds:Signature [^>]*>)[\s\S]*?(<\/ds:Signature>)/, '$1$2'),
  ],
  ['an empty signature value', 'sso.signature', (xml) => xml.replace(/(<ds:SignatureValue>)[^<]*/, '$1')],
  [
    'a signature value of zeros',
    'sso.signature',
    (xml) => xml.replace(/(<ds:SignatureValue>)[^<]*/, `$1${'A'.repeat(344)}`),
  ],
  ['an empty digest', 'sso.signature', (xml) => xml.replace(/(<ds:DigestValue>)[^<]*/, '$1')],
  ['the first signature twice', 'sso.signature', (xml) => xml.replace(SIGNATURE, '$&$&')],
  [
    'two SignedInfo',
    'sso.signature',
    (xml) => xml.replace(/<ds:SignedInfo>[\s\S]*?<\/ds:SignedInfo>/, '$&$&'),
  ],
  [
    'a second SignedInfo behind the value',
    'sso.signature',
    (xml) =>
      xml.replace(/(<ds:SignedInfo>[\s\S]*?<\/ds:SignedInfo>)([\s\S]*?<\/ds:SignatureValue>)/, '$1$2$1'),
  ],
  ['two references', 'sso.signature', (xml) => xml.replace(/<ds:Reference [\s\S]*?<\/ds:Reference>/, '$&$&')],
  ['no reference', 'sso.signature', (xml) => xml.replace(/<ds:Reference [\s\S]*?<\/ds:Reference>/, '')],
  ['a reference to everything', 'sso.signature', (xml) => xml.replace(/URI="#[^"]*"/, 'URI=""')],
  ['a reference by XPointer', 'sso.signature', (xml) => xml.replace(/URI="#[^"]*"/, 'URI="#xpointer(/)"')],
  [
    'a reference to a place outside',
    'sso.signature',
    (xml) => xml.replace(/URI="#[^"]*"/, 'URI="http://127.0.0.1/"'),
  ],
  [
    'a reference to a file',
    'sso.signature',
    (xml) => xml.replace(/URI="#[^"]*"/, 'URI="file:///etc/passwd"'),
  ],
  ['a reference with a quote', 'sso.signature', (xml) => xml.replace(/URI="#[^"]*"/, `URI="#a' or '1'='1"`)],
  [
    'an object in the signature',
    'sso.signature',
    (xml) => xml.replace('</ds:Signature>', '<ds:Object/></ds:Signature>'),
  ],
  [
    'HMAC-SHA1 declared',
    'sso.algorithm',
    (xml) => xml.replace(ALG.rsaSha256, 'http://www.w3.org/2000/09/xmldsig#hmac-sha1'),
  ],
  [
    'HMAC-SHA256 declared',
    'sso.algorithm',
    (xml) => xml.replace(ALG.rsaSha256, 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256'),
  ],
  [
    'no algorithm',
    'sso.algorithm',
    (xml) => xml.replace(`SignatureMethod Algorithm="${ALG.rsaSha256}"`, 'SignatureMethod'),
  ],
  ['the algorithm `none`', 'sso.algorithm', (xml) => xml.replace(ALG.rsaSha256, 'none')],
  [
    'an XSLT transform',
    'sso.algorithm',
    (xml) => xml.replace(ALG.enveloped, 'http://www.w3.org/TR/1999/REC-xslt-19991116'),
  ],
  [
    'an XPath transform',
    'sso.algorithm',
    (xml) => xml.replace(ALG.enveloped, 'http://www.w3.org/TR/1999/REC-xpath-19991116'),
  ],
  [
    'a base64 transform',
    'sso.algorithm',
    (xml) => xml.replace(ALG.enveloped, 'http://www.w3.org/2000/09/xmldsig#base64'),
  ],
  [
    'five hundred transforms',
    'sso.algorithm',
    (xml) => xml.replace(/<ds:Transform [^>]*exc-c14n#"\/>/, (one) => one.repeat(500)),
  ],
  [
    'the name changed',
    'sso.signature',
    (xml) => xml.replace('>zhang.wei</saml:NameID>', '>admin</saml:NameID>'),
  ],
  ['a group added', 'sso.signature', (xml) => xml.replace('>agents<', '>admins<')],
  [
    'a character of the name by reference',
    'sso.signature',
    (xml) => xml.replace('>zhang.wei</saml:NameID>', '>&#97;dmin</saml:NameID>'),
  ],
  [
    'the id of the assertion changed',
    'sso.signature',
    (xml) => xml.replace('ID="_assertion1"', 'ID="_other"'),
  ],
  ['an id twice', 'sso.malformed', (xml) => xml.replace('<samlp:Status>', '<samlp:Status ID="_assertion1">')],
  [
    'an id twice in another spelling',
    'sso.malformed',
    (xml) => xml.replace('<samlp:Status>', '<samlp:Status Id="_response1">'),
  ],
];

const changeAttacks: Attack[] = CHANGES.map(([name, code, change]) => ({
  ...{ name, code },
  field: async () => toField(change(await buildAnswer())),
}));

/** A signature made over something else, and keys taken for other kinds of keys. */
const otherAttacks: Attack[] = [
  ...POLICIES.map((signPolicy) => ({
    name: `nothing signed where ${signPolicy} must be`,
    code: 'sso.signature' as const,
    idp: { signPolicy },
    field: async () => toField(await buildAnswer(FORGED, { signResponse: false, signAssertion: false })),
  })),
  {
    ...{ name: 'the response unsigned where both must be', code: 'sso.signature' },
    field: async () => toField(await buildAnswer({}, { signResponse: false })),
  },
  {
    ...{ name: 'the assertion unsigned where both must be', code: 'sso.signature' },
    field: async () => toField(await buildAnswer({}, { signAssertion: false })),
  },
  {
    ...{ name: 'the encrypted assertion unsigned where both must be', code: 'sso.signature' },
    field: async () => toField(await buildAnswer({}, { signAssertion: false, encryption: {} })),
  },
  {
    ...{ name: 'the signature of another answer', code: 'sso.signature' },
    field: async () => {
      const honest = SIGNATURE.exec(await buildAnswer())?.[0] ?? '';
      return toField(
        (await buildAnswer(FORGED, { signResponse: { key: otherKey } })).replace(SIGNATURE, honest),
      );
    },
  },
  {
    ...{ name: 'the signatures of both parts swapped', code: 'sso.signature' },
    field: async () => {
      const xml = await buildAnswer();
      const [first = '', second = ''] = xml.match(new RegExp(SIGNATURE, 'g')) ?? [];
      return toField(xml.replace(first, '\u0001').replace(second, first).replace('\u0001', second));
    },
  },
  {
    ...{ name: 'an HMAC with the public key as its secret', code: 'sso.algorithm' },
    field: async () => {
      const method = 'http://www.w3.org/2000/09/xmldsig#hmac-sha1';
      const xml = (await buildAnswer(FORGED, { signResponse: { key: otherKey } })).replaceAll(
        ALG.rsaSha256,
        method,
      );
      const secret = new X509Certificate(idpKey.certificate).publicKey.export({
        type: 'spki',
        format: 'pem',
      });
      const info = /<ds:SignedInfo>[\s\S]*?<\/ds:SignedInfo>/.exec(xml)?.[0] ?? '';
      const value = createHmac('sha1', secret).update(info).digest('base64');
      return toField(xml.replace(/(<ds:SignatureValue>)[^<]*/, `$1${value}`));
    },
  },
  {
    ...{ name: 'the attacker’s certificate in KeyInfo', code: 'sso.signature' },
    field: async () =>
      toField(
        await buildAnswer(FORGED, { signResponse: { key: otherKey }, signAssertion: { key: otherKey } }),
      ),
  },
  {
    ...{ name: 'our own key as the signer', code: 'sso.signature' },
    field: async () => {
      const { SP } = await import('./idp.ts');
      const key = SP.keys[0] ?? otherKey;
      return toField(await buildAnswer(FORGED, { signResponse: { key }, signAssertion: { key } }));
    },
  },
  {
    ...{ name: 'a signature at the wrong place of the assertion', code: 'sso.signature' },
    field: async () => {
      const parts = buildParts();
      const reference = "//*[local-name(.)='Subject']";
      const assertion = signXml(buildAssertion(parts), parts.assertionId, { reference, action: 'append' });
      return toField(signXml(buildResponse(parts, assertion), parts.responseId));
    },
  },
];

/** Attacks on what is encrypted. */
const encryptionAttacks: Attack[] = [
  ...(
    [
      ['CBC without permission', 'sso.algorithm', { method: ALG.cbc256 }, {}],
      ['3DES without permission', 'sso.algorithm', { method: ALG.tripleDes }, { allowCbc: true }],
      ['3DES allowed but not CBC', 'sso.algorithm', { method: ALG.tripleDes }, { allow3des: true }],
      ['RSA 1.5 for the key', 'sso.algorithm', { transport: ALG.rsa15 }, {}],
      ['a key for somebody else', 'sso.decryption', { certificate: otherKey.certificate }, {}],
    ] as const
  ).map(([name, code, encryption, idp]) => ({
    ...{ name, code, idp },
    field: async () => toField(await buildAnswer({}, { encryption })),
  })),
  {
    ...{ name: 'CBC behind no signature, a padding oracle', code: 'sso.algorithm' },
    idp: { allowCbc: true, signPolicy: 'assertion' },
    field: async () =>
      toField(await buildAnswer({}, { signResponse: false, encryption: { method: ALG.cbc256 } })),
  },
  {
    ...{ name: 'plain where it must be encrypted', code: 'sso.decryption', idp: { requireEncrypted: true } },
    field: async () => toField(await buildAnswer()),
  },
  ...['one bit of the ciphertext', 'a short ciphertext', 'two keys', 'a reference to a ciphertext'].map(
    (name, index) => ({
      name,
      code: (['sso.decryption', 'sso.decryption', 'sso.decryption', 'sso.decryption'] as const)[
        index
      ] as SsoCode,
      idp: { signPolicy: 'assertion' as const },
      field: async () =>
        toField(tamper(index)(await buildAnswer({}, { signResponse: false, encryption: {} }))),
    }),
  ),
  {
    ...{ name: 'one bit of the ciphertext behind the signature', code: 'sso.signature' },
    field: async () => toField(tamper(0)(await buildAnswer({}, { encryption: {} }))),
  },
  {
    ...{ name: 'something else inside', code: 'sso.malformed' },
    field: async () => sealed('<x:Assertion xmlns:x="urn:x" ID="_a"/>'),
  },
  { name: 'two assertions inside', code: 'sso.malformed', field: async () => sealed(twice()) },
  {
    ...{ name: 'a document type inside', code: 'sso.malformed' },
    field: async () => sealed(`<!DOCTYPE x>${buildAssertion(buildParts())}`),
  },
  {
    ...{ name: 'a comment inside', code: 'sso.malformed' },
    field: async () => sealed(buildAssertion(buildParts()).replace('zhang', 'zhang<!---->')),
  },
];

const twice = () => buildAssertion(buildParts()) + buildAssertion(buildParts({ assertionId: '_b' }));

async function sealed(inside: string): Promise<string> {
  const parts = buildParts();
  return toField(signXml(buildResponse(parts, await encryptXml(inside)), parts.responseId));
}

function tamper(index: number): (xml: string) => string {
  const last =
    /(<e:CipherValue>|<xenc:CipherValue>)([^<]*)(<\/\w+:CipherValue>\s*<\/\w+:CipherData>\s*<\/xenc:EncryptedData>)/;
  const flip = (text: string) => text.replace(/.(?=.{60})/, (one) => (one === 'A' ? 'B' : 'A'));
  return (xml) => {
    if (index === 0) return xml.replace(last, (_all, a, value, b) => `${a}${flip(value)}${b}`);
    if (index === 1) return xml.replace(last, (_all, a, _value, b) => `${a}AAAAAAAAAAAAAAAA${b}`);
    if (index === 2) return xml.replace(/<e:EncryptedKey[\s\S]*?<\/e:EncryptedKey>/, '$&$&');
    return xml.replace(
      last,
      '<xenc:CipherReference URI="http://127.0.0.1/"/></xenc:CipherData></xenc:EncryptedData>',
    );
  };
}

/** Everything about keys, signatures, and encryption. */
export const SIGNATURE_ATTACKS: readonly Attack[] = [
  ...wayAttacks,
  ...kindAttacks,
  ...changeAttacks,
  ...otherAttacks,
  ...encryptionAttacks,
];
