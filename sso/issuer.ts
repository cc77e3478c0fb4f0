import { demand } from './refusal.ts';
import { attributeOf, NS, onlyChild, textOf } from './xml.ts';

/** Exactly one issuer, by name and format. */
export function checkIssuer(element: Element, entityId: string): void {
  const issuer = onlyChild(element, [NS.assertion, 'Issuer'], 'sso.issuer');
  const format = attributeOf(issuer, 'Format') ?? 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity';
  demand(format === 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity', 'sso.issuer', 'issuer-format');
  demand(textOf(issuer, 'sso.issuer') === entityId, 'sso.issuer', 'issuer');
}
