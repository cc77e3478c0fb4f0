import { createRequire } from 'node:module';

/** How an interpreter of XPath is asked. */
export type Select = (expression: string, node: Node, resolver: unknown, isSingle?: boolean) => unknown;

/** An interpreter that a package behind sign-ins uses. */
export interface XpathPackage {
  path: string;
  xpath: { selectWithResolver: Select };
}

const here = createRequire(import.meta.url);
const saml = createRequire(here.resolve('passport-saml'));
/** Each has a copy of the interpreter of its own. */
const USERS = [
  here.resolve('xml-crypto'),
  here.resolve('xml-encryption'),
  saml.resolve('@node-saml/node-saml'),
];
const PATHS = new Set(USERS.map((user) => createRequire(user).resolve('xpath')));

/** The interpreters of the packages behind sign-ins. A release has them inside; its build writes this module anew. */
export const XPATH_PACKAGES: readonly XpathPackage[] = [...PATHS].map((path) => ({
  path,
  xpath: here(path) as XpathPackage['xpath'],
}));
