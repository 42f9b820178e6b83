import { Buffer } from "node:buffer";
import type { Payload } from "@cullet/core";

/** An entry to be stored. */
export interface Entry {
  readonly key: string;
  readonly payload: Payload;
  readonly ttlMs: number | null;
}

/** Returns the bytes that are stored for `payload`: of an integer, its digits. */
export function toBytes(payload: Payload): Uint8Array {
  return typeof payload === "number" ? Buffer.from(`${payload}`) : payload;
}

/** Returns the bytes of `payload`, or the integer that it is, as the driver takes them. */
export function toValue(payload: Payload): Buffer | number {
  if (typeof payload === "number" || Buffer.isBuffer(payload)) return payload;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}
