import { isUtf8 } from "node:buffer";
import type { Codec } from "./codec.js";
import { asBuffer } from "./envelope.js";
import { isInteger } from "./integer.js";
import { jsonText } from "./json-text.js";
import { MAX_BYTES } from "./limits.js";
import { parseJson } from "./parse-json.js";
import { refused } from "./refused.js";
import { UNDECODABLE } from "./undecodable.js";

/** Keeps bare JSON, for a store that other languages read and write too. */
export class JsonTextCodec implements Codec<unknown> {
  readonly keepsText = false;
  readonly #counters: boolean;

  constructor(counters: boolean) {
    this.#counters = counters;
  }

  encode(_key: string, value: unknown): Uint8Array | number {
    if (this.#counters && isInteger(value)) return value;
    const bytes = Buffer.from(jsonText(value));
    if (bytes.length > MAX_BYTES) {
      throw refused("value", `takes ${bytes.length} bytes; at most ${MAX_BYTES} can be kept`);
    }
    return bytes;
  }

  decode(_key: string, payload: unknown): unknown {
    if (isInteger(payload)) return payload;
    const bytes = asBuffer(payload);
    if (bytes === undefined || bytes.length > MAX_BYTES || !isUtf8(bytes)) return UNDECODABLE;
    try {
      return parseJson(bytes.toString("utf8"));
    } catch {
      return UNDECODABLE;
    }
  }
}
