import { crc32 } from "node:zlib";
import type { Payload } from "@cullet/core";
import { MARK_BYTES, ownMark } from "./owner.js";

// An entry's file, numbers little-endian:
//
//    0   8  "cullet", the version of this format, the kind
//    8  16  the mark of the process that wrote it
//   24   4  bytes of the key
//   28   4  bytes of the payload
//   32   4  crc32 of all of the above, the key and the payload
//   36   8  when it expires: milliseconds since 1970, or Infinity
//   44   8  the number, where it is a counter
//   52   4  crc32 of the state, which is the two fields above; it goes on from the crc32 at 32
//   56      the key, the payload
//
// Only the state ever changes in place. A lock is the first 24 bytes, or an entry that is being written.

const MAGIC = Buffer.from("cullet\x01", "latin1");
const KIND_AT = 7;
const MARK_AT = 8;
const KEY_LENGTH_AT = 24;
const PAYLOAD_LENGTH_AT = 28;
const CRC_AT = 32;
const COUNT_IN_STATE = 8;
const STATE_CRC_IN_STATE = 16;
const NO_BYTES = new Uint8Array(0);

/** Where the state begins. */
export const STATE_AT = 36;
/** Bytes of the state, its checksum included. */
const STATE_BYTES = 20;
/** Where the key begins. */
export const KEY_AT = 56;

// Copying a small payload is cheaper than a second write.
const JOINED_BYTES = 65_536;

const Kind = { bytes: 0, counter: 1, lock: 2 } as const;

/** What the beginning of an entry's file says of the rest. */
export interface Head {
  /** When it expires: milliseconds since 1970, or Infinity. */
  readonly expiresAt: number;
  /** The number, where it is a counter. */
  readonly count: number | undefined;
  /** Where the payload begins. */
  readonly payloadAt: number;
  /** Where the file ends. */
  readonly end: number;
  /** The checksum that the body must have, and the one that it goes on from. */
  readonly crc: number;
  readonly crcBefore: number;
}

/** Returns the file of an entry, in the pieces to write one after another. */
export function encodeEntry(key: string, payload: Payload, expiresAt: number): Uint8Array[] {
  const isCounter = typeof payload === "number";
  const bytes = isCounter ? NO_BYTES : payload;
  const keyLength = Buffer.byteLength(key);
  const payloadAt = KEY_AT + keyLength;
  const joins = bytes.length <= JOINED_BYTES;
  const file = Buffer.allocUnsafe(payloadAt + (joins ? bytes.length : 0));

  writeMark(file, isCounter ? Kind.counter : Kind.bytes);
  file.writeUInt32LE(keyLength, KEY_LENGTH_AT);
  file.writeUInt32LE(bytes.length, PAYLOAD_LENGTH_AT);
  file.write(key, KEY_AT);
  if (joins) file.set(bytes, payloadAt);
  const crc = crc32(file.subarray(KEY_AT), crc32(file.subarray(0, CRC_AT)));
  const wholeCrc = joins ? crc : crc32(bytes, crc);
  file.writeUInt32LE(wholeCrc, CRC_AT);
  writeState(file.subarray(STATE_AT, KEY_AT), wholeCrc, expiresAt, isCounter ? payload : 0);
  return joins ? [file] : [file, bytes];
}

/** Returns the state of an entry, to be written over the one it has. */
export function encodeState({ crc }: Head, expiresAt: number, count: number | undefined): Uint8Array {
  const state = Buffer.allocUnsafe(STATE_BYTES);
  writeState(state, crc, expiresAt, count ?? 0);
  return state;
}

/** Returns what a lock holds that is no entry in the making. */
export function encodeLock(): Uint8Array {
  const lock = Buffer.allocUnsafe(MARK_AT + MARK_BYTES);
  writeMark(lock, Kind.lock);
  return lock;
}

/** Returns what the first `length` bytes of `file` say; `undefined` where they are not the beginning of an entry. */
export function decodeHead(file: Buffer, length: number): Head | undefined {
  if (length < KEY_AT || !hasMagic(file)) return undefined;
  const kind = file[KIND_AT];
  if (kind !== Kind.bytes && kind !== Kind.counter) return undefined;
  const crc = file.readUInt32LE(CRC_AT);
  const stateCrc = crc32(file.subarray(STATE_AT, STATE_AT + STATE_CRC_IN_STATE), crc);
  if (stateCrc !== file.readUInt32LE(STATE_AT + STATE_CRC_IN_STATE)) return undefined;
  const payloadAt = KEY_AT + file.readUInt32LE(KEY_LENGTH_AT);
  return {
    expiresAt: file.readDoubleLE(STATE_AT),
    count: kind === Kind.counter ? file.readDoubleLE(STATE_AT + COUNT_IN_STATE) : undefined,
    payloadAt,
    end: payloadAt + file.readUInt32LE(PAYLOAD_LENGTH_AT),
    crc,
    crcBefore: crc32(file.subarray(0, CRC_AT)),
  };
}

/** Returns the mark in the first `length` bytes of a lock's or an entry's file; `undefined` where it has none yet. */
export function decodeMark(file: Buffer, length: number): Buffer | undefined {
  if (length < MARK_AT + MARK_BYTES || !hasMagic(file)) return undefined;
  return Buffer.from(file.subarray(MARK_AT, MARK_AT + MARK_BYTES));
}

/** Whether `body`, the key and the payload, is what `head` was written for. */
export function isIntact(head: Head, body: Uint8Array): boolean {
  return crc32(body, head.crcBefore) === head.crc;
}

function hasMagic(file: Buffer): boolean {
  return file.compare(MAGIC, 0, MAGIC.length, 0, MAGIC.length) === 0;
}

function writeMark(file: Buffer, kind: number): void {
  file.set(MAGIC);
  file[KIND_AT] = kind;
  file.set(ownMark(), MARK_AT);
}

function writeState(state: Buffer, crc: number, expiresAt: number, count: number): void {
  state.writeDoubleLE(expiresAt, 0);
  state.writeDoubleLE(count, COUNT_IN_STATE);
  state.writeUInt32LE(crc32(state.subarray(0, STATE_CRC_IN_STATE), crc), STATE_CRC_IN_STATE);
}
