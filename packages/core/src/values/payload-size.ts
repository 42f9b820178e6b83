import { Snapshot } from "./copy-codec.js";
import { Noted, writeNote } from "./note.js";

const NUMBER_BYTES = 8;

/** Returns how many bytes `payload` takes where it is stored: of a snapshot, those of its text in UTF-8. */
export function payloadSize(payload: unknown): number {
  if (typeof payload === "string") return Buffer.byteLength(payload);
  if (payload instanceof Uint8Array) return payload.byteLength;
  if (payload instanceof Noted) return payloadSize(payload.payload) + writeNote(payload.note).byteLength;
  if (payload instanceof Snapshot) return Buffer.byteLength(payload.text) + (payload.bytes?.byteLength ?? 0);
  // What a backend keeps together with something of its own.
  if (isHolder(payload)) return payloadSize(payload.payload);
  return typeof payload === "bigint" ? payload.toString(16).length : NUMBER_BYTES;
}

function isHolder(payload: unknown): payload is { readonly payload: unknown } {
  return typeof payload === "object" && payload !== null && "payload" in payload;
}
