import type { AccountNames } from './ports.ts';

/** An account with its name; empty when the account is not known any more. */
export interface Person {
  id: string;
  displayName: string;
}

/** Looks the names of all people of a screen up at once. */
export async function namesOf(
  accountNames: AccountNames,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  return wanted.length === 0 ? new Map() : accountNames(wanted);
}

/** The account as screens show it. */
export function personOf(id: string, names: ReadonlyMap<string, string>): Person {
  return { id, displayName: names.get(id) ?? '' };
}
