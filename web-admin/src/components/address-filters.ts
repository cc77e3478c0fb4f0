/** The address with one filter changed; empty ones are left out. Filters live in the address so that a view can be sent. */
export function withParam(search: URLSearchParams, name: string, value: string | undefined): URLSearchParams {
  const next = new URLSearchParams(search);
  if (value) next.set(name, value);
  else next.delete(name);
  return next;
}

/** A filter of the address when it is one of the known values, so that an old link still works. */
export function knownParam<T extends string>(
  search: URLSearchParams,
  name: string,
  known: readonly T[],
): T | undefined {
  const value = search.get(name);
  return known.find((each) => each === value);
}
