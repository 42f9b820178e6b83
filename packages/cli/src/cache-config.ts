import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Backend, InvalidConfigError, type NamedCacheConfig, parseCacheUri, redact } from "@cullet/core";

/** The files that are looked for in the working directory. */
const FILES = ["cullet.config.js", "cullet.config.mjs"];

const DEFAULT_ALIAS = "default";

/** Options of its backend, which stand in for those of the configuration. */
export type Overrides = Readonly<Record<string, string>>;

/**
 * Returns the configuration of the cache that `--cache` names: a URI, or an alias of the configuration file.
 *
 * @throws InvalidConfigError saying what is missing.
 */
export async function cacheConfig(
  cache = DEFAULT_ALIAS,
  overrides: Overrides = {},
): Promise<NamedCacheConfig | Backend> {
  const config = cache.includes("://") ? cache : await configOfAlias(cache);
  if (typeof config === "string") return parseCacheUri(withArguments(config, overrides));
  if (Object.keys(overrides).length === 0) return config;
  if (!("backend" in config)) {
    throw new InvalidConfigError(
      `the cache "${cache}" is a backend made by hand, which takes no ${Object.keys(overrides)}`,
    );
  }
  return { ...config, options: { ...config.options, ...overrides } };
}

async function configOfAlias(cache: string): Promise<string | NamedCacheConfig | Backend> {
  const file = FILES.map((name) => join(process.cwd(), name)).find((path) => existsSync(path));
  if (file === undefined) {
    throw new InvalidConfigError(
      `--cache must be the URI of a cache, where the working directory has no ${FILES[0]}; got "${redact(cache)}"`,
    );
  }
  const module: { default?: unknown } = await import(pathToFileURL(file).href);
  const caches = module.default;
  if (typeof caches !== "object" || caches === null) {
    throw new InvalidConfigError(`${file} must export, as default, an object of configurations by alias`);
  }
  const config: unknown = Object.hasOwn(caches, cache) ? Reflect.get(caches, cache) : undefined;
  if (config === undefined) {
    const known = Object.keys(caches).join(", ");
    throw new InvalidConfigError(`${file} has no cache "${cache}"; it has ${known || "none"}`);
  }
  return config as string | NamedCacheConfig | Backend;
}

// Of arguments of one name, the last counts.
function withArguments(uri: string, overrides: Overrides): string {
  const added = new URLSearchParams(overrides).toString();
  if (added === "") return uri;
  return `${uri}${uri.includes("?") ? "&" : "?"}${added}`;
}
