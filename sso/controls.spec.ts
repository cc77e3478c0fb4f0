import { expect } from 'chai';
import { judgeAnswer } from './answer.ts';
import {
  ALG,
  buildAnswer,
  buildIdp,
  buildPending,
  ecKeys,
  idpKey,
  otherKey,
  SP,
  toField,
  type AnswerParts,
} from './test/idp.ts';
import { createKeyPair } from './test/key-pair.ts';
import type { IdpParty, PendingLogin } from './types.ts';

const clock = { now: () => new Date() };

/** Legal answers, each with what the identity provider is known to do. */
const CONTROLS: readonly (readonly [
  name: string,
  parts: Partial<AnswerParts>,
  how?: Parameters<typeof buildAnswer>[1],
  idp?: Partial<IdpParty>,
  pending?: Partial<PendingLogin>,
])[] = [
  ['both parts signed', {}],
  ['the assertion alone signed', {}, { signResponse: false }, { signPolicy: 'assertion' }],
  ['the response alone signed', {}, { signAssertion: false }, { signPolicy: 'response' }],
  ['both signed where one would do', {}, {}, { signPolicy: 'assertion' }],
  ['both signed where the response would do', {}, {}, { signPolicy: 'response' }],
  ['RSA-SHA512', {}, { signResponse: { signature: ALG.rsaSha512, digest: ALG.sha512 } }],
  ['RSA-SHA384', {}, { signResponse: { signature: ALG.rsaSha384, digest: ALG.sha384 } }],
  ...(
    [
      ['P-256', ecKeys.p256, { signature: ALG.ecdsaSha256, digest: ALG.sha256 }],
      ['P-384', ecKeys.p384, { signature: ALG.ecdsaSha384, digest: ALG.sha384 }],
      ['P-521', ecKeys.p521, { signature: ALG.ecdsaSha512, digest: ALG.sha512 }],
    ] as const
  ).map(
    ([curve, key, how]) =>
      [
        `ECDSA on ${curve}, encrypted`,
        {},
        { signResponse: { ...how, key }, signAssertion: { ...how, key }, encryption: {} },
        { certificates: [idpKey.certificate, key.certificate] },
      ] as const,
  ),
  ['SHA-512 digests', {}, { signAssertion: { digest: ALG.sha512 } }],
  ['AES-256-GCM', {}, { encryption: {} }],
  ['AES-128-GCM', {}, { encryption: { method: ALG.gcm128 } }],
  [
    'encrypted, assertion alone signed',
    {},
    { encryption: {}, signResponse: false },
    { signPolicy: 'assertion' },
  ],
  [
    'encrypted, response alone signed',
    {},
    { encryption: {}, signAssertion: false },
    { signPolicy: 'response' },
  ],
  ['encrypted where it has to be', {}, { encryption: {} }, { requireEncrypted: true }],
  ['CBC where the bank allows it', {}, { encryption: { method: ALG.cbc256 } }, { allowCbc: true }],
  [
    '3DES where the bank allows it',
    {},
    { encryption: { method: ALG.tripleDes } },
    { allowCbc: true, allow3des: true },
  ],
  [
    'the second certificate of a rollover',
    {},
    {},
    { certificates: [otherKey.certificate, idpKey.certificate] },
  ],
  ['a clock 50 s ahead', { issuedS: 50, assertionIssuedS: 50, notBeforeS: 50, authnS: 50 }],
  ['a clock 50 s behind', { issuedS: -50, assertionIssuedS: -50, notOnOrAfterS: -50, confirmedS: -50 }],
  ['an answer on its way for four minutes', { issuedS: -240, assertionIssuedS: -240 }],
  ['no NotBefore', { notBeforeS: null }],
  ['a sign-in at the identity provider eleven hours ago', { authnS: -39_600 }],
  ['a session that ends', { sessionEndS: 3600 }],
  ['one more condition that is known', { extraCondition: '<saml:OneTimeUse/>' }],
  [
    'two audiences, one of them us',
    {
      extraCondition: `<saml:AudienceRestriction><saml:Audience>x</saml:Audience><saml:Audience>${SP.entityId}</saml:Audience></saml:AudienceRestriction>`,
    },
  ],
  [
    'the context that was asked for',
    { context: 'urn:oasis:names:tc:SAML:2.0:ac:classes:X509' },
    {},
    {},
    { authnContext: ['urn:oasis:names:tc:SAML:2.0:ac:classes:X509'] },
  ],
  ['a fresh sign-in that was asked for', {}, {}, {}, { isForced: true }],
  ['a Chinese name', { nameId: '张伟', attributes: { displayName: ['张伟 & <Söhne>'], groups: [] } }],
  ['an address as name', { nameId: 'zhang.wei@bank.example' }],
  ['no attributes at all', { attributes: {} }],
  ['forty groups', { attributes: { groups: Array.from({ length: 40 }, (_, index) => `group-${index}`) } }],
];

describe('answers an identity provider may send', () => {
  for (const [name, parts, how = {}, idp = {}, pending = {}] of CONTROLS) {
    it(`takes ${name}`, async () => {
      const xml = await buildAnswer(parts, how);
      const call = { sp: SP, idp: buildIdp(idp), pending: buildPending(pending), clock };
      const verified = await judgeAnswer(toField(xml), call);
      expect(verified.nameId).to.equal(parts.nameId ?? 'zhang.wei');
      expect(verified.sessionIndex).to.equal('_session1');
      const groups = (parts.attributes ?? { groups: ['agents'] })['groups'];
      expect(verified.attributes.get('groups')).to.deep.equal(groups);
    });
  }

  it('takes an XML declaration, line breaks in the field, and indented markup', async () => {
    const xml = await buildAnswer();
    const field = toField(`<?xml version="1.0" encoding="UTF-8"?>\r\n${xml}\n`);
    const broken = field.replace(/.{76}/g, '$&\r\n');
    const call = { sp: SP, idp: buildIdp(), pending: buildPending(), clock };
    expect((await judgeAnswer(broken, call)).nameId).to.equal('zhang.wei');
  });

  it('opens what was encrypted for an older key of ours', async () => {
    const older = createKeyPair('older');
    const xml = await buildAnswer({}, { encryption: { certificate: older.certificate } });
    const sp = { ...SP, keys: [...SP.keys, older] };
    const call = { sp, idp: buildIdp(), pending: buildPending(), clock };
    expect((await judgeAnswer(toField(xml), call)).nameId).to.equal('zhang.wei');
  });

  it('reads the end of the session, the context, and until when the id counts', async () => {
    const now = new Date();
    const xml = await buildAnswer({ now, sessionEndS: 600 });
    const call = { sp: SP, idp: buildIdp(), pending: buildPending(), clock: { now: () => now } };
    const verified = await judgeAnswer(toField(xml), call);
    expect(verified.sessionNotOnOrAfter?.getTime()).to.equal(now.getTime() + 600_000);
    expect(verified.authnContext).to.match(/PasswordProtectedTransport$/);
    expect(verified.rememberUntil.getTime()).to.equal(now.getTime() + 420_000);
  });
});
