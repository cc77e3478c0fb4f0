import { readdirSync, readFileSync } from 'node:fs';
import type { SsoCode } from '../refusal.ts';
import type { SignPolicy } from '../types.ts';
import type { Attack } from './attack.ts';
import { buildAssertion, buildParts, buildResponse, IDP_ENTITY, signXml, SP, toField } from './idp.ts';

const FOLDER = new URL('../fixtures/wrapping/', import.meta.url);
const SIGNATURE = /<ds:Signature [\s\S]*?<\/ds:Signature>/;
const POLICIES: readonly SignPolicy[] = ['both', 'assertion', 'response'];
/** The forged part under an id of its own, and under the id that the signature names. */
const IDS = ['_forged', '_assertion1'] as const;

/** What the places of a fixture stand for: a legal answer in pieces, and what an attacker adds. */
function piecesOf(forgedId: string): Record<string, string> {
  const parts = buildParts();
  const forged = buildAssertion(
    buildParts({
      assertionId: forgedId,
      nameId: 'admin',
      attributes: { uid: ['admin'], groups: ['agents'] },
    }),
  );
  const assertion = signXml(buildAssertion(parts), parts.assertionId);
  const response = signXml(buildResponse(parts, assertion), parts.responseId);
  const responseSignature = SIGNATURE.exec(response)?.[0] ?? '';
  const assertionSignature = SIGNATURE.exec(assertion)?.[0] ?? '';
  const issuerEnd = '</saml:Issuer>';
  return {
    'outer-id': '_outer',
    now: parts.now.toISOString(),
    acs: SP.acsUrl,
    issuer: IDP_ENTITY,
    response,
    'response-signature': responseSignature,
    'response-signature-open': responseSignature.replace('</ds:Signature>', ''),
    'response-unsigned': response.replace(responseSignature, ''),
    assertion,
    'assertion-signature': assertionSignature,
    'assertion-signature-open': assertionSignature.replace('</ds:Signature>', ''),
    'assertion-unsigned': assertion.replace(assertionSignature, ''),
    'forged-assertion': forged,
    'forged-open': forged.replace('</saml:Assertion>', ''),
    'forged-signed-by-original': forged.replace(issuerEnd, `${issuerEnd}${assertionSignature}`),
  };
}

function fill(file: string, forgedId: string): string {
  const pieces = piecesOf(forgedId);
  const template = readFileSync(new URL(file, FOLDER), 'utf8');
  return template.replace(/\{\{([a-z-]+)\}\}/g, (_all, name: string) => pieces[name] ?? `missing ${name}`);
}

/** Wrapped signatures (XSW): the signed bytes are all there, and something else is meant to be read. */
export const WRAPPING_ATTACKS: readonly Attack[] = readdirSync(FOLDER).flatMap((file) =>
  POLICIES.flatMap((signPolicy) =>
    IDS.map((forgedId) => ({
      name: `${file} under the policy ${signPolicy}, forged id ${forgedId}`,
      code: 'sso.malformed' as SsoCode,
      idp: { signPolicy },
      field: () => toField(fill(file, forgedId)),
    })),
  ),
);
