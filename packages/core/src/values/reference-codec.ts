import { SerializationError } from "../errors.js";
import type { Codec } from "./codec.js";
import { Snapshot } from "./copy-codec.js";
import { Noted } from "./note.js";
import { UNDECODABLE } from "./undecodable.js";

/** Keeps the very value that was given, for a store in this process's memory that makes no copies. */
export class ReferenceCodec implements Codec<unknown> {
  readonly keepsText = true;
  encode(_key: string, value: unknown): unknown {
    if (value === undefined) throw new SerializationError("value is undefined, which cannot be kept");
    // The cache would wait for it, and hand out what it comes to instead of itself.
    if (typeof (value as { then?: unknown } | null)?.then === "function") {
      throw new SerializationError("value is a promise, or has a then() like one, which cannot be kept");
    }
    return value;
  }

  decode(_key: string, noted: unknown): unknown {
    const payload = noted instanceof Noted ? noted.payload : noted;
    // Caches that share a store may differ in whether they copy.
    return payload instanceof Snapshot ? UNDECODABLE : payload;
  }
}
