/** Bytes of a body, from `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const RANGE = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/i;

/**
 * Returns which of `length` bytes a Range field asks for (RFC 9110 §14.1.2). `undefined`: the whole body, since there is
 * no such field, it is malformed, of another unit, or asks for several ranges.
 */
export function parseRange(field: string | null, length: number): ByteRange | "unsatisfiable" | undefined {
  const [match, first, last, suffix] = RANGE.exec(field ?? "") ?? [];
  if (match === undefined) return undefined;
  if (first === undefined)
    return satisfiable({ start: Math.max(0, length - Number(suffix)), end: length - 1 });
  const start = Number(first);
  const end = last === "" ? length - 1 : Math.min(Number(last), length - 1);
  if (last !== "" && Number(last) < start) return undefined;
  return satisfiable({ start, end });
}

/** Writes the Content-Range of a 206 with `range`, or of a 416. */
export function formatContentRange(range: ByteRange | "unsatisfiable", length: number): string {
  return range === "unsatisfiable" ? `bytes */${length}` : `bytes ${range.start}-${range.end}/${length}`;
}

function satisfiable(range: ByteRange): ByteRange | "unsatisfiable" {
  return range.start <= range.end ? range : "unsatisfiable";
}
