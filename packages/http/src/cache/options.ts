import { ArgumentError, Cache, describe } from "@cullet/core";
import { hashOf } from "../entry/keys.js";
import { PageStore } from "../entry/page-store.js";
import type { CacheLayerParts } from "./cache-layer.js";
import { fieldValue } from "./field-value.js";
import type { CachePolicy } from "./policy.js";

const DEFAULT_MAX_BYTES = 1_048_576;
const DEFAULT_MAX_VARIANTS = 512;
const STATUS_NAME = /^[A-Za-z*][\w!#$%&'*+\-.^`|~:/]*$/;

/** What every cache in front of a handler may be told. */
export interface HttpCacheOptions {
  /** Where responses are kept. */
  cache: Cache;
  /** Tells the entries of several sites, or of several caches of one site, apart. @default "" */
  keyPrefix?: string;
  /** The longest body that is stored, in bytes; a longer one is sent, and not kept. @default 1 MiB */
  maxBytes?: number;
  /** How many variants of one URL are kept; with one more, the oldest goes. @default 512 */
  maxVariants?: number;
  /** Whether responses say what the cache did, in `Cache-Status` (RFC 9211), and what the cache is called there. */
  cacheStatus?: boolean | string;
}

/** Which cache the options are for. */
export interface CacheKind {
  /** What users call it. */
  readonly name: string;
  readonly policy: CachePolicy;
  /** Whether it says what it did, unless told otherwise. */
  readonly cacheStatus: boolean;
  /** Whether its responses may say that URLs with different queries are one page. @default false */
  readonly heedsSearch?: boolean;
}

/**
 * Returns what the cache of `kind` is made of.
 *
 * @throws TypeError naming the option and what came.
 */
export function layerParts(options: HttpCacheOptions, kind: CacheKind): CacheLayerParts {
  const { name, policy, heedsSearch = false } = kind;
  const { cache, keyPrefix = "", cacheStatus = kind.cacheStatus } = options;
  if (!(cache instanceof Cache)) {
    throw new ArgumentError(`${name} needs a cache, made by createCache; got ${describe(cache)}`);
  }
  if (typeof keyPrefix !== "string") {
    throw new ArgumentError(`keyPrefix must be text; got ${describe(keyPrefix)}`);
  }
  const maxBytes = wholeNumber(options.maxBytes ?? DEFAULT_MAX_BYTES, "maxBytes");
  const maxVariants = wholeNumber(options.maxVariants ?? DEFAULT_MAX_VARIANTS, "maxVariants");
  const scope = hashOf([name, keyPrefix]);
  const store = new PageStore({ cache, scope, maxVariants, fieldOf: fieldValue, heedsSearch });
  return { name, cache, policy, store, maxBytes, statusName: statusNameOf(cacheStatus) };
}

function wholeNumber(given: unknown, option: string): number {
  if (typeof given === "number" && Number.isSafeInteger(given) && given > 0) return given;
  throw new ArgumentError(`${option} must be a whole number above zero; got ${describe(given)}`);
}

function statusNameOf(given: unknown): string | undefined {
  if (given === true) return "cullet";
  if (given === false) return undefined;
  if (typeof given === "string" && STATUS_NAME.test(given)) return given;
  throw new ArgumentError(`cacheStatus must be true, false, or a name for the cache; got ${describe(given)}`);
}
