import { readdirSync, readFileSync } from 'node:fs';
import type { Attack } from './attack.ts';
import { buildAnswer, toField } from './idp.ts';

const FOLDER = new URL('../fixtures/text/', import.meta.url);

/** A legal, signed answer with its text changed afterwards. */
const changed = (change: (xml: string) => string) => async () => toField(change(await buildAnswer()));
const onBytes = (change: (bytes: Buffer) => Buffer) => async () =>
  change(Buffer.from(await buildAnswer())).toString('base64');

const FIELDS: Record<string, () => string | Promise<string>> = {
  'an empty field': () => '',
  'spaces alone': () => '   ',
  'no base64': () => '<samlp:Response/>',
  'base64 of the web alphabet': async () => toField(await buildAnswer()).replace(/[+/]/g, '-') + '-_',
  'base64 with a foreign character inside': async () => `${toField(await buildAnswer()).slice(0, -4)}*AA=`,
  'base64 cut in the middle of a group': async () =>
    toField(await buildAnswer())
      .replace(/=*$/, '')
      .slice(0, -1),
  'padding in the middle': async () => `AAA=${toField(await buildAnswer())}`,
  'two answers one after the other': async () => toField((await buildAnswer()) + (await buildAnswer())),
  'ten megabytes': () => 'A'.repeat(10 * 1024 * 1024),
  'one byte over the limit': () => Buffer.alloc(256 * 1024 + 1, 0x20).toString('base64'),
};

const TEXTS: Record<string, (xml: string) => string> = {
  'a document type': (xml) => `<!DOCTYPE x>${xml}`,
  'an internal entity': (xml) => `<!DOCTYPE x [<!ENTITY a "admin">]>${xml.replace('zhang.wei', '&a;')}`,
  'an external entity': (xml) => `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${xml}`,
  'a parameter entity': (xml) => `<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1/"> %a;]>${xml}`,
  'an entity nobody declared': (xml) => xml.replace('zhang.wei', '&admin;'),
  'a comment in the name': (xml) => xml.replace('zhang.wei', 'admin<!-- -->.zhang.wei'),
  'a comment at the end of the name': (xml) => xml.replace('zhang.wei', 'zhang.wei<!---->.evil'),
  'a comment in a digest': (xml) => xml.replace(/(DigestValue>.{6})/, '$1<!--x-->'),
  'a comment before the root': (xml) => `<!-- x -->${xml}`,
  'a comment behind the root': (xml) => `${xml}<!-- x -->`,
  'CDATA in the name': (xml) => xml.replace('zhang.wei', '<![CDATA[admin]]>'),
  'CDATA in the audience': (xml) => xml.replace(/<saml:Audience>/, '<saml:Audience><![CDATA[]]>'),
  'a processing instruction': (xml) => xml.replace('<saml:Conditions', '<?x y?><saml:Conditions'),
  'a style sheet': (xml) => `<?xml-stylesheet href="x"?>${xml}`,
  'a declaration of another encoding': (xml) => `<?xml version="1.0" encoding="UTF-16"?>${xml}`,
  'XML 1.1': (xml) => `<?xml version="1.1"?>${xml}`,
  'two declarations': (xml) => `<?xml version="1.0"?><?xml version="1.0"?>${xml}`,
  'two roots': (xml) => `${xml}<admin/>`,
  'a root before': (xml) => `<admin/>${xml}`,
  'text before the root': (xml) => `x${xml}`,
  'text behind the root': (xml) => `${xml}x`,
  NUL: (xml) => xml.replace('zhang', 'zhang\0'),
  'a control character': (xml) => xml.replace('zhang', 'zhang\u0001'),
  'a reference to NUL': (xml) => xml.replace('zhang', 'zhang&#0;'),
  'a reference to a control character': (xml) => xml.replace('zhang', 'zhang&#x1;'),
  'a reference to half a pair': (xml) => xml.replace('zhang', 'zhang&#xD800;'),
  'a reference beyond Unicode': (xml) => xml.replace('zhang', 'zhang&#x110000;'),
  'an element that never ends': (xml) => xml.replace('</samlp:Response>', ''),
  'elements that cross': (xml) => xml.replace('</saml:Subject>', '</saml:Issuer>'),
  'an attribute twice': (xml) => xml.replace('Version="2.0"', 'Version="2.0" Version="2.0"'),
  'an attribute without quotes': (xml) => xml.replace('Version="2.0"', 'Version=2.0'),
  'a prefix nobody declared': (xml) => xml.replace('</samlp:Response>', '<evil:x/></samlp:Response>'),
  'four thousand elements': (xml) =>
    xml.replace('</saml:AttributeStatement>', `${'<x/>'.repeat(4_000)}</saml:AttributeStatement>`),
  'a hundred levels': (xml) =>
    xml.replace('</samlp:Response>', `${'<x>'.repeat(100)}${'</x>'.repeat(100)}</samlp:Response>`),
  'twenty thousand attributes': (xml) =>
    xml.replace('</samlp:Response>', `${`<x ${attributes(10)}/>`.repeat(2_000)}</samlp:Response>`),
  'a relative namespace, which empties the canonical form': (xml) =>
    xml.replace('<samlp:Status>', '<samlp:Status xmlns:a="1">'),
  'a relative namespace on the root': (xml) =>
    xml.replace('<samlp:Response', '<samlp:Response xmlns:b="./x"'),
};

function attributes(count: number): string {
  return Array.from({ length: count }, (_, index) => `a${index}="1"`).join(' ');
}

/** Attacks on the decoder and on parsers: the text is wrong before anybody asks what it says. */
export const TEXT_ATTACKS: readonly Attack[] = [
  ...Object.entries(FIELDS).map(([name, field]) => ({ name, code: 'sso.malformed' as const, field })),
  ...Object.entries(TEXTS).map(([name, change]) => ({
    ...{ name, code: 'sso.malformed' as const, field: changed(change) },
  })),
  {
    name: 'broken UTF-8',
    code: 'sso.malformed',
    field: onBytes((bytes) => Buffer.concat([bytes, Buffer.of(0xff)])),
  },
  {
    name: 'an overlong form of a character',
    code: 'sso.malformed',
    field: onBytes((bytes) =>
      Buffer.concat([bytes.subarray(0, 20), Buffer.of(0xc0, 0xbc), bytes.subarray(20)]),
    ),
  },
  {
    name: 'UTF-16',
    code: 'sso.malformed',
    field: onBytes((bytes) => Buffer.from(bytes.toString(), 'utf16le')),
  },
  ...readdirSync(FOLDER).map((file) => ({
    name: `fixture ${file}`,
    code: 'sso.malformed' as const,
    field: () => readFileSync(new URL(file, FOLDER)).toString('base64'),
  })),
];
