import {
  type Backend,
  type CacheConfig,
  createBackend,
  InvalidConfigError,
  isBackend,
  parseCacheUri,
} from "@cullet/core";
import type { TieredSettings, TierSource } from "./tiered-options.js";

/** What may be said of a tier. All else is said of the cache, which makes the keys, the payloads and the timeouts. */
const OF_A_TIER: readonly string[] = ["backend", "location", "options", "operationTimeout"];

/** Makes the backends of both tiers, without reaching their stores. */
export async function openTiers(settings: TieredSettings): Promise<{ far: Backend; near: Backend }> {
  const far = await openTier("far", settings);
  const near = await openTier("near", settings);
  if (near.features.payloads === "bytes") {
    await Promise.all([far.close(), near.close()]);
    throw new InvalidConfigError(
      `${settings.path}.near must keep its entries in this process's memory, as locmem does; ${near.constructor.name} keeps bytes`,
    );
  }
  return { far, near };
}

async function openTier(name: "far" | "near", settings: TieredSettings): Promise<Backend> {
  const source: TierSource = settings[name];
  const path = `${settings.path}.${name}`;
  if (isBackend(source)) {
    await source.load();
    return source;
  }
  const config: CacheConfig = typeof source === "string" ? parseCacheUri(source) : source;
  const foreign = Object.keys(config).find((setting) => !OF_A_TIER.includes(setting));
  if (foreign !== undefined) {
    throw new InvalidConfigError(
      `${path}.${foreign} must be a setting of the cache, and not of one of its tiers`,
    );
  }
  const { operationTimeoutMs } = settings;
  const operationTimeout = operationTimeoutMs === undefined ? undefined : operationTimeoutMs / 1_000;
  return createBackend({ operationTimeout, ...config }, { from: import.meta.url }, path);
}
