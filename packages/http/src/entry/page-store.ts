import { randomUUID } from "node:crypto";
import { type Awaitable, type Cache, CulletError, whenReady } from "@cullet/core";
import { BoundedMap } from "../bounded-map.js";
import { HeaderList, type HeaderReader } from "../message/header-list.js";
import { type Entry, encodeEntry, type NewEntry } from "./entry.js";
import { EntryReader } from "./entry-reader.js";
import { pathKey, recordKey, variantKey } from "./keys.js";
import { followsRule, keyUnder, type PathRule, pathRule } from "./search-rules.js";
import {
  covers,
  firstRecord,
  listsOf,
  readRecord,
  type UrlRecord,
  withList,
  writeRecord,
} from "./url-record.js";
import { VariantRing } from "./variant-ring.js";

// How long a purge is remembered, for the sake of handlers that ran meanwhile.
const PURGE_REMEMBERED_MS = 3_600_000;
// The record is made to last longer than asked, so that it is not written again with every entry.
const SPARE = 2;
const REMEMBERED = 1_000;
const LOCK = { timeout: 5, wait: 2 } as const;

/** Where the entries of one layer and key prefix stand, and how they are bounded. */
export interface PageStoreOptions {
  readonly cache: Cache;
  /** Tells the entries of one layer and prefix from those of all others. */
  readonly scope: string;
  /** How many variants of a URL are kept: with one more, the oldest goes. */
  readonly maxVariants: number;
  readonly fieldOf: FieldOf;
  /** Whether responses may say that URLs with different queries are one page (No-Vary-Search). @default false */
  readonly heedsSearch?: boolean;
}

/** Returns what a request has in a field, as keys take it; `undefined` where the field is absent. */
type FieldOf = (request: Requested, name: string) => string | undefined;

/** What a lookup needs of a request. */
export interface Requested {
  readonly url: string;
  readonly otherHost?: string | undefined;
  readonly headers: HeaderReader;
}

/** What a lookup found, and what `save` needs to know of it. */
export interface Lookup {
  readonly entry: Entry | undefined;
  readonly request: Requested;
  /** The key of what is known of the URL. */
  readonly record: string;
  /** By which rule this is the record of other URLs too. */
  readonly search?: PathRule | undefined;
  /** The generation of the URL then; `undefined` where nothing was known of it. */
  readonly generation: string | undefined;
  /** The key of each list of fields that was looked for. */
  readonly keys: readonly string[];
  /** The key that the entry was found at. */
  readonly key: string | undefined;
}

/** How an entry is to be kept. */
export interface SaveOptions {
  /** The fields of requests that the response varies on. */
  readonly names: readonly string[];
  /** How long it is kept, in milliseconds, also past its lifetime; `null` for ever. */
  readonly ttlMs: number | null;
  readonly tags: readonly string[];
}

/**
 * The entries of one layer in a cache: for each URL a record, which says what its responses vary on, and for each variant
 * an entry.
 */
export class PageStore {
  readonly #cache: Cache;
  readonly #options: PageStoreOptions;
  readonly #ring: VariantRing;
  readonly #reader = new EntryReader();
  readonly #purges: ReadonlyMap<string, Promise<void>>;
  /** By URL, or record where several URLs share it, so that most hits take one round trip, and no hashing. */
  readonly #recent = new BoundedMap<string, Recent>(REMEMBERED);

  constructor(options: PageStoreOptions) {
    this.#cache = options.cache;
    this.#options = options;
    this.#ring = new VariantRing(options.cache, options.maxVariants);
    this.#purges = purgesOf(options.cache);
  }

  /** What tells the entries of this layer and prefix from those of all others. */
  get scope(): string {
    return this.#options.scope;
  }

  /** Returns the latest entry that `request` may be answered with; `undefined` where the store could not be asked. */
  lookup(request: Requested): Awaitable<Lookup | undefined> {
    const found = this.#options.heedsSearch ? this.#lookUpBySearch(request) : this.#lookUpAt(request);
    return found instanceof Promise ? found.catch(forgiveNone) : found;
  }

  /** Looks at the place that a rule gives to a request, where its page is that of other URLs too. */
  async #lookUpBySearch(request: Requested): Promise<Lookup> {
    const { url } = request;
    await this.#purges.get(pathKey(url));
    const search = await pathRule(this.#cache, url);
    return this.#lookUpAt(request, search, search && keyUnder(search, url));
  }

  #lookUpAt(request: Requested, search?: PathRule, given?: string): Awaitable<Lookup> {
    const place = given ?? request.url;
    const recent = this.#recent.get(place);
    const sought = { request, key: given ?? recent?.key ?? recordKey(request.url), place, search };
    const purging = this.#purges.get(sought.key);
    if (purging !== undefined) return purging.then(() => this.#lookUp(sought));
    if (recent === undefined) return this.#lookUp(sought);
    return whenReady(this.#lookUpAtOnce(sought, recent), (found) => found ?? this.#lookUp(sought));
  }

  /** Returns what is there in one round trip, if the record is still the one that was read last. */
  #lookUpAtOnce({ request, search }: Sought, recent: Recent): Awaitable<Lookup | undefined> {
    const { record, names, plainKeys } = recent;
    const isPlain = request.otherHost === undefined && names.every((name) => !request.headers.has(name));
    const keys = isPlain ? plainKeys : this.#keysOf(recent.key, record, request);
    const found = (text: unknown, stored: unknown): Lookup | undefined => {
      if (text !== recent.text) return undefined;
      const { entry, key } = this.#latest(keys, stored);
      return { entry, request, record: recent.key, search, generation: record.generation, keys, key };
    };
    // Two commands go out together, and cost a store in memory less than one for several keys does.
    const text = this.#cache.getAtOnce(recent.key);
    const stored = this.#storedAt(keys);
    if (!(text instanceof Promise || stored instanceof Promise)) return found(text, stored);
    return Promise.all([text, stored]).then(([text, stored]) => found(text, stored));
  }

  async #lookUp({ request, key, place, search }: Sought): Promise<Lookup> {
    const text = await this.#cache.get(key);
    const record = readRecord(text);
    if (record === undefined) {
      return {
        entry: undefined,
        request,
        record: key,
        search,
        generation: undefined,
        keys: [],
        key: undefined,
      };
    }
    const keys = this.#keysOf(key, record, request);
    const names = listsOf(record, this.#options.scope).flat();
    const plainKeys = this.#keysOf(key, record, { url: request.url, headers: new HeaderList() });
    this.#recent.set(place, { key, text, record, names, plainKeys });
    const { entry, key: foundAt } = this.#latest(keys, await this.#storedAt(keys));
    return { entry, request, record: key, search, generation: record.generation, keys, key: foundAt };
  }

  /** Stores `entry`, unless the URL was purged since the lookup. Returns whether it is there. */
  async save(lookup: Lookup, entry: NewEntry, options: SaveOptions): Promise<boolean> {
    const { request, generation } = lookup;
    const { ttlMs } = options;
    const until = ttlMs === null ? Number.MAX_SAFE_INTEGER : Date.now() + ttlMs;
    try {
      if (this.#options.heedsSearch) {
        const asked = { url: request.url, known: lookup.search, until };
        if (!(await followsRule(this.#cache, asked, entry.headers))) return false;
      }
      if (generation === undefined && (await this.#saveFirst(lookup, entry, options, until))) return true;
      return await this.#saveUnder(lookup, entry, options, until);
    } catch (error) {
      return forgive(error, false);
    }
  }

  /** Stores `entry` where nothing is known of the URL; returns whether that was so still. */
  async #saveFirst(lookup: Lookup, entry: NewEntry, options: SaveOptions, until: number): Promise<boolean> {
    const record = firstRecord(randomUUID(), this.#options.scope, options.names, spared(until));
    // Whoever finds the record is to find the entry too, so that is there first.
    const variant = await this.#put(lookup, record, entry, options);
    if (await this.#cache.add(lookup.record, writeRecord(record), { timeout: timeoutOf(record) }))
      return true;
    await this.#cache.delete(variant);
    return false;
  }

  /** Stores `entry` under the record that is there, if it may be; returns whether it is there. */
  async #saveUnder(lookup: Lookup, entry: NewEntry, options: SaveOptions, until: number): Promise<boolean> {
    const { scope } = this.#options;
    const { generation, record: key } = lookup;
    const current = readRecord(await this.#cache.get(key));
    if (current === undefined || !mayFollow(current, generation)) return false;
    const extended = (record: UrlRecord) => withList(record, scope, options.names, spared(until));
    if (covers(current, scope, options.names, until)) {
      await this.#put(lookup, current, entry, options);
      return true;
    }
    // As with the first: who finds the list asks for what is at its key, and knows of no other who makes that.
    const variant = await this.#put(lookup, extended(current), entry, options);
    const changed = await changeRecord(this.#cache, key, (latest) =>
      latest?.generation === current.generation ? extended(latest) : undefined,
    );
    if (changed === undefined) await this.#cache.delete(variant);
    return changed !== undefined;
  }

  /** Stores `entry` where requests find it that know `record`; returns its key. */
  async #put(
    { request, record: key, key: foundAt }: Lookup,
    record: UrlRecord,
    entry: NewEntry,
    { names, ttlMs, tags }: SaveOptions,
  ): Promise<string> {
    const { scope, fieldOf } = this.#options;
    const variant = this.#keyFor(key, record, names, request);
    // Of requests that have none of the fields there is one variant, however many they are.
    const isOneOfMany =
      request.otherHost !== undefined || names.some((name) => fieldOf(request, name) !== undefined);
    if (isOneOfMany && foundAt !== variant) {
      await this.#ring.admit(`${key}:${record.generation}:${scope}`, variant, timeoutOf(record));
    }
    await this.#cache.set(variant, encodeEntry(entry), { timeout: seconds(ttlMs), tags });
    return variant;
  }

  /** Returns what is stored at `keys`: by key, or that of the only one. */
  #storedAt(keys: readonly string[]): Awaitable<unknown> {
    const [only] = keys;
    if (only === undefined) return undefined;
    return keys.length > 1 ? this.#cache.getMany(keys) : this.#cache.getAtOnce(only);
  }

  /** Returns the latest of the entries in what `#storedAt` gave for `keys`. */
  #latest(keys: readonly string[], stored: unknown): Found {
    const [only] = keys;
    if (only === undefined) return NOTHING;
    if (keys.length === 1) {
      const entry = this.#reader.read(only, stored);
      return entry === undefined ? NOTHING : { entry, key: only };
    }
    let last = NOTHING;
    for (const [key, value] of stored as ReadonlyMap<string, unknown>) {
      const entry = this.#reader.read(key, value);
      if (entry === undefined) continue;
      if (last.entry === undefined || entry.times.storedAt >= last.entry.times.storedAt)
        last = { entry, key };
    }
    return last;
  }

  #keysOf(record: string, known: UrlRecord, request: Requested): string[] {
    const lists = listsOf(known, this.#options.scope);
    return lists.map((names) => this.#keyFor(record, known, names, request));
  }

  /** Returns the key of the entry for `request`, of those that vary on `names`. */
  #keyFor(record: string, { generation }: UrlRecord, names: readonly string[], request: Requested): string {
    const { scope, fieldOf } = this.#options;
    const { otherHost } = request;
    if (names.length === 0 && otherHost === undefined) return variantKey({ record, generation, scope }, []);
    // Whoever names another host than that of the URL may be answered for it. No field has that name.
    const host = otherHost === undefined ? [] : [["@", otherHost] as const];
    const fields = names.map((name) => [name, fieldOf(request, name)] as const);
    return variantKey({ record, generation, scope }, [...host, ...fields]);
  }
}

/** An entry, and where it is. */
type Found = Pick<Lookup, "entry" | "key">;

const NOTHING: Found = { entry: undefined, key: undefined };

/** What is looked for, and under which key. */
interface Sought {
  readonly request: Requested;
  readonly key: string;
  /** What it is remembered by. */
  readonly place: string;
  readonly search: PathRule | undefined;
}

/** A record as it was read last. */
interface Recent {
  readonly key: string;
  readonly text: unknown;
  readonly record: UrlRecord;
  /** All fields that its responses vary on. */
  readonly names: readonly string[];
  /** The keys of the entries for requests that have none of these fields, and name no other host. */
  readonly plainKeys: readonly string[];
}

/**
 * Makes misses of all entries of `url` in `cache`, of every layer, prefix and variant; also of those being made now.
 *
 * @throws BackendError where the store said no or is not there.
 */
export function purgeUrl(cache: Cache, url: string): Promise<void> {
  const key = recordKey(url);
  const purge = Promise.all([purgeRecord(cache, key), purgeShared(cache, url)]).then(() => {});
  const purges = purgesOf(cache);
  for (const place of [key, pathKey(url)]) {
    // Who looks up waits for it, and for those before, but does not fail with it.
    const known = Promise.allSettled([purges.get(place), purge]).then(() => {
      if (purges.get(place) === known) purges.delete(place);
    });
    purges.set(place, known);
  }
  return purge;
}

/** Drops the record that `url` shares with others, if it does. */
async function purgeShared(cache: Cache, url: string): Promise<void> {
  const search = await pathRule(cache, url);
  if (search !== undefined) await purgeRecord(cache, keyUnder(search, url));
}

async function purgeRecord(cache: Cache, key: string): Promise<void> {
  const until = Date.now() + PURGE_REMEMBERED_MS;
  await changeRecord(cache, key, () => ({ generation: randomUUID(), purged: true, until, lists: {} }));
}

// The purges under way, by cache and key.
const purges = new WeakMap<Cache, Map<string, Promise<void>>>();

function purgesOf(cache: Cache): Map<string, Promise<void>> {
  const known = purges.get(cache);
  if (known !== undefined) return known;
  const made = new Map<string, Promise<void>>();
  purges.set(cache, made);
  return made;
}

/** Changes a record while nobody else does, in any process; returns what it became. */
async function changeRecord(
  cache: Cache,
  key: string,
  change: (current: UrlRecord | undefined) => UrlRecord | undefined,
): Promise<UrlRecord | undefined> {
  // A lock that cannot be had is held by a process that died, or stands still: the change is made without it.
  await using _lock = await cache.lock(`${key}:change`, LOCK);
  const changed = change(readRecord(await cache.get(key)));
  if (changed !== undefined) await cache.set(key, writeRecord(changed), { timeout: timeoutOf(changed) });
  return changed;
}

/** Whether what began under `generation` may be stored under `record`. */
function mayFollow(record: UrlRecord, generation: string | undefined): boolean {
  return generation === undefined ? !record.purged : record.generation === generation;
}

function spared(until: number): number {
  return Math.min(until + (until - Date.now()) * (SPARE - 1), Number.MAX_SAFE_INTEGER);
}

function timeoutOf({ until }: UrlRecord): number | null {
  return until >= Number.MAX_SAFE_INTEGER ? null : Math.max(1, (until - Date.now()) / 1_000);
}

function seconds(ttlMs: number | null): number | null {
  return ttlMs === null ? null : ttlMs / 1_000;
}

/** HTTP caching over a dead store serves uncached. */
function forgive<T>(error: unknown, result: T): T {
  if (error instanceof CulletError) return result;
  throw error;
}

function forgiveNone(error: unknown): undefined {
  return forgive(error, undefined);
}
