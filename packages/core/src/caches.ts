import { Cache } from "./cache.js";
import { parseConfig } from "./config/config.js";
import { loadBackend } from "./config/load.js";
import type {
  Backend,
  BackendFactory,
  CacheConfig,
  CacheSettings,
  CreateOptions,
  NamedCacheConfig,
} from "./config/types.js";
import { describe, quote } from "./describe.js";
import { Engine } from "./engine.js";
import { InvalidConfigError } from "./errors.js";
import { KeySpace } from "./key.js";

/** What a cache is made from: a URI, the object style, or a backend made by hand. */
export type CacheSource<Options extends object = never> = string | CacheConfig<Options> | Backend;

/** A source of any kind, before it is known which options its factory takes. */
export type AnySource = string | NamedCacheConfig | AnyFactoryConfig | Backend;

interface AnyFactoryConfig extends CacheSettings {
  backend: (config: never) => Backend;
  options?: object;
}

/** What each of several sources must be: a setting or an option that does not exist does not compile. */
export type CheckedSource<Source> = Source extends string | Backend
  ? Source
  : {
      [Name in keyof Source]: Name extends "options"
        ? CheckedOptions<Source>
        : Name extends keyof NamedCacheConfig
          ? Source[Name]
          : never;
    };

type CheckedOptions<Source> = Source extends { backend: BackendFactory<infer Options>; options?: infer Given }
  ? { [Name in keyof Given]: Name extends keyof Options ? Options[Name] : never }
  : NamedCacheConfig["options"];

/** Several caches, each a property named after its alias. */
export type Caches<Alias extends PropertyKey> = Readonly<Record<Alias, Cache>> &
  AsyncDisposable & {
    /** Releases what the caches hold, so that the process can exit by itself. */
    close(): Promise<void>;
  };

// Not free for an alias, since something of that name is on every collection, or would make it look like a promise.
const RESERVED: ReadonlySet<string> = new Set(["close", "then", "constructor", "__proto__"]);

/**
 * Makes a cache. Its backend is loaded, and the store reached, when the first operation needs them.
 *
 * @throws InvalidConfigError naming the setting that is wrong.
 */
export function createCache<Options extends object>(
  config: CacheSource<Options>,
  options: CreateOptions = {},
): Cache {
  return makeCache(config, "cache", options);
}

/**
 * Makes a cache for each alias: `createCaches({ default: …, hot: … }).hot`.
 *
 * @throws InvalidConfigError naming the setting that is wrong, and for an alias that was not configured.
 */
export function createCaches<const Sources extends Readonly<Record<string, AnySource>>>(
  configs: Sources & { readonly [Alias in keyof Sources]: CheckedSource<Sources[Alias]> },
  options: CreateOptions = {},
): Caches<keyof Sources> {
  // A map or a date is no error of TypeScript here, and would be a collection of no caches.
  if (Object.prototype.toString.call(configs) !== "[object Object]") {
    throw new InvalidConfigError(
      `caches must be an object of configurations by alias; got ${describe(configs)}`,
    );
  }
  const byAlias = new Map<string, Cache>();
  for (const [alias, config] of Object.entries(configs)) {
    if (RESERVED.has(alias))
      throw new InvalidConfigError(`caches.${alias} cannot be an alias: the name is taken`);
    byAlias.set(alias, makeCache(config, `caches.${alias}`, options));
  }
  return collect(byAlias) as Caches<keyof Sources>;
}

/**
 * Makes the backend that a cache of this configuration would use, without reaching its store: for tools. It is theirs to
 * close.
 *
 * @param path where the configuration stands, which the message of an error begins with.
 * @throws InvalidConfigError naming the setting that is wrong.
 */
export async function createBackend<Options extends object>(
  config: CacheSource<Options>,
  options: CreateOptions = {},
  path = "cache",
): Promise<Backend> {
  return loadBackend(parseConfig(config, path, options));
}

function makeCache(config: unknown, path: string, options: CreateOptions): Cache {
  const parsed = parseConfig(config, path, options);
  return new Cache(new Engine(parsed), new KeySpace(parsed));
}

function collect(byAlias: ReadonlyMap<string, Cache>): object {
  const close = async () => {
    await Promise.all(Array.from(byAlias.values(), (cache) => cache.close()));
  };
  const target = Object.defineProperties(Object.fromEntries(byAlias), {
    // Not among the caches that are listed.
    close: { value: close },
    [Symbol.asyncDispose]: { value: close },
  });
  return new Proxy(Object.freeze(target), {
    get(caches, name) {
      // What every object may be asked for, and what `await` asks whether this is a promise.
      if (typeof name === "symbol" || name in caches || name === "then" || name === "toJSON") {
        return Reflect.get(caches, name);
      }
      const known = Array.from(byAlias.keys(), quote).join(", ");
      throw new InvalidConfigError(`caches.${name} is not configured; the aliases are ${known || "none"}`);
    },
  });
}
