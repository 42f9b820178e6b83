import {
  type Bus,
  durationMs,
  InvalidConfigError,
  option,
  type PartialBackendConfig,
  readOptions,
} from "@cullet/core";
import { TieredBackend } from "./tiered-backend.js";
import type { TieredOptions, TierSource } from "./tiered-options.js";

const NEAR_ENTRIES = 1_000;

const readers = {
  far: option.custom({ expected: "a URI, a configuration or a backend", accepts: isSource }),
  near: option.custom({ expected: "a URI, a configuration or a backend", accepts: isSource }),
  bus: option.custom({ expected: "a bus, with listen and publish", accepts: isBus }),
  nearTimeout: option.custom({
    expected: 'seconds above zero, or a string like "500ms"',
    accepts: isDuration,
  }),
  serveNearOnError: option.boolean({ default: false }),
  watch: option.boolean({ default: true }),
  prefix: option.text({ default: "" }),
};

let made = 0;

/**
 * Makes a backend of two tiers: `createCache(tiered({ near: "locmem://hot", far: "redis://…" }))`. The options are taken
 * directly, or as those of a configuration.
 *
 * @throws InvalidConfigError naming the option that is wrong.
 */
export function tiered(config: TieredOptions | PartialBackendConfig<TieredOptions>): TieredBackend {
  const given = isConfig(config) ? config : { path: "tiered", options: config };
  const { path = "cache", operationTimeoutMs } = given;
  const { far, near, nearTimeout, ...options } = readOptions(given, readers);
  if (far === undefined)
    throw new InvalidConfigError(`${path}.options.far must be ${readers.far.expected}; it is missing`);
  return new TieredBackend({
    ...options,
    path: `${path}.options`,
    far,
    near: near ?? ownMemory(),
    nearTimeoutMs: nearTimeout === undefined ? undefined : durationMs(nearTimeout, "nearTimeout"),
    operationTimeoutMs,
  });
}

/** A store that no other cache of the process has the name of. */
function ownMemory(): TierSource {
  made += 1;
  return { backend: "locmem", location: `near tier ${made}`, options: { maxEntries: NEAR_ENTRIES } };
}

function isConfig(
  config: TieredOptions | PartialBackendConfig<TieredOptions>,
): config is PartialBackendConfig<TieredOptions> {
  return typeof config === "object" && config !== null && "options" in config;
}

function isSource(value: unknown): value is TierSource {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}

function isBus(value: unknown): value is Bus {
  if (typeof value !== "object" || value === null) return false;
  return ["listen", "publish"].every((name) => typeof Reflect.get(value, name) === "function");
}

function isDuration(value: unknown): value is number | string {
  try {
    return durationMs(value, "nearTimeout") > 0;
  } catch {
    return false;
  }
}
