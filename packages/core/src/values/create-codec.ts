import type { BackendFeatures } from "../backend/features.js";
import { BytesCodec } from "./bytes-codec.js";
import type { Codec } from "./codec.js";
import { customContent, jsonContent, structuredContent } from "./content.js";
import { CopyCodec } from "./copy-codec.js";
import { JsonTextCodec } from "./json-text-codec.js";
import { ReferenceCodec } from "./reference-codec.js";
import type { Serializer } from "./serializer.js";

/** Returns the codec of what core itself keeps beside the entries, which is text, where the serializer is the user's. */
export function createOwnCodec(features: BackendFeatures): Codec<unknown> {
  return features.payloads === "bytes" ? new BytesCodec(features, structuredContent) : new ReferenceCodec();
}

/** Returns the codec that suits a backend of these features and a cache of this serializer. */
export function createCodec(
  features: BackendFeatures,
  serializer: "structured" | "json" | Serializer,
): Codec<unknown> {
  if (features.payloads === "references") return new ReferenceCodec();
  if (typeof serializer === "object") return new BytesCodec(features, customContent(serializer));
  if (serializer === "json") {
    return features.expiry === "store" ? new JsonTextCodec(features) : new BytesCodec(features, jsonContent);
  }
  return features.payloads === "copies" ? new CopyCodec() : new BytesCodec(features, structuredContent);
}
