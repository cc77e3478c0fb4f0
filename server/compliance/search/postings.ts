/** Entries of one block; a place in it fits two bytes, and all of them a bitmap of 128 bytes. */
export const BLOCK_ENTRIES_MAX = 1_024;

const BITMAP_BYTES = BLOCK_ENTRIES_MAX / 8;
const PLACE_BYTES = 2;

/** Packs the places (ascending, from 0) of a word in a block: a list while that is shorter, else a bitmap. */
export function packPlaces(places: readonly number[]): Buffer {
  if (places.length * PLACE_BYTES < BITMAP_BYTES) {
    const bytes = Buffer.alloc(places.length * PLACE_BYTES);
    places.forEach((place, index) => bytes.writeUInt16BE(place, index * PLACE_BYTES));
    return bytes;
  }
  const bytes = Buffer.alloc(BITMAP_BYTES);
  for (const place of places) bytes[place >> 3] = (bytes[place >> 3] ?? 0) | (1 << (place & 7));
  return bytes;
}

/** The places of a word in a block, ascending. */
export function unpackPlaces(bytes: Buffer): number[] {
  const places: number[] = [];
  if (bytes.length < BITMAP_BYTES) {
    for (let at = 0; at + 1 < bytes.length; at += PLACE_BYTES) places.push(bytes.readUInt16BE(at));
    return places;
  }
  for (let place = 0; place < BLOCK_ENTRIES_MAX; place += 1) {
    if ((bytes[place >> 3] ?? 0) & (1 << (place & 7))) places.push(place);
  }
  return places;
}

/** What stands in all of several ascending lists. */
export function intersect(lists: readonly (readonly number[])[]): number[] {
  const [first = [], ...rest] = lists;
  const sets = rest.map((list) => new Set(list));
  return first.filter((place) => sets.every((set) => set.has(place)));
}
