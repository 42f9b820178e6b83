import type { Payload } from "@cullet/core";

/** Returns what a row holds as a payload: what no backend of ours wrote, as bytes that no codec knows. */
export function toPayload(value: unknown): Payload {
  if (value instanceof Uint8Array || Number.isSafeInteger(value)) return value as Payload;
  return Buffer.from(value === null ? "" : String(value));
}
