import { isUtf8 } from "node:buffer";
import type { BackendFeatures } from "../backend/features.js";
import { BytesCodec } from "./bytes-codec.js";
import type { Codec } from "./codec.js";
import { jsonContent } from "./content.js";
import { asBuffer, isEnvelope } from "./envelope.js";
import { isInteger } from "./integer.js";
import { jsonText } from "./json-text.js";
import { MAX_BYTES } from "./limits.js";
import { parseJson } from "./parse-json.js";
import { refused } from "./refused.js";
import { UNDECODABLE } from "./undecodable.js";

/** Keeps bare JSON, for a store that other languages read and write too; what has a note, in an envelope. */
export class JsonTextCodec implements Codec<unknown> {
  readonly keepsText = false;
  readonly #counters: boolean;
  readonly #enveloped: BytesCodec;

  constructor(features: BackendFeatures) {
    this.#counters = features.counters;
    this.#enveloped = new BytesCodec(features, jsonContent);
  }

  encode(_key: string, value: unknown): Uint8Array | number {
    if (this.#counters && isInteger(value)) return value;
    const bytes = Buffer.from(jsonText(value));
    if (bytes.length > MAX_BYTES) {
      throw refused("value", `takes ${bytes.length} bytes; at most ${MAX_BYTES} can be kept`);
    }
    return bytes;
  }

  decode(key: string, payload: unknown): unknown {
    if (isInteger(payload)) return payload;
    const bytes = asBuffer(payload);
    if (bytes !== undefined && isEnvelope(bytes)) return this.#enveloped.decode(key, bytes);
    if (bytes === undefined || bytes.length > MAX_BYTES || !isUtf8(bytes)) return UNDECODABLE;
    try {
      return parseJson(bytes.toString("utf8"));
    } catch {
      return UNDECODABLE;
    }
  }
}
