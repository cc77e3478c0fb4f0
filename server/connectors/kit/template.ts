import { connectorFault } from './faults.ts';

const PLACE = /\{([a-zA-Z][\w.]{0,59})\}/g;

/** Names in braces of a text; `{key}` and `{correlation}` are the call's, `{secret.NAME}` a secret. */
export function placesOf(template: string): string[] {
  return [...template.matchAll(PLACE)].map((match) => match[1] as string);
}

/** Fills the braces of a text. `encode` makes a value harmless where it stands; an absent value is empty. */
export function fill(
  template: string,
  valueOf: (name: string) => string | undefined,
  encode: (value: string) => string,
): string {
  return template.replace(PLACE, (_whole, name: string) => encode(valueOf(name) ?? ''));
}

/** Throws `connector.config_invalid` when a text names something else than is there. */
export function assertPlaces(template: string, known: ReadonlySet<string>): void {
  const isUnknown = (name: string) => !known.has(name) && !name.startsWith('secret.');
  if (placesOf(template).some(isUnknown)) throw connectorFault('connector.config_invalid', 'placeholder');
}

/** A value as it may stand in a header: visible ASCII, everything else percent-encoded. */
export function headerValue(value: string): string {
  return value.replace(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character));
}
