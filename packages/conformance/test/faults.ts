import { setImmediate as nextTick } from "node:timers/promises";
import type { ChangeListener, CullOptions, Payload } from "@cullet/core";
import { recoding, renaming, retiming } from "./fault-makers.js";
import { expiryOf, ReferenceBackend } from "./reference-backend.js";

/** A backend with one thing wrong, and the test that is there to see it. */
export interface Fault {
  readonly fault: string;
  readonly caughtBy: string;
  readonly Backend: new (options?: CullOptions) => ReferenceBackend;
}

/** Faults that real caches have had, or could have. */
export const FAULTS: readonly Fault[] = [
  // Expiry
  {
    fault: "get returns expired entries",
    caughtBy: "expiry > an expired entry is a miss for get",
    Backend: class extends ReferenceBackend {
      override async get(key: string) {
        return this.entries.get(key)?.payload;
      }
    },
  },
  {
    fault: "getMany returns expired entries",
    caughtBy: "expiry > an expired entry is a miss for getMany",
    Backend: class extends ReferenceBackend {
      override async getMany(keys: readonly string[]) {
        const found = keys.map((key) => [key, this.entries.get(key)?.payload] as const);
        return new Map(found.filter((pair): pair is [string, Payload] => pair[1] !== undefined));
      }
    },
  },
  {
    fault: "has tells of expired entries",
    caughtBy: "expiry > an expired entry is not there for has",
    Backend: class extends ReferenceBackend {
      override async has(key: string) {
        return this.entries.has(key);
      }
    },
  },
  {
    fault: "has tells of nothing",
    caughtBy: "the backend interface > has says whether an entry is there",
    Backend: class extends ReferenceBackend {
      override async has() {
        return false;
      }
    },
  },
  {
    fault: "ttl of an expired entry is below zero",
    caughtBy: "expiry > an expired entry is without a ttl",
    Backend: class extends ReferenceBackend {
      override async ttl(key: string) {
        const entry = this.entries.get(key);
        return entry && (Number.isFinite(entry.expiresAt) ? entry.expiresAt - Date.now() : null);
      }
    },
  },
  {
    fault: "touch revives expired entries",
    caughtBy: "expiry > an expired entry is not revived by touch",
    Backend: class extends ReferenceBackend {
      override async touch(key: string, ttlMs: number | null) {
        const entry = this.entries.get(key);
        if (entry !== undefined) this.put(key, entry.payload, expiryOf(ttlMs));
        return entry !== undefined;
      }
    },
  },
  {
    fault: "an expired entry keeps add out",
    caughtBy: "expiry > an expired entry is not in the way of add",
    Backend: class extends ReferenceBackend {
      override async add(key: string, payload: Payload, ttlMs: number | null) {
        return this.entries.has(key) ? false : super.add(key, payload, ttlMs);
      }
    },
  },
  {
    fault: "delete of an expired entry is true",
    caughtBy: "expiry > an expired entry is nothing for delete to tell of",
    Backend: class extends ReferenceBackend {
      override async delete(key: string) {
        return this.entries.delete(key);
      }
    },
  },
  {
    fault: "deleteMany counts expired entries",
    caughtBy: "expiry > an expired entry is nothing for deleteMany to count",
    Backend: class extends ReferenceBackend {
      override async deleteMany(keys: readonly string[]) {
        return keys.filter((key) => this.entries.delete(key)).length;
      }
    },
  },
  {
    fault: "keys lists expired entries",
    caughtBy: "expiry > an expired entry is not listed by keys",
    Backend: class extends ReferenceBackend {
      override async *keys(prefix: string) {
        for (const key of this.entries.keys()) if (key.startsWith(prefix)) yield key;
      }
    },
  },
  {
    fault: "set keeps the expiry of the entry before",
    caughtBy: "expiry > a shorter timeout stands in for a longer one",
    Backend: class extends ReferenceBackend {
      override async set(key: string, payload: Payload, ttlMs: number | null) {
        this.put(key, payload, this.live(key)?.expiresAt ?? expiryOf(ttlMs));
      }
    },
  },
  // Timeouts
  {
    fault: "expiry is kept in whole seconds, rounded up",
    caughtBy: "timeouts > set gives the entry as long as asked, to the millisecond",
    Backend: retiming((ttlMs) => Math.ceil(ttlMs / 1_000) * 1_000),
  },
  {
    fault: "expiry is kept in whole seconds, rounded down",
    caughtBy: "timeouts > half a second is not rounded down to nothing",
    Backend: retiming((ttlMs) => Math.floor(ttlMs / 1_000) * 1_000),
  },
  {
    fault: "timeouts over 30 days are taken for a point in time",
    caughtBy: "timeouts > add gives the entry as long as asked, to the millisecond",
    Backend: retiming((ttlMs) =>
      ttlMs > 2_592_000_000 && Number.isFinite(ttlMs) ? ttlMs - Date.now() : ttlMs,
    ),
  },
  {
    fault: "timeouts over 2^31 milliseconds overflow",
    caughtBy: "timeouts > touch gives the entry as long as asked, to the millisecond",
    Backend: retiming((ttlMs) => (ttlMs > 2 ** 31 - 1 && Number.isFinite(ttlMs) ? 1 : ttlMs)),
  },
  {
    fault: "null means the default",
    caughtBy: "timeouts > set with null stores for ever",
    Backend: retiming((ttlMs) => (Number.isFinite(ttlMs) ? ttlMs : 300_000)),
  },
  {
    fault: "null expires at once",
    caughtBy: "timeouts > setMany with null stores for ever",
    Backend: retiming((ttlMs) => (Number.isFinite(ttlMs) ? ttlMs : 0)),
  },
  {
    fault: "setMany forgets the timeout",
    caughtBy: "getMany, setMany and deleteMany > setMany gives every entry the timeout",
    Backend: class extends ReferenceBackend {
      override setMany(payloads: ReadonlyMap<string, Payload>) {
        return super.setMany(payloads, null);
      }
    },
  },
  {
    fault: "add forgets the timeout",
    caughtBy: "timeouts > add gives the entry as long as asked, to the millisecond",
    Backend: class extends ReferenceBackend {
      override add(key: string, payload: Payload) {
        return super.add(key, payload, null);
      }
    },
  },
  {
    fault: "touch with null does nothing",
    caughtBy: "touch and ttl > touch makes an entry last for ever, and end again",
    Backend: class extends ReferenceBackend {
      override touch(key: string, ttlMs: number | null) {
        return ttlMs === null ? this.has(key) : super.touch(key, ttlMs);
      }
    },
  },
  {
    fault: "touch of an entry that never expires is false",
    caughtBy: "touch and ttl > touch makes an entry last for ever, and end again",
    Backend: class extends ReferenceBackend {
      override async touch(key: string, ttlMs: number | null) {
        const already = ttlMs === null && (await this.ttl(key)) === null;
        return (await super.touch(key, ttlMs)) && !already;
      }
    },
  },
  {
    fault: "ttl is in seconds",
    caughtBy: "the backend interface > ttl is in milliseconds, null for never",
    Backend: class extends ReferenceBackend {
      override async ttl(key: string) {
        const ttlMs = await super.ttl(key);
        return typeof ttlMs === "number" ? ttlMs / 1_000 : ttlMs;
      }
    },
  },
  {
    fault: "ttl of what never expires is -1",
    caughtBy: "touch and ttl > ttl is the seconds left, null for never, undefined where nothing is",
    Backend: class extends ReferenceBackend {
      override async ttl(key: string) {
        const ttlMs = await super.ttl(key);
        return ttlMs === null ? -1 : ttlMs;
      }
    },
  },
  {
    fault: "ttl of what is not there is null",
    caughtBy: "touch and ttl > ttl is the seconds left, null for never, undefined where nothing is",
    Backend: class extends ReferenceBackend {
      override async ttl(key: string) {
        return (await super.ttl(key)) ?? null;
      }
    },
  },
  {
    fault: "a read makes the entry live longer",
    caughtBy: "touch and ttl > reading an entry does not lengthen its life",
    Backend: class extends ReferenceBackend {
      override async get(key: string) {
        const entry = this.live(key);
        if (entry !== undefined) this.put(key, entry.payload, entry.expiresAt + 1_000);
        return entry?.payload;
      }
    },
  },
  // Counters
  {
    fault: "incr forgets the timeout",
    caughtBy: "incr and decr > incr keeps the timeout",
    Backend: class extends ReferenceBackend {
      override async incr(key: string, delta: number) {
        const sum = await super.incr(key, delta);
        this.put(key, sum, Number.POSITIVE_INFINITY);
        return sum;
      }
    },
  },
  {
    fault: "incr creates what is missing",
    caughtBy: "incr and decr > incr of a key that is not there is a KeyNotFoundError, and creates nothing",
    Backend: class extends ReferenceBackend {
      override async incr(key: string, delta: number) {
        if (this.live(key) === undefined) this.put(key, 0, Number.POSITIVE_INFINITY);
        return super.incr(key, delta);
      }
    },
  },
  {
    fault: "incr loses precision",
    caughtBy: "incr and decr > a counter is exact up to 2^53 - 1, and no further",
    Backend: class extends ReferenceBackend {
      override async incr(key: string, delta: number) {
        return Number((await super.incr(key, delta)).toPrecision(15));
      }
    },
  },
  {
    fault: "incr goes beyond 2^53",
    caughtBy: "incr and decr > a counter is exact down to -(2^53 - 1), and no further",
    Backend: class extends ReferenceBackend {
      override async incr(key: string, delta: number) {
        const entry = this.live(key);
        if (typeof entry?.payload !== "number") return super.incr(key, delta);
        this.put(key, entry.payload + delta, entry.expiresAt);
        return entry.payload + delta;
      }
    },
  },
  {
    fault: "a counter stops at zero",
    caughtBy: "incr and decr > a counter goes below zero and comes back",
    Backend: class extends ReferenceBackend {
      override async incr(key: string, delta: number) {
        const sum = Math.max(0, await super.incr(key, delta));
        this.put(key, sum, this.live(key)?.expiresAt ?? 0);
        return sum;
      }
    },
  },
  {
    fault: "a text of digits is a counter",
    caughtBy: 'incr and decr > incr of the string "10" is a NotAnIntegerError, and the value stays',
    Backend: class extends ReferenceBackend {
      override async incr(key: string, delta: number) {
        const entry = this.live(key);
        const [digits] = (entry && /10/.exec(String(Buffer.from(entry.payload as Uint8Array)))) ?? [];
        return digits === undefined ? super.incr(key, delta) : Number(digits) + delta;
      }
    },
  },
  {
    fault: "incr is a read and a write",
    caughtBy: "many callers at once > 200 who count lose nothing",
    Backend: class extends ReferenceBackend {
      override async incr(key: string, delta: number) {
        const before = Number(this.live(key)?.payload);
        await nextTick();
        this.put(key, before + delta, Number.POSITIVE_INFINITY);
        return before + delta;
      }
    },
  },
  // One key, and many
  {
    fault: "add stores over a live entry",
    caughtBy: "get, set, add, has and delete > add stores where nothing was, and only there",
    Backend: class extends ReferenceBackend {
      override async add(key: string, payload: Payload, ttlMs: number | null) {
        const isNew = this.live(key) === undefined;
        await this.set(key, payload, ttlMs);
        return isNew;
      }
    },
  },
  {
    fault: "add that is refused renews the timeout",
    caughtBy: "get, set, add, has and delete > add that is refused leaves the timeout as it was",
    Backend: class extends ReferenceBackend {
      override async add(key: string, payload: Payload, ttlMs: number | null) {
        return (await super.add(key, payload, ttlMs)) || !(await this.touch(key, ttlMs));
      }
    },
  },
  {
    fault: "add is a look and a write",
    caughtBy: "many callers at once > of 200 who add one key, one is told that it did",
    Backend: class extends ReferenceBackend {
      override async add(key: string, payload: Payload, ttlMs: number | null) {
        if (this.live(key) !== undefined) return false;
        await nextTick();
        await this.set(key, payload, ttlMs);
        return true;
      }
    },
  },
  {
    fault: "delete is a look and a write",
    caughtBy: "many callers at once > of 100 who delete one entry, one is told that it did",
    Backend: class extends ReferenceBackend {
      override async delete(key: string) {
        const wasLive = this.live(key) !== undefined;
        await nextTick();
        this.entries.delete(key);
        return wasLive;
      }
    },
  },
  {
    fault: "touch is a read and a write",
    caughtBy: "many callers at once > a touch or incr does not bring back what was deleted",
    Backend: class extends ReferenceBackend {
      override async touch(key: string, ttlMs: number | null) {
        const entry = this.live(key);
        await nextTick();
        if (entry !== undefined) this.put(key, entry.payload, expiryOf(ttlMs));
        return entry !== undefined;
      }
    },
  },
  {
    fault: "a set may be seen before that of an earlier caller",
    caughtBy:
      "many callers at once > what callers at once are told is what some order of their calls would tell",
    Backend: class extends ReferenceBackend {
      override async set(key: string, payload: Payload, ttlMs: number | null) {
        void nextTick().then(() => super.set(key, payload, ttlMs));
      }
    },
  },
  {
    fault: "delete is always true",
    caughtBy: "get, set, add, has and delete > delete says whether an entry went",
    Backend: class extends ReferenceBackend {
      override async delete(key: string) {
        await super.delete(key);
        return true;
      }
    },
  },
  {
    fault: "delete takes what begins with the key",
    caughtBy: "get, set, add, has and delete > delete takes one entry and no other",
    Backend: class extends ReferenceBackend {
      override async delete(key: string) {
        const wasLive = await this.has(key);
        await this.clear(key);
        return wasLive;
      }
    },
  },
  {
    fault: "deleteMany counts what it was given",
    caughtBy: "getMany, setMany and deleteMany > deleteMany counts the entries that went",
    Backend: class extends ReferenceBackend {
      override async deleteMany(keys: readonly string[]) {
        await super.deleteMany(keys);
        return keys.length;
      }
    },
  },
  {
    fault: "getMany drops the last",
    caughtBy: "getMany, setMany and deleteMany > getMany returns those that exist, in the order asked for",
    Backend: class extends ReferenceBackend {
      override getMany(keys: readonly string[]) {
        return super.getMany(keys.slice(0, -1));
      }
    },
  },
  {
    fault: "setMany stores new keys only",
    caughtBy: "getMany, setMany and deleteMany > setMany stands in for what was there",
    Backend: class extends ReferenceBackend {
      override setMany(payloads: ReadonlyMap<string, Payload>, ttlMs: number | null) {
        return super.setMany(new Map([...payloads].filter(([key]) => this.live(key) === undefined)), ttlMs);
      }
    },
  },
  {
    fault: "setMany stores a hundred at most",
    caughtBy: "the backend interface > the many-calls take hundreds of keys",
    Backend: class extends ReferenceBackend {
      override setMany(payloads: ReadonlyMap<string, Payload>, ttlMs: number | null) {
        return super.setMany(new Map([...payloads].slice(0, 100)), ttlMs);
      }
    },
  },
  // Keys
  {
    fault: "keys are case-insensitive",
    caughtBy: "keys, versions and prefixes > keys that differ in case are different entries",
    Backend: renaming((key) => key.toLowerCase()),
  },
  {
    fault: "keys lose trailing space",
    caughtBy: "keys, versions and prefixes > keys that differ in whitespace are different entries",
    Backend: renaming((key) => key.trimEnd()),
  },
  {
    fault: "keys are normalised",
    caughtBy: "keys, versions and prefixes > keys that differ in Unicode normalisation are different entries",
    Backend: renaming((key) => key.normalize("NFC")),
  },
  {
    fault: "long keys are cut",
    caughtBy: "keys, versions and prefixes > keys that differ in a late difference are different entries",
    Backend: renaming((key) => key.slice(0, 255)),
  },
  {
    fault: "keys are taken for paths",
    caughtBy: "keys, versions and prefixes > keys that differ in path separators are different entries",
    Backend: renaming((key) => new URL(key, "file:///cache/").pathname),
  },
  {
    fault: "keys are kept in Latin-1, and a ? for what that lacks",
    caughtBy:
      "keys, versions and prefixes > keys that differ in beyond the basic plane are different entries",
    Backend: renaming((key) => key.replace(/[\u0100-\u{10ffff}]/gu, "?")),
  },
  // Payloads
  {
    fault: "bytes end at a NUL",
    caughtBy: "the backend interface > a payload comes back byte for byte",
    Backend: recoding((bytes) => (bytes.includes(0) ? bytes.subarray(0, bytes.indexOf(0)) : bytes)),
  },
  {
    fault: "bytes are taken for UTF-8",
    caughtBy: "values > a Buffer of every byte comes back equal and of the same type",
    Backend: recoding((bytes) => Buffer.from(bytes.toString("utf8"))),
  },
  {
    fault: "large payloads are cut",
    caughtBy: "the backend interface > a payload of 200 kB comes back whole",
    Backend: recoding((bytes) => bytes.subarray(0, 65_536)),
  },
  {
    fault: "a shorter payload leaves the end of the longer one",
    caughtBy: "the backend interface > a shorter payload leaves nothing of the longer one before it",
    Backend: class extends ReferenceBackend {
      override put(key: string, payload: Payload, expiresAt: number) {
        const before = this.entries.get(key)?.payload;
        if (!(payload instanceof Uint8Array && before instanceof Uint8Array))
          return super.put(key, payload, expiresAt);
        super.put(key, Buffer.concat([payload, before.subarray(payload.length)]), expiresAt);
      }
    },
  },
  {
    fault: "reads share one buffer",
    caughtBy: "the backend interface > a payload that was read stays as it is when another is read",
    Backend: class extends ReferenceBackend {
      readonly #scratch = Buffer.alloc(300_000);

      override async get(key: string) {
        const payload = await super.get(key);
        if (!(payload instanceof Uint8Array)) return payload;
        this.#scratch.set(payload);
        return this.#scratch.subarray(0, payload.length);
      }
    },
  },
  // Clearing and listing
  {
    fault: "clear takes the neighbours along",
    caughtBy: "clear > clear leaves the entries of other prefixes, where features.clearsPrefix says so",
    Backend: class extends ReferenceBackend {
      override clear(prefix: string) {
        return super.clear(prefix.slice(0, -1));
      }
    },
  },
  {
    fault: "clear empties the whole store",
    caughtBy: "clear > clear leaves what others put in the same store, where features.clearsPrefix says so",
    Backend: class extends ReferenceBackend {
      override clear() {
        return super.clear("");
      }
    },
  },
  {
    fault: "clear leaves other versions",
    caughtBy: "clear > clear drops every version under the prefix",
    Backend: class extends ReferenceBackend {
      override clear(prefix: string) {
        return super.clear(prefix === "" ? "" : `${prefix}1:`);
      }
    },
  },
  {
    fault: "the prefix is a LIKE pattern",
    caughtBy: "clear > a prefix that looks like a pattern clears only itself",
    Backend: class extends ReferenceBackend {
      override async clear(prefix: string) {
        const escaped = prefix.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        const like = new RegExp(`^${escaped.replaceAll("%", ".*").replaceAll("_", ".")}`, "s");
        for (const key of this.entries.keys()) if (like.test(key)) this.entries.delete(key);
      }
    },
  },
  {
    fault: "the prefix is matched in any case",
    caughtBy: "the backend interface > the prefix given to clear is text, not a pattern",
    Backend: class extends ReferenceBackend {
      override async clear(prefix: string) {
        const lower = prefix.toLowerCase();
        for (const key of this.entries.keys())
          if (key.toLowerCase().startsWith(lower)) this.entries.delete(key);
      }
    },
  },
  {
    fault: 'clear("") clears what begins with a colon',
    caughtBy: 'the backend interface > clear("") empties the store',
    Backend: class extends ReferenceBackend {
      override clear(prefix: string) {
        return super.clear(prefix || ":");
      }
    },
  },
  {
    fault: "keys forgets where the prefix ends",
    caughtBy: "keys and deletePattern > keys lists what the user wrote, of this prefix and version",
    Backend: class extends ReferenceBackend {
      override keys(prefix: string) {
        return super.keys(prefix.slice(0, -1));
      }
    },
  },
  {
    fault: "keys lists some keys twice",
    caughtBy: "keys and deletePattern > keys lists each of 250 keys once",
    Backend: class extends ReferenceBackend {
      override async *keys(prefix: string) {
        yield* super.keys(prefix);
        yield* super.keys(prefix);
      }
    },
  },
  // Culling
  {
    fault: "nothing is culled",
    caughtBy: "culling > 49 sets of at most 30 leave 29 where a third is culled",
    Backend: class extends ReferenceBackend {
      override makeRoomFor() {}
    },
  },
  {
    fault: "a cull frequency of zero culls nothing",
    caughtBy: "culling > 49 sets of at most 30 leave 19 where all are culled",
    Backend: class extends ReferenceBackend {
      override makeRoomFor(key: string) {
        if (this.culling.cullFrequency > 0) super.makeRoomFor(key);
      }
    },
  },
  {
    fault: "one entry fewer than may be is kept",
    caughtBy: "culling > as many entries as may be are all kept",
    Backend: class extends ReferenceBackend {
      constructor({ maxEntries = 300, ...rest }: CullOptions = {}) {
        super({ maxEntries: maxEntries - 1, ...rest });
      }
    },
  },
  {
    fault: "overwriting culls",
    caughtBy: "culling > a full cache does not cull on overwriting",
    Backend: class extends ReferenceBackend {
      override makeRoomFor() {
        super.makeRoomFor("a key that is new");
      }
    },
  },
  {
    fault: "an add that is refused culls",
    caughtBy: "culling > a full cache does not cull for an add that is refused, or a read",
    Backend: class extends ReferenceBackend {
      override async add(key: string, payload: Payload, ttlMs: number | null) {
        super.makeRoomFor("a key that is new");
        return super.add(key, payload, ttlMs);
      }
    },
  },
  {
    fault: "expired entries count as live",
    caughtBy: "culling > what has expired goes first, and if that is enough nothing else does",
    Backend: class extends ReferenceBackend {
      override makeRoomFor(key: string) {
        if (!this.entries.has(key) && this.entries.size >= this.culling.maxEntries) this.entries.clear();
      }
    },
  },
  {
    fault: "the new entry may be the one to go",
    caughtBy: "culling > the entry just written survives where all must go",
    Backend: class extends ReferenceBackend {
      override async set(key: string, payload: Payload, ttlMs: number | null) {
        await super.set(key, payload, ttlMs);
        if (this.entries.size >= this.culling.maxEntries) this.entries.delete(key);
      }
    },
  },
  {
    fault: "a third of two is none",
    caughtBy: "culling > a cache of one or two entries holds no more",
    Backend: class extends ReferenceBackend {
      override makeRoomFor(key: string) {
        if (this.culling.maxEntries >= this.culling.cullFrequency) super.makeRoomFor(key);
      }
    },
  },
  {
    fault: "setMany does not cull",
    caughtBy: "culling > setMany of more than may be leaves no more than may be",
    Backend: class extends ReferenceBackend {
      override async setMany(payloads: ReadonlyMap<string, Payload>, ttlMs: number | null) {
        for (const [key, payload] of payloads) this.put(key, payload, expiryOf(ttlMs));
        return [];
      }
    },
  },
  // What is told to who keeps copies
  {
    fault: "getCopies knows of no expiry",
    caughtBy: "the backend interface > getCopies tells what is left of each entry, as far as that is known",
    Backend: class extends ReferenceBackend {
      override async getCopies(keys: readonly string[]) {
        const payloads = await this.getEach(keys);
        return payloads.map((payload) => (payload === undefined ? undefined : { payload, ttlMs: null }));
      }
    },
  },
  {
    fault: "peekEach returns payloads in another order",
    caughtBy: "the backend interface > peek and peekEach find what get does",
    Backend: class extends ReferenceBackend {
      override async peekEach(keys: readonly string[]) {
        const payloads = await this.getEach(keys);
        return payloads.toReversed();
      }
    },
  },
  {
    fault: "watch listens, and tells nothing",
    caughtBy:
      "the backend interface > watch tells of what is written and dropped under the prefix, where the store tells",
    Backend: class extends ReferenceBackend {
      override watch(_prefix: string, listener: ChangeListener) {
        listener.listening();
        return () => {};
      }
    },
  },
  // What a backend says of itself
  {
    fault: "features claims lists, and keys refuses",
    caughtBy: "the backend interface > keys lists what begins with the prefix, where features.lists says so",
    Backend: class extends ReferenceBackend {
      override keys(): never {
        throw new Error("not implemented");
      }
    },
  },
  {
    fault: "features leaves a question open",
    caughtBy: "the backend interface > features answers every question",
    Backend: class extends ReferenceBackend {
      constructor(options?: CullOptions) {
        super(options);
        Reflect.deleteProperty(this.features, "atomic");
      }
    },
  },
  {
    fault: "features claims to be shared, and nobody can tell",
    caughtBy: "several processes > features.shared is false, or testBackend is given `processes` to prove it",
    Backend: class extends ReferenceBackend {
      override readonly features = { ...new ReferenceBackend().features, shared: true };
    },
  },
  {
    fault: "features claims that nothing is kept",
    caughtBy: "features.keeps > get finds what set stored, unless nothing is kept",
    Backend: class extends ReferenceBackend {
      override readonly features = { ...new ReferenceBackend().features, keeps: false };
    },
  },
  {
    fault: "a new backend finds the entries of the one before",
    caughtBy: "the backend interface > create gives an empty backend after another was filled",
    Backend: (() => {
      const leftovers = new Map([["key", { payload: 1, expiresAt: Number.POSITIVE_INFINITY }]]);
      return class extends ReferenceBackend {
        override readonly entries = leftovers;
      };
    })(),
  },
  {
    fault: "a second close fails",
    caughtBy: "the backend interface > connect and close can be called again",
    Backend: class extends ReferenceBackend {
      #closed = false;

      override close() {
        if (this.#closed) throw new Error("already closed");
        this.#closed = true;
      }
    },
  },
];
