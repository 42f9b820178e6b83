import { locmem } from "@cullet/backend-locmem";
import { type Cache, createCache } from "@cullet/core";

/** Makes a cache that shares nothing with any other. */
export function memoryCache(): Cache {
  return createCache({ backend: locmem, location: crypto.randomUUID(), options: { maxEntries: 10_000 } });
}
