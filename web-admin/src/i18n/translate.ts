/** Values for the `{name}` places of a message. */
export type MessageParams = Readonly<Record<string, string | number>>;

/** Fills the `{name}` places of a message; a place without a value stays as it is, so that it is seen. */
export function fillMessage(message: string, params: MessageParams = {}): string {
  return message.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = params[name];
    return value === undefined ? place : String(value);
  });
}

/** Names of the `{name}` places of a message, sorted and distinct. */
export function placesOf(message: string): string[] {
  return [...new Set([...message.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();
}
