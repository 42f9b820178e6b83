import type { BackendFeatures } from "../backend/features.js";
import { now } from "../clock.js";
import type { Codec } from "./codec.js";
import { expandBody } from "./compression.js";
import type { Content } from "./content.js";
import { asBuffer, expiryAfter, isEnvelope, Kind, open, seal, sealInteger } from "./envelope.js";
import { isInteger, readDecimal, writeDecimal } from "./integer.js";
import { UNDECODABLE } from "./undecodable.js";

/** Keeps bytes, for a store outside the process: integers as their digits, all else in an envelope. */
export class BytesCodec implements Codec<unknown> {
  readonly keepsText = false;
  readonly #features: BackendFeatures;
  readonly #content: Content;

  constructor(features: BackendFeatures, content: Content) {
    this.#features = features;
    this.#content = content;
  }

  encode(key: string, value: unknown, ttlMs: number | null): Uint8Array | number {
    const { counters, expiry } = this.#features;
    if (isInteger(value)) {
      if (counters) return value;
      return expiry === "store" ? writeDecimal(value) : sealInteger(key, value, ttlMs);
    }
    return seal(key, this.#content.write(value), expiry === "store" ? null : expiryAfter(ttlMs));
  }

  decode(key: string, payload: unknown): unknown {
    try {
      return isInteger(payload) ? payload : this.#read(key, payload);
    } catch {
      return UNDECODABLE;
    }
  }

  #read(key: string, payload: unknown): unknown {
    const bytes = asBuffer(payload);
    if (bytes === undefined) return UNDECODABLE;
    if (!isEnvelope(bytes)) return readDecimal(bytes) ?? UNDECODABLE;
    const opened = open(key, bytes);
    if (opened === undefined) return UNDECODABLE;
    const { expiresAt } = opened;
    if (expiresAt !== null && expiresAt <= now()) return undefined;
    if (opened.kind !== Kind.compressed) {
      return this.#readBody(opened.kind, bytes, opened.bodyAt, opened.bodyEnd);
    }
    const content = expandBody(opened.body);
    return content ? this.#readBody(content.kind, content.body, 0, content.body.length) : UNDECODABLE;
  }

  #readBody(kind: number, bytes: Buffer, from: number, to: number): unknown {
    if (kind !== Kind.integer) return this.#content.read(kind, bytes, from, to);
    return readDecimal(bytes.subarray(from, to)) ?? UNDECODABLE;
  }
}
