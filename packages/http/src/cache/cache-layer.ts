import { type Awaitable, type Cache, CulletError, whenReady } from "@cullet/core";
import { BoundedMap } from "../bounded-map.js";
import type { Entry } from "../entry/entry.js";
import type { Lookup, PageStore, Requested } from "../entry/page-store.js";
import type { Layer, Run, Turn } from "../layer.js";
import { HeaderList } from "../message/header-list.js";
import type { Answer, RequestData } from "../message/message.js";
import { ageOf } from "./age.js";
import { answerFrom, gatewayTimeout } from "./answer.js";
import { appendCacheStatus, type CacheReport } from "./cache-status.js";
import { type Flights, flightsOf, type Land, type Landing, WAIT_MS } from "./flights.js";
import type { CachePolicy } from "./policy.js";

import { StoreExchange } from "./store-exchange.js";

// How long nobody waits for a response of which the last one could not be stored.
const NOT_STORED_MS = 10_000;
const REMEMBERED = 2_000;
// Renewed while the handler runs, so this is how long others wait for one whose process died.
const LEASE = { timeout: 5, renew: true } as const;

/** What one cache in front of a handler is made of. */
export interface CacheLayerParts {
  /** What users call it. */
  readonly name: string;
  readonly cache: Cache;
  readonly policy: CachePolicy;
  readonly store: PageStore;
  /** The most bytes of a body that is stored. */
  readonly maxBytes: number;
  /** What it is called in Cache-Status; `undefined` where it is not to tell. */
  readonly statusName: string | undefined;
}

/** A request that has a URL, and so can have an entry. */
export type CacheableRequest = RequestData & Requested;

/**
 * A cache in front of a handler: finds an entry, lets one request of many make a new one, and stores it. Which responses
 * those are, and for how long they are good, is up to its policy.
 */
export class CacheLayer implements Layer {
  readonly #parts: CacheLayerParts;
  readonly #flights: Flights;
  /** Until when, by key, nobody waits for a response. */
  readonly #notStored = new BoundedMap<string, number>(REMEMBERED);
  readonly #refreshing = new Set<string>();
  /** The fields that an entry was last served with: all hits of a second have the same. */
  readonly #served = new WeakMap<Entry, Moment & { readonly fields: HeaderList }>();

  constructor(parts: CacheLayerParts) {
    this.#parts = parts;
    this.#flights = flightsOf(parts.cache);
  }

  get name(): string {
    return this.#parts.name;
  }

  begin(request: RequestData, run: Run): Awaitable<Turn> {
    const { method, url } = request;
    if ((method !== "GET" && method !== "HEAD") || url === undefined) return this.#pass("bypass");
    return whenReady(this.#parts.policy.bypass(request), (reason) =>
      reason === undefined ? this.#lookUp(request as CacheableRequest, run) : this.#pass("bypass"),
    );
  }

  #lookUp(request: CacheableRequest, run: Run): Awaitable<Turn> {
    const { landed } = this.#flights;
    return whenReady(this.#parts.store.lookup(request), (lookup) =>
      lookup === undefined ? this.#pass("bypass") : this.#decide(request, lookup, run, landed),
    );
  }

  /** Decides by what was found; `landed` is how many flights had ended before that was looked for. */
  #decide(request: CacheableRequest, lookup: Lookup, run: Run, landed: number): Awaitable<Turn> {
    const { policy } = this.#parts;
    if (lookup.entry !== undefined && !policy.isFor(request, lookup.entry)) return this.#pass("request");
    if (!run.isRefresh) {
      const answer = this.#answer(request, lookup, run, HIT);
      if (answer !== undefined) return { answer };
      if (policy.wantsOnlyStored(request)) return { answer: gatewayTimeout() };
    }
    if (!asksForWhole(request)) return this.#passUnstored(request, forwardOf(lookup));
    return this.#make(request, lookup, run, landed);
  }

  /** Returns an answer from what was found, if it is good enough to be served without the handler. */
  #answer(request: CacheableRequest, lookup: Lookup, run: Run, report: CacheReport): Answer | undefined {
    const { entry } = lookup;
    if (entry === undefined) return undefined;
    const now = Date.now();
    const standing = this.#parts.policy.standing(request, entry, now);
    if (standing === "stale") return undefined;
    if (standing === "behind") {
      if (run.again === undefined) return undefined;
      if (asksForWhole(request)) this.#refresh(this.#keyOf(lookup), run.again);
    }
    return this.answerWith(request, entry, now, report);
  }

  /** Returns what `entry` answers with at `now`. */
  answerWith(request: RequestData, entry: Entry, now: number, report: CacheReport): Answer {
    const age = ageOf(entry, now);
    const moment = { age: Math.floor(age), ttl: Math.floor(entry.times.lifetime - age), report };
    return answerFrom(request, entry, this.#fieldsOf(entry, moment).clone());
  }

  /** Returns the fields that `entry` is served with at a moment. */
  #fieldsOf(entry: Entry, { age, ttl, report }: Moment): HeaderList {
    const last = this.#served.get(entry);
    if (last?.age === age && last.ttl === ttl && last.report === report) return last.fields;
    const fields = entry.headers.clone();
    fields.append("Age", String(age));
    this.report(fields, { ...report, ttl });
    this.#served.set(entry, { age, ttl, report, fields });
    return fields;
  }

  /** Says what the cache did, where it is to tell. */
  report(headers: HeaderList, report: CacheReport): void {
    const { statusName } = this.#parts;
    if (statusName !== undefined) appendCacheStatus(headers, statusName, report);
  }

  /** Lets the handler make a response, or waits for the one that another request has made. */
  async #make(request: CacheableRequest, lookup: Lookup, run: Run, landed: number): Promise<Turn> {
    const key = this.#keyOf(lookup);
    if (lookup.entry === undefined && (this.#notStored.get(key) ?? 0) > Date.now()) {
      return this.#exchange(request, lookup, { hides: false });
    }
    const flights = this.#flights;
    const joined = flights.join(key, request.source);
    if (typeof joined === "function") {
      const mayBeThere = landed !== flights.landed && !run.isRefresh;
      if (!mayBeThere && !this.#parts.cache.isShared)
        return this.#exchange(request, lookup, { land: joined });
      return await this.#lead(request, lookup, run, joined);
    }
    if (run.isRefresh) return { answer: NOTHING };
    const collapsed = joined && (await this.#theirs(request, lookup, run, joined));
    return collapsed === undefined ? this.#exchange(request, lookup, {}) : { answer: collapsed };
  }

  /** Waits for the response that another request makes; returns what it answers this one with, if anything. */
  async #theirs(
    request: CacheableRequest,
    lookup: Lookup,
    run: Run,
    landing: Promise<Landing>,
  ): Promise<Answer | undefined> {
    if ((await inTime(landing)) !== "stored") return undefined;
    const theirs = await this.#parts.store.lookup(request);
    const report: CacheReport = { forward: forwardOf(lookup), collapsed: true };
    return theirs && this.#answer(request, theirs, run, report);
  }

  /**
   * Lets the handler make the response that others in this process wait for, unless it is there by now; no other process makes
   * it meanwhile.
   */
  async #lead(request: CacheableRequest, lookup: Lookup, run: Run, land: Land): Promise<Turn> {
    const { cache, store } = this.#parts;
    const key = this.#keyOf(lookup);
    try {
      const lock = await takeLock(cache, key, 0);
      if (run.isRefresh) {
        if (lock !== undefined) return this.#exchange(request, lookup, { land, lock });
        land("not-stored");
        return { answer: NOTHING };
      }
      // Between the lookup and the lock, somebody else may have stored the response and given the lock back.
      const late = lock ?? (await takeLock(cache, key, WAIT_MS / 1_000));
      const theirs = (await store.lookup(request)) ?? lookup;
      const report: CacheReport = { forward: forwardOf(lookup), collapsed: true };
      const answer = this.#answer(request, theirs, run, report);
      if (answer === undefined) return this.#exchange(request, theirs, { land, lock: late });
      await late?.[Symbol.asyncDispose]();
      land("stored");
      return { answer };
    } catch (error) {
      land("not-stored");
      throw error;
    }
  }

  #exchange(
    request: CacheableRequest,
    lookup: Lookup,
    { land, lock, hides = true }: { land?: Land; lock?: MakeRight | undefined; hides?: boolean },
  ): Turn {
    const { policy, store, maxBytes } = this.#parts;
    const key = this.#keyOf(lookup);
    const landed = (landing: Landing): void => {
      if (landing === "stored") this.#notStored.delete(key);
      else this.#notStored.set(key, Date.now() + NOT_STORED_MS);
      land?.(landing);
      lock?.[Symbol.asyncDispose]();
    };
    return {
      exchange: new StoreExchange({
        cache: this,
        policy,
        store,
        maxBytes,
        request,
        lookup,
        landed,
        hides,
        forward: forwardOf(lookup),
      }),
    };
  }

  /** Lets the handler run, and only says so. */
  #pass(forward: CacheReport["forward"]): Turn {
    if (this.#parts.statusName === undefined) return undefined;
    return {
      exchange: {
        head: (head) => {
          this.report(head.headers, { forward });
          return undefined;
        },
        ended: () => undefined,
      },
    };
  }

  /** Lets the handler answer with what is no entry, though its head is the one that an entry would have. */
  #passUnstored(request: RequestData, forward: CacheReport["forward"]): Turn {
    const requestedAt = Date.now();
    return {
      exchange: {
        head: (head) => {
          this.#parts.policy.decide(request, head, { requestedAt, receivedAt: Date.now() });
          this.report(head.headers, { forward });
          return undefined;
        },
        ended: () => undefined,
      },
    };
  }

  /** Returns what all who would be answered alike by this cache wait for, as far as that is known. */
  #keyOf({ keys, record }: Lookup): string {
    return keys.at(-1) ?? `${record}:${this.#parts.store.scope}`;
  }

  #refresh(key: string, again: () => Promise<void>): void {
    if (this.#refreshing.has(key)) return;
    this.#refreshing.add(key);
    again().finally(() => this.#refreshing.delete(key));
  }
}

/** What the fields of a served entry depend on, in whole seconds. */
interface Moment {
  readonly age: number;
  readonly ttl: number;
  readonly report: CacheReport;
}

const HIT: CacheReport = { hit: true };

/** What goes to nobody. */
const NOTHING: Answer = { status: 204, reason: "", headers: new HeaderList(), body: null };

/** Whether what the handler answers can be an entry, as a part of a response, or its head alone, cannot. */
function asksForWhole({ method, headers }: RequestData): boolean {
  return method !== "HEAD" && !headers.has("range");
}

function forwardOf({ entry, keys }: Lookup): "stale" | "vary-miss" | "uri-miss" {
  if (entry !== undefined) return "stale";
  return keys.length > 0 ? "vary-miss" : "uri-miss";
}

/** The right to make a response, which nobody else has until it is disposed of. That does not fail. */
type MakeRight = AsyncDisposable;

// Where no other process sees the store, who leads the flight has it.
const ALONE: MakeRight = { async [Symbol.asyncDispose]() {} };

/** Returns the right to make what `key` is about, if it can be had within `wait` seconds; nothing either where the store fails. */
async function takeLock(cache: Cache, key: string, wait: number): Promise<MakeRight | undefined> {
  if (!cache.isShared) return ALONE;
  try {
    return await cache.lock(`${key}:make`, { ...LEASE, wait });
  } catch (error) {
    if (error instanceof CulletError) return undefined;
    throw error;
  }
}

async function inTime(landing: Promise<Landing>): Promise<Landing> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Landing>((resolve) => {
    timer = setTimeout(() => resolve("not-stored"), WAIT_MS);
  });
  try {
    return await Promise.race([landing, late]);
  } finally {
    clearTimeout(timer);
  }
}
