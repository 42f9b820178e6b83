import { crc32 } from "node:zlib";
import type { MapBackend } from "./map-backend.js";

/** Returns the bytes that `backend` has for a stored key. */
export function storedBytes(backend: MapBackend, key: string): Buffer {
  const payload = backend.entries.get(key)?.payload;
  if (!(payload instanceof Uint8Array)) throw new TypeError(`there are no bytes at ${key}`);
  return Buffer.from(payload);
}

/** Puts bytes in the place of those that `backend` has, with the checksum that they need. */
export function forge(backend: MapBackend, key: string, bytes: Uint8Array): void {
  const payload = Buffer.from(bytes);
  payload.writeUInt32LE(crc32(payload.subarray(0, -4), crc32(key)), payload.length - 4);
  backend.entries.set(key, { payload, expires: Number.POSITIVE_INFINITY });
}
