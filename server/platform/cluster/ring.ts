/** Parts the keys are cut into; each belongs to one process. */
const SLOTS = 1_024;

/** Who owns which key. */
export interface Ring {
  ownerOf(key: string): string;
}

/**
 * Hands the keys to processes by the highest weight of (process, slot): everybody who knows the same processes finds
 * the same owner, and when one comes or goes only its own slots move.
 */
export function createRing(nodeIds: readonly string[]): Ring {
  const owners = Array.from({ length: SLOTS }, (_, slot) => {
    let owner = '';
    let best = -1;
    for (const id of nodeIds) {
      const weight = hash(`${id}#${slot}`);
      if (weight > best || (weight === best && id < owner)) {
        best = weight;
        owner = id;
      }
    }
    return owner;
  });
  return { ownerOf: (key) => owners[hash(key) % SLOTS] as string };
}

/** FNV-1a with a last mixing, without which the weights of neighbouring slots would go together. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
