import { asBuffer, bytesBody, isEnvelope, Kind, type Opened, open, seal } from "./envelope.js";
import { isInteger, readDecimal, writeDecimal } from "./integer.js";

/** A body, and what it is. */
export type Content = Pick<Opened, "kind" | "body">;

/** Stands for a payload that must not be read, in a form that no codec can decode. */
export const UNREADABLE: Uint8Array = Buffer.of(0xc1);

/**
 * Returns what `payload` of `key` holds, be it an envelope, digits or bare JSON; `undefined` where it is a damaged
 * envelope, or no payload.
 */
export function contentsOf(key: string, payload: unknown): Opened | undefined {
  if (isInteger(payload)) return bare(Kind.integer, writeDecimal(payload));
  const bytes = asBuffer(payload);
  if (bytes === undefined || isEnvelope(bytes)) return bytes && open(key, bytes);
  return bare(readDecimal(bytes) === undefined ? Kind.utf8Json : Kind.integer, bytes);
}

/**
 * Returns what is put into another envelope in place of `payload`: `unwrapped` makes the same payload of it again.
 * `undefined` where that is a damaged envelope, or no payload.
 */
export function toWrap(key: string, payload: unknown): Opened | undefined {
  if (isInteger(payload)) return bare(Kind.number, writeDecimal(payload));
  const bytes = asBuffer(payload);
  if (bytes === undefined || isEnvelope(bytes)) return bytes && open(key, bytes);
  return bare(Kind.bare, bytes);
}

/** Returns the payload that became `content`, and the rest of `outer`. */
export function unwrapped(key: string, { expiresAt, note }: Opened, { kind, body }: Content): unknown {
  if (kind === Kind.bare) return body;
  if (kind === Kind.number) return readDecimal(body) ?? UNREADABLE;
  return seal(key, bytesBody(kind, body), expiresAt, note);
}

/** Returns the kind of an envelope, which may be damaged; `undefined` for what is none. */
export function kindOf(payload: unknown): number | undefined {
  const bytes = asBuffer(payload);
  return bytes && isEnvelope(bytes) ? bytes[3] : undefined;
}

function bare(kind: Opened["kind"], body: Buffer): Opened {
  return { kind, expiresAt: null, note: undefined, body };
}
