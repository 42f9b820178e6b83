import type { Opcode } from "./opcode.js";

const MAGIC = 0x80;
const HEADER = 24;
const WORD = 4;
const NO_CAS = Buffer.alloc(8);
const NOTHING = Buffer.alloc(0);

/** What a request holds beside its number. */
export interface Request {
  readonly opcode: (typeof Opcode)[keyof typeof Opcode];
  readonly key?: string;
  /** Unsigned numbers of 32 bits, which stand before the key. */
  readonly extras?: readonly number[];
  readonly value?: Uint8Array;
  readonly cas?: Buffer;
}

/**
 * Returns the bytes of a request. memjs could make them too, in memory that is cleared first and not pooled: that takes
 * as long as all else that is done for a request.
 */
export function makeRequest(request: Request, opaque: number): Buffer {
  const { opcode, key = "", extras = [], value = NOTHING, cas = NO_CAS } = request;
  const keyLength = Buffer.byteLength(key);
  const extrasLength = extras.length * WORD;
  const bodyLength = extrasLength + keyLength + value.length;
  const bytes = Buffer.allocUnsafe(HEADER + bodyLength);
  bytes[0] = MAGIC;
  bytes[1] = opcode;
  bytes.writeUInt16BE(keyLength, 2);
  bytes[4] = extrasLength;
  // The data type, and the virtual bucket: of no use.
  bytes[5] = 0;
  bytes.writeUInt16BE(0, 6);
  bytes.writeUInt32BE(bodyLength, 8);
  bytes.writeUInt32BE(opaque, 12);
  bytes.set(cas, 16);
  let at = HEADER;
  for (const word of extras) at = bytes.writeUInt32BE(word, at);
  at += bytes.write(key, at);
  bytes.set(value, at);
  return bytes;
}
