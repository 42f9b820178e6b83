/** The type `bytea`, as the server numbers it. */
const BYTEA = 17;

const HEAD_BYTES = 20;

/**
 * Returns `items` as an array for a `bytea[]`, in the binary form of the protocol, in which pg passes on every buffer. What
 * pg makes of a list of buffers is twice as long and has to be parsed.
 */
export function arrayOf(items: readonly (Uint8Array | null)[]): Buffer {
  const size = items.reduce((sum, item) => sum + 4 + (item?.length ?? 0), HEAD_BYTES);
  const array = Buffer.allocUnsafe(size);
  const head = [1, items.includes(null) ? 1 : 0, BYTEA, items.length, 1];
  let at = 0;
  for (const number of head) at = array.writeInt32BE(number, at);
  for (const item of items) {
    at = array.writeInt32BE(item === null ? -1 : item.length, at);
    if (item === null) continue;
    array.set(item, at);
    at += item.length;
  }
  return array;
}

/** Returns `numbers` as an array for a `bigint[]`. */
export function listOf(numbers: readonly (number | null)[]): string {
  return `{${numbers.map((number) => number ?? "NULL").join(",")}}`;
}
