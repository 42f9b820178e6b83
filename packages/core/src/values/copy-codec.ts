import type { Codec } from "./codec.js";
import { Noted } from "./note.js";
import { plainText } from "./plain.js";
import { readRich } from "./rich-reader.js";
import { writeRich } from "./rich-writer.js";
import { UNDECODABLE } from "./undecodable.js";

/** What a value was when it was stored. Each reading of it makes a value of its own. */
export class Snapshot {
  /** JSON, where there are no `bytes`; else JSON with tags. */
  readonly text: string;
  /** The binary parts that the tags refer to. */
  readonly bytes: Uint8Array | undefined;

  constructor(text: string, bytes?: Uint8Array) {
    this.text = text;
    this.bytes = bytes;
  }
}

/**
 * Keeps snapshots, for a store in this process's memory. Primitives, which nobody can change, are kept as they are.
 * Text is also the quickest snapshot: `JSON.parse` makes a fresh value faster than `structuredClone` does.
 */
export class CopyCodec implements Codec<unknown> {
  readonly keepsText = true;
  encode(_key: string, value: unknown): unknown {
    if (isPrimitive(value)) return value;
    const plain = plainText(value);
    if (plain !== undefined) return new Snapshot(plain);
    const { text, chunks } = writeRich(value);
    return new Snapshot(text, Buffer.concat(chunks));
  }

  decode(_key: string, noted: unknown): unknown {
    const payload = noted instanceof Noted ? noted.payload : noted;
    if (isPrimitive(payload)) return payload;
    if (!(payload instanceof Snapshot)) return UNDECODABLE;
    try {
      const { text, bytes } = payload;
      return bytes === undefined ? JSON.parse(text) : readRich(text, bytes);
    } catch {
      // No fault of the payload: the call stack, or the memory, ran out.
      return UNDECODABLE;
    }
  }
}

function isPrimitive(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return true;
    default:
      return value === null;
  }
}
