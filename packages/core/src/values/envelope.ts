import { Buffer } from "node:buffer";
import { types } from "node:util";
import { now } from "../clock.js";
import { crc32OfBytes, crc32OfText } from "./crc32.js";
import { isInteger, readDecimal, writeDecimal } from "./integer.js";
import { MAX_BYTES } from "./limits.js";
import { refused } from "./refused.js";

/*
 * byte 0       MAGIC: begins neither a number, nor JSON, nor any UTF-8
 * byte 1       VERSION of this format
 * byte 2       flags: one bit for each field of metadata that follows
 * byte 3       kind: what the body is
 * bytes 4…     metadata: the fields of the flags, from the lowest bit to the highest
 * …            body
 * last 4       CRC-32 of the key's UTF-8 and of all bytes before, little-endian
 */
const MAGIC = 0xc1;
const VERSION = 1;
const METADATA = 4;
const CHECKSUM = 4;

/** Metadata: milliseconds since 1970 at which the entry expires, as a float64, little-endian. */
const EXPIRY_FLAG = 1 << 0;
const EXPIRY = 8;

/** Metadata: the length of a note in 4 bytes, little-endian; the note. What it says is for `note.ts` to know. */
const NOTE_FLAG = 1 << 1;
const NOTE_LENGTH = 4;

const KNOWN_FLAGS = EXPIRY_FLAG | NOTE_FLAG;

/** What a body can be. A number keeps its meaning for ever. */
export const Kind = {
  /** Decimal digits of a safe integer. */
  integer: 1,
  /** A string, a byte for each character. */
  asciiText: 2,
  utf8Text: 3,
  /** A string that is not well-formed, a little-endian 16-bit unit for each unit. */
  utf16Text: 4,
  asciiJson: 5,
  utf8Json: 6,
  /** The length of the tagged JSON in 4 bytes, little-endian; the JSON in UTF-8; the binary parts that it tells of. */
  rich: 7,
  /** The code of a binary type in one byte; its memory. */
  binary: 8,
  /** What a user's own serializer made. */
  custom: 9,
  /** Another body, compressed: see `compression.ts`. */
  compressed: 10,
  /** Another body, signed: see `signer.ts`. */
  signed: 11,
  /** Another body, encrypted: see `sealer.ts`. */
  sealed: 12,
  /** Bytes that are no envelope, inside one of these three. */
  bare: 13,
  /** A number for a store that counts, in decimal digits, inside one of these three. */
  number: 14,
} as const;

/** What goes into an envelope. */
export interface Body {
  readonly kind: number;
  readonly length: number;
  /** Puts all of its `length` bytes into `target`, from `at` on. */
  readonly fill: (target: Buffer, at: number) => void;
}

/** What was in an envelope. */
export interface Opened {
  readonly kind: number;
  /** Milliseconds since 1970; `null` for never. */
  readonly expiresAt: number | null;
  /** A view of the payload. */
  readonly note: Buffer | undefined;
  /** A view of the payload. */
  readonly body: Buffer;
}

/** Where the body of an envelope is: a text is read out of it in a third less time than out of a view. */
export class OpenedEnvelope implements Opened {
  readonly kind: number;
  readonly expiresAt: number | null;
  readonly note: Buffer | undefined;
  readonly payload: Buffer;
  readonly bodyAt: number;
  readonly bodyEnd: number;

  constructor({ kind, expiresAt, note, payload, bodyAt, bodyEnd }: Omit<OpenedEnvelope, "body">) {
    this.kind = kind;
    this.expiresAt = expiresAt;
    this.note = note;
    this.payload = payload;
    this.bodyAt = bodyAt;
    this.bodyEnd = bodyEnd;
  }

  get body(): Buffer {
    return this.payload.subarray(this.bodyAt, this.bodyEnd);
  }
}

/** Returns a payload of `key` that holds `body`, the time `expiresAt` unless that is `null`, and the note given. */
export function seal(key: string, body: Body, expiresAt: number | null, note?: Uint8Array): Buffer {
  const noteAt = METADATA + (expiresAt === null ? 0 : EXPIRY);
  const bodyAt = noteAt + (note === undefined ? 0 : NOTE_LENGTH + note.length);
  const checksumAt = bodyAt + body.length;
  const length = checksumAt + CHECKSUM;
  if (length > MAX_BYTES) throw refused("value", `takes ${length} bytes; at most ${MAX_BYTES} can be kept`);
  const payload = Buffer.allocUnsafe(length);
  payload[0] = MAGIC;
  payload[1] = VERSION;
  payload[2] = (expiresAt === null ? 0 : EXPIRY_FLAG) | (note === undefined ? 0 : NOTE_FLAG);
  payload[3] = body.kind;
  if (expiresAt !== null) payload.writeDoubleLE(expiresAt, METADATA);
  if (note !== undefined) {
    payload.writeUInt32LE(note.length, noteAt);
    payload.set(note, noteAt + NOTE_LENGTH);
  }
  body.fill(payload, bodyAt);
  payload.writeUInt32LE(checksum(key, payload), checksumAt);
  return payload;
}

/** Returns what `payload` holds, or `undefined` where it is no sound envelope of `key` in this version. */
export function open(key: string, payload: Buffer): OpenedEnvelope | undefined {
  if (!isEnvelope(payload)) return undefined;
  const flags = payload[2] as number;
  const checksumAt = payload.length - CHECKSUM;
  const note = noteIn(payload);
  const bodyAt = METADATA + (flags & EXPIRY_FLAG ? EXPIRY : 0) + (note ? NOTE_LENGTH + note.length : 0);
  if ((flags & ~KNOWN_FLAGS) !== 0 || checksumAt < bodyAt) return undefined;
  if (flags & NOTE_FLAG && note === undefined) return undefined;
  if (payload.readUInt32LE(checksumAt) !== checksum(key, payload)) return undefined;
  const expiresAt = flags & EXPIRY_FLAG ? payload.readDoubleLE(METADATA) : null;
  if (Number.isNaN(expiresAt)) return undefined;
  return new OpenedEnvelope({
    kind: payload[3] as number,
    expiresAt,
    note,
    payload,
    bodyAt,
    bodyEnd: checksumAt,
  });
}

/** Returns the note in an envelope that may be damaged; `undefined` where there is none. */
export function noteIn(envelope: Buffer): Buffer | undefined {
  const flags = envelope[2] as number;
  if (!(flags & NOTE_FLAG)) return undefined;
  const noteAt = METADATA + (flags & EXPIRY_FLAG ? EXPIRY : 0) + NOTE_LENGTH;
  const checksumAt = envelope.length - CHECKSUM;
  if (noteAt > checksumAt) return undefined;
  const end = noteAt + envelope.readUInt32LE(noteAt - NOTE_LENGTH);
  return end > checksumAt ? undefined : envelope.subarray(noteAt, end);
}

/** Whether `payload` begins like an envelope of this version, and is long enough for one. */
export function isEnvelope(payload: Uint8Array): boolean {
  const { length } = payload;
  return (
    length >= METADATA + CHECKSUM && length <= MAX_BYTES && payload[0] === MAGIC && payload[1] === VERSION
  );
}

/** Returns `payload` as a Buffer over the same memory; `undefined` where it is no bytes. */
export function asBuffer(payload: unknown): Buffer | undefined {
  if (Buffer.isBuffer(payload)) return payload;
  // By brand, since bytes may come from another realm.
  if (!types.isUint8Array(payload)) return undefined;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}

/** Returns when `ttlMs` from now is; `null` for never. */
export function expiryAfter(ttlMs: number | null): number | null {
  return ttlMs === null ? null : now() + ttlMs;
}

// What follows is for backends whose store does not tell when an entry expires.

/** Returns the integer that `payload` of `key` is or holds; `undefined` where it is another value, or damaged. */
export function openInteger(key: string, payload: unknown): number | undefined {
  if (isInteger(payload)) return payload;
  const bytes = asBuffer(payload);
  if (bytes === undefined) return undefined;
  if (!isEnvelope(bytes)) return readDecimal(bytes);
  const opened = open(key, bytes);
  // What has a note may count as expired, which a backend does not know: core counts with it.
  return opened?.kind === Kind.integer && opened.note === undefined ? readDecimal(opened.body) : undefined;
}

/** Returns a payload of `key` that holds `integer`, and its expiry. */
export function sealInteger(key: string, integer: number, ttlMs: number | null): Uint8Array {
  return seal(key, bytesBody(Kind.integer, writeDecimal(integer)), expiryAfter(ttlMs));
}

/** Returns the milliseconds until the expiry inside `payload`, none or fewer where it is past; `null` for never. */
export function payloadTtlMs(payload: unknown): number | null {
  const bytes = asBuffer(payload);
  if (bytes === undefined || !isEnvelope(bytes) || !((bytes[2] as number) & EXPIRY_FLAG)) return null;
  if (bytes.length < METADATA + EXPIRY + CHECKSUM) return null;
  const expiresAt = bytes.readDoubleLE(METADATA);
  return Number.isNaN(expiresAt) ? null : expiresAt - now();
}

/** Returns the milliseconds that `payload` has left: `null` for ever, `undefined` where it has expired. */
export function remainingTtlMs(payload: unknown): number | null | undefined {
  const ttlMs = payloadTtlMs(payload);
  return ttlMs === null || ttlMs > 0 ? ttlMs : undefined;
}

/** Returns `payload` of `key` with another expiry inside; unchanged where it is no sound envelope. */
export function withTtlMs<P>(key: string, payload: P, ttlMs: number | null): P {
  const bytes = asBuffer(payload);
  // A damaged payload must not get a checksum that is right.
  const opened = bytes && open(key, bytes);
  if (opened === undefined) return payload;
  return seal(key, bytesBody(opened.kind, opened.body), expiryAfter(ttlMs), opened.note) as P;
}

/** Returns a body of bytes that are there already. */
export function bytesBody(kind: number, bytes: Uint8Array): Body {
  return { kind, length: bytes.length, fill: (target, at) => target.set(bytes, at) };
}

function checksum(key: string, payload: Buffer): number {
  return crc32OfBytes(payload, payload.length - CHECKSUM, crc32OfText(key));
}
