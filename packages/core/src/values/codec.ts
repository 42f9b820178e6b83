import type { BackendFeatures } from "../backend/features.js";
import { BytesCodec } from "./bytes-codec.js";
import { customContent, jsonContent, structuredContent } from "./content.js";
import { CopyCodec } from "./copy-codec.js";
import { JsonTextCodec } from "./json-text-codec.js";
import { ReferenceCodec } from "./reference-codec.js";
import type { Serializer } from "./serializer.js";

export { UNDECODABLE } from "./undecodable.js";

/** Turns values into what one backend keeps, and back. */
export interface Codec<P> {
  /** Whether text is its own payload, so that whoever reads it can do without `decode`. */
  readonly keepsText: boolean;
  /**
   * Returns what stands for `value`, which no later change of the value reaches.
   *
   * @throws SerializationError with the path to what cannot be kept.
   */
  encode(key: string, value: unknown, ttlMs: number | null): P;
  /**
   * Returns a fresh value; `undefined` where the expiry written into the payload is past; `UNDECODABLE`. Never throws,
   * whatever the payload.
   */
  decode(key: string, payload: P): unknown;
}

/** Returns the codec that suits a backend of these features and a cache of this serializer. */
export function createCodec(
  features: BackendFeatures,
  serializer: "structured" | "json" | Serializer,
): Codec<unknown> {
  if (features.payloads === "references") return new ReferenceCodec();
  if (typeof serializer === "object") return new BytesCodec(features, customContent(serializer));
  if (serializer === "json") {
    return features.expiry === "store"
      ? new JsonTextCodec(features.counters)
      : new BytesCodec(features, jsonContent);
  }
  return features.payloads === "copies" ? new CopyCodec() : new BytesCodec(features, structuredContent);
}
