/** Number of single-letter changes between two texts (Levenshtein); O(n·m), texts are names of settings. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/**
 * The known name that `name` was most likely meant to be, or undefined when none comes near. A last part that is
 * right in the wrong group counts as near: `poolSize` for `database.poolSize`.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const wanted = name.slice(0, 80).toLowerCase();
  const last = (text: string) => text.slice(text.lastIndexOf('.') + 1);
  const ranked = known
    .map((each) => {
      const candidate = each.toLowerCase();
      return {
        each,
        far: Math.min(distance(wanted, candidate), distance(last(wanted), last(candidate)) + 1),
      };
    })
    .sort((a, b) => a.far - b.far);
  const best = ranked[0];
  return best !== undefined && best.far <= Math.max(2, wanted.length / 3) ? best.each : undefined;
}
