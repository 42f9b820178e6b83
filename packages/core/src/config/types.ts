import type { BaseBackend } from "../backend/base-backend.js";
import type { CullOptions } from "../backend/cull.js";
import type { KeyFunction } from "../key.js";
import type { Timeout } from "../timeout.js";
import type { Compression } from "../values/compression.js";
import type { Secret } from "../values/keyring.js";
import type { Serializer } from "../values/serializer.js";
import type { CompressionSetting } from "./compression.js";
import type { SecretSetting } from "./secret.js";

/** A backend, whatever its payloads are. */
export type Backend = BaseBackend<unknown>;

/** What a backend is told when it is made. */
export interface BackendConfig<Options extends object = Record<string, unknown>> {
  /** Where this configuration stands, to begin the message of an error with: `caches.hot`, or `cache`. */
  readonly path: string;
  /** Where the store is, as it was configured; several places are joined by `;`. */
  readonly location: string;
  /** The places, one by one, as `splitServers` tells them apart: for stores of several servers, and for them only. */
  readonly servers: readonly string[];
  /** The backend's own options, to be read through `readOptions`. */
  readonly options: Readonly<Options>;
  /** The longest that an operation may wait for a server that does not answer, in milliseconds. */
  readonly operationTimeoutMs: number;
  /** Whether the options came as text, from a URI, and are to be read from it. */
  readonly fromText: boolean;
  /** Whether an unknown option or a bad value is ignored, as Django does with those of a URI, instead of rejected. */
  readonly lenient: boolean;
}

/** What a factory takes from those who call it by hand: any part of the configuration, or nothing. */
export interface PartialBackendConfig<Options extends object = Record<string, unknown>>
  extends Partial<Omit<BackendConfig<Options>, "location">> {
  /** Where the store is: one place, or several. @default "" */
  readonly location?: string | readonly string[];
}

/**
 * Makes a backend, without connecting it: what a backend package exports by its short name and as default.
 *
 * @throws InvalidConfigError naming the setting that is wrong.
 */
export type BackendFactory<Options extends object = Record<string, unknown>> = (
  config: BackendConfig<Options>,
) => Backend;

/** The settings of a cache in the object style, Django's CACHES entry in camelCase, without its backend. */
export interface CacheSettings {
  /** Where the store is, in the words of the backend. @default "" */
  location?: string | readonly string[];
  /** How long entries live that are stored without a timeout. @default 300 */
  timeout?: Timeout;
  /** What the stored keys begin with, to tell applications in one store apart. @default "" */
  keyPrefix?: string;
  /** The version of the keys used where a call names none. @default 1 */
  version?: number;
  /** Makes the stored key, in place of `${keyPrefix}:${version}:${key}`. */
  keyFunction?: KeyFunction;
  /**
   * How values become bytes: `"structured"`, `"json"` for sharing with other languages, or two functions.
   * @default "structured"
   */
  serializer?: "structured" | "json" | Serializer;
  /** Whether long payloads are compressed, from which length on, and how. @default false */
  compression?: CompressionSetting;
  /**
   * Signs or seals what is stored, so that who can write to the store, but has not the secret, cannot make up values: a
   * string of at least 32 bytes, a list of which the first is the one in use, or `{ keys, mode }`.
   */
  secret?: SecretSetting;
  /**
   * Whether a store that fails is a miss, and a value that cannot be stored is not, instead of a `BackendError`. Each
   * counts in `stats().errors`.
   * @default false
   */
  failOpen?: boolean;
  /** The longest that an operation waits for a server that does not answer: seconds, or a string with a unit. @default 1 */
  operationTimeout?: Exclude<Timeout, null>;
}

/** A cache whose backend is loaded by name when it is first needed. */
export interface NamedCacheConfig extends CacheSettings {
  /** A short name (`"redis"`), the name of a package, or the path of a module that exports a factory as default. */
  backend: string;
  /** Options of the backend. */
  options?: Readonly<Record<string, unknown>> & CullOptions;
}

/** A cache whose backend is made by a factory that was imported: for bundlers, and for typed options. */
export interface FactoryCacheConfig<Options extends object> extends CacheSettings {
  /** The factory, which every backend package exports by its short name; or a backend made by hand. */
  backend: BackendFactory<Options> | Backend;
  /** Options of the backend. */
  options?: Readonly<NoInfer<Options>>;
}

/** A cache in the object style. */
export type CacheConfig<Options extends object = Record<string, unknown>> =
  | NamedCacheConfig
  | FactoryCacheConfig<Options>;

/** Settings of `createCache` and `createCaches` themselves. */
export interface CreateOptions {
  /**
   * The file or folder, as a path or a `file:` URL (`import.meta.url`), from which backends are resolved by name.
   * @default the working directory, then the program's main module
   */
  from?: string | URL;
  /** Rejects the invalid arguments of a URI instead of ignoring them. @default false */
  strict?: boolean;
}

/** A cache's configuration with every field filled, and checked. */
export interface ParsedConfig {
  readonly path: string;
  /** The file or folder, as a path, from which the backend is resolved before it is looked for elsewhere. */
  readonly from: string | undefined;
  readonly backend: string | BackendFactory;
  /** What to call the backend where somebody watches: its name, or that of its factory or class. */
  readonly backendName: string;
  readonly backendConfig: BackendConfig;
  readonly timeout: Timeout;
  readonly keyPrefix: string;
  readonly version: number;
  readonly keyFunction: KeyFunction | undefined;
  readonly serializer: "structured" | "json" | Serializer;
  readonly compression: Compression | undefined;
  readonly secret: Secret | undefined;
  readonly failOpen: boolean;
}
