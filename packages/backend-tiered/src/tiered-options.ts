import type { Backend, Bus, CacheSource, Timeout } from "@cullet/core";

/**
 * What a tier is: a URI, the object style without the settings that belong to the cache, or a backend made by hand. It is
 * closed with the cache.
 */
// biome-ignore lint/suspicious/noExplicitAny: the options of a factory are for that factory to check.
export type TierSource = Backend | CacheSource<any>;

export interface TieredOptions {
  /** Where the entries are: a store that is shared, as a rule. What it can decide, no copy does. */
  far: TierSource;
  /** Where the copies are kept: in this process's memory. @default a locmem of its own, with 1000 entries */
  near?: TierSource;
  /** What the caches tell each other by, where the far tier does not tell what changes in it. */
  bus?: Bus;
  /**
   * The longest that a copy is used before the far tier is asked again: seconds, or a string with a unit. Where nobody
   * tells of changes, this is how long one may go unseen.
   * @default 60 where changes are told, else 5
   */
  nearTimeout?: Exclude<Timeout, null>;
  /**
   * Whether copies are used where the far tier fails, although a change may have gone untold, or `nearTimeout` is over:
   * for as long as the entry would have lived.
   * @default false
   */
  serveNearOnError?: boolean;
  /**
   * Whether the far tier is asked to tell what changes in it. `false` where its server does not let this user ask: then
   * `nearTimeout` bounds the age of a copy, if there is no bus.
   * @default true
   */
  watch?: boolean;
  /**
   * What the stored keys begin with of which copies are kept and changes told, such as `app:` for a cache with the
   * `keyPrefix` `app`: where the store has other users, of whose changes it would tell as well.
   * @default "", all
   */
  prefix?: string;
}

/** What a tiered backend is told, checked, and with every field filled. */
export interface TieredSettings {
  /** What the message of an error begins with. */
  readonly path: string;
  readonly far: TierSource;
  readonly near: TierSource;
  readonly bus: Bus | undefined;
  readonly nearTimeoutMs: number | undefined;
  readonly serveNearOnError: boolean;
  readonly watch: boolean;
  readonly prefix: string;
  /** What the tiers wait for a server where they say nothing else, in milliseconds. */
  readonly operationTimeoutMs: number | undefined;
}
