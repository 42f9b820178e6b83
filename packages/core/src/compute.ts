import type { Awaitable } from "./awaitable.js";
import { elapsed, now, startTimer, type Timer } from "./clock.js";
import { quote } from "./describe.js";
import type { Engine, Loaded } from "./engine.js";
import { ComputationTimeoutError } from "./errors.js";
import type { Flight } from "./flights.js";
import { FunctionError } from "./function-error.js";
import type { KeySpace } from "./key.js";
import { Lease } from "./lease.js";
import type { MakeTerms } from "./make-options.js";
import { growingDelays, sleep } from "./sleep.js";
import { isLive } from "./standing.js";
import { checkTags } from "./tags.js";
import { type Timeout, toTtlMs } from "./timeout.js";
import type { CacheTrace } from "./trace.js";
import { asBuffer, openInteger, withTtlMs } from "./values/envelope.js";
import { type Note, noteOf, type TagVersion, withNote } from "./values/note.js";

/** What the function given to `getOrSet` may use. */
export interface ComputeContext {
  /** Aborted when nobody can have use of the result any more: the cache was closed, or `hardTimeout` is over. */
  readonly signal: AbortSignal;
  /** Gives the result this timeout, in place of the one of the call. */
  setTimeout(timeout: Timeout): void;
  /**
   * Gives the result these tags, in place of those of the call. Best called before what they stand for is read: an
   * invalidation by another process, whose clock may differ, is sure to be noticed only from then on.
   */
  setTags(tags: Iterable<string>): void;
  /** Hands the result to the callers without storing it. */
  skip(): void;
}

/** Makes the value that was missing. `undefined` is returned to the callers and not stored. */
export type Compute<T> = (context: ComputeContext) => Awaitable<T>;

/** A value that is to be made, and how. */
export interface Request {
  readonly engine: Engine;
  readonly loaded: Loaded;
  readonly keys: KeySpace;
  readonly stored: string;
  readonly trace: CacheTrace | undefined;
  readonly terms: MakeTerms;
  /** The value, or the function that makes it, where it is not made in a batch. */
  readonly source: unknown;
  readonly seat: Seat | undefined;
}

/** The place of one key in a batch of which the values are made together. */
export interface Seat {
  /** Says that `load` or `pass` will be called. */
  expect(): void;
  /** Returns the value, made with the others. */
  load(context: ComputeContext, flight: Flight): Promise<unknown>;
  /** Told when it turns out that the value is not to be made here, or not yet. */
  pass(): void;
  /** Returns the versions of the tags of the call. */
  versions(): Promise<readonly TagVersion[]>;
}

/** A request that is under way. */
export interface Computation extends Request {
  readonly flight: Flight;
  /** What stood in the place of the value when it was missed, which may have expired, or be about to. */
  readonly original: unknown;
  /** Whether the miss was read before another function ended, which may have stored the value since. */
  readonly isOld: boolean;
}

/** Gives each caller a value of its own. */
export type Reader = () => unknown;

/** What the function made, and what it said of it. */
interface Made {
  readonly value: unknown;
  readonly ttlMs: number | null;
  /** `undefined` where it is not to be stored. */
  readonly tags: readonly TagVersion[] | undefined;
  readonly costMs: number;
  readonly isSkipped: boolean;
}

/** Makes the value of a key and stores it, for all who wait for it. */
export async function computeValue(computation: Computation): Promise<Reader> {
  const { terms, flight, stored } = computation;
  if (terms.hardMs === undefined) return make(computation);
  const { hardMs } = terms;
  let timer: Timer | undefined;
  const overtime = new Promise<never>((_resolve, reject) => {
    timer = startTimer(() => {
      const error = new ComputationTimeoutError(
        `the value at ${quote(stored)} was not there after the hardTimeout of ${hardMs} ms`,
      );
      flight.abort(error);
      reject(error);
    }, hardMs);
  });
  flight.signal.addEventListener("abort", () => timer?.stop(), { once: true });
  try {
    return await Promise.race([make(computation), overtime]);
  } finally {
    timer?.stop();
  }
}

async function make(computation: Computation): Promise<Reader> {
  const { engine, loaded, stored, trace, terms, isOld } = computation;
  try {
    if (isOld) {
      const theirs = await newReader(computation, await engine.read(loaded, stored, trace));
      if (theirs !== undefined) return theirs;
    }
    if (terms.leaseMs === undefined) return await makeAndStore(computation, undefined);
    const turn = await awaitTurn(computation, terms.leaseMs);
    if (typeof turn === "function") return turn;
    return await makeUnderLease(computation, turn);
  } finally {
    computation.seat?.pass();
  }
}

async function makeUnderLease(computation: Computation, lease: Lease | undefined): Promise<Reader> {
  const { flight } = computation;
  const release = () => lease?.letGo();
  // Who comes then need not wait for a result that is of no use to them.
  flight.onAbandoned = release;
  if (flight.abandoned) await release();
  try {
    return await makeAndStore(computation, lease);
  } finally {
    await release();
  }
}

/** Waits for the lease of a key, or for the value that its holder made; for neither where the cache fails open. */
async function awaitTurn(computation: Computation, leaseMs: number): Promise<Lease | Reader | undefined> {
  const { engine, loaded, keys, stored, flight, trace } = computation;
  const terms = { loaded, key: keys.hidden("lease", stored), ttlMs: leaseMs, renewed: true };
  const look = async (): Promise<Lease | Reader | "wait"> => {
    const lease = await Lease.take(engine, terms);
    try {
      // Its holder may have stored the value just before it gave the lease back.
      const theirs = await newReader(computation, await loaded.backend.peek(stored));
      if (theirs === undefined) return lease ?? "wait";
      await lease?.letGo();
      return theirs;
    } catch (error) {
      await lease?.letGo();
      throw error;
    }
  };
  for (const delay of growingDelays()) {
    const turn = await engine.attempt(look, () => undefined, trace);
    if (turn !== "wait") return turn;
    computation.seat?.pass();
    await sleep(delay, flight.signal);
  }
  return undefined;
}

async function makeAndStore(computation: Computation, lease: Lease | undefined): Promise<Reader> {
  const { engine, loaded, stored, trace, flight } = computation;
  const made = await run(computation);
  const { value } = made;
  if (value === undefined || made.isSkipped) return () => value;
  // The callers' copies come from a payload that does not expire while they are handed out.
  const lasting = loaded.codec.encode(stored, value, null);
  const copy = () => engine.decode(loaded, stored, lasting);
  const { tags } = made;
  const isVoid = tags === undefined || made.ttlMs === 0;
  if (flight.aborted || (isVoid && !flight.abandoned)) return copy;
  return engine.attempt(
    async () =>
      (await (isVoid ? theirs(computation) : store(computation, { ...made, tags }, lasting, lease))) ?? copy,
    () => copy,
    trace,
  );
}

/** Runs the function. */
async function run(computation: Computation): Promise<Made> {
  const { engine, loaded, trace, flight, source, seat, terms } = computation;
  let { ttlMs } = terms;
  let isSkipped = false;
  let isTagged = false;
  const noVersions = (): readonly TagVersion[] | undefined => undefined;
  // Before anything is read that the tags stand for: what is invalidated from now on voids the result.
  let versions: Awaitable<readonly TagVersion[] | undefined> =
    terms.tags.length === 0 ? [] : await engine.attempt(() => readVersions(computation), noVersions, trace);
  const context: ComputeContext = {
    get signal() {
      return flight.signal;
    },
    setTimeout: (timeout) => {
      ttlMs = toTtlMs(timeout);
    },
    setTags: (given) => {
      const tags = checkTags(given);
      isTagged = true;
      if (flight.tag(tags)) engine.flights.abandonFlight(computation.stored, flight);
      const read = engine.attempt(() => engine.tags.versions(loaded, tags), noVersions, trace);
      versions = Promise.resolve(read);
      // Whoever waits for it may come late.
      versions.catch(() => {});
    },
    skip: () => {
      isSkipped = true;
    },
  };
  engine.stats.computations += 1;
  const startedAt = now();
  const started = elapsed();
  const value = await callOwn(() => {
    if (seat !== undefined) return seat.load(context, flight);
    return typeof source === "function" ? source(context) : source;
  });
  const costMs = elapsed() - started;
  const tags = await versions;
  const isVoid = isTagged && (tags?.some((tag) => engine.tags.isInvalidatedSince(tag, startedAt)) ?? false);
  return { value, ttlMs, costMs, isSkipped, tags: isVoid ? undefined : tags };
}

/** Stores what was made, unless the key was dropped meanwhile; returns a reader of what somebody else stored since. */
async function store(
  computation: Computation,
  made: Made & { tags: readonly TagVersion[] },
  lasting: unknown,
  lease: Lease | undefined,
): Promise<Reader | undefined> {
  const { engine, loaded, stored, flight, original, trace } = computation;
  const { backend } = loaded;
  const { payload, ttlMs } = payloadOf(computation, made, lasting);
  if (flight.abandoned || (lease !== undefined && !(await lease.confirm()))) return theirs(computation);

  let current = original === undefined ? undefined : await backend.peek(stored);
  let isStored: boolean | undefined;
  if (current === undefined) {
    isStored = await engine.write(loaded, [stored], () =>
      flight.abandoned ? undefined : backend.add(stored, payload, ttlMs),
    );
    if (isStored === undefined) return theirs(computation);
    if (!isStored) current = await backend.peek(stored);
  }
  if (!isStored) {
    const reader = await newReader(computation, current);
    if (reader !== undefined) return reader;
    // What is there has expired, or cannot be read, and must not keep the new value out.
    isStored = await engine.write(loaded, [stored], async () => {
      if (flight.abandoned || flight.overtaken) return false;
      await backend.set(stored, payload, ttlMs);
      return true;
    });
    if (!isStored) return theirs(computation);
  }
  engine.stats.sets += 1;
  if (trace !== undefined) trace.stored = (trace.stored ?? 0) + 1;
  if (lease !== undefined && !(await lease.release())) await withdraw(computation, payload);
  return undefined;
}

/** Drops what was stored when the lease was lost already: the next may have missed that it was there. */
async function withdraw({ engine, loaded, stored }: Computation, payload: unknown): Promise<void> {
  const { backend } = loaded;
  if (!isSamePayload(stored, await backend.peek(stored), payload)) return;
  await engine.write(loaded, [stored], () => backend.delete(stored));
}

/** Returns a reader of what somebody else stored since the value was missed. */
async function theirs(computation: Computation): Promise<Reader | undefined> {
  return newReader(computation, await computation.loaded.backend.peek(computation.stored));
}

/** Returns a reader of `payload`, if that is live and not what was to be replaced. */
async function newReader(
  { engine, loaded, stored, original }: Computation,
  payload: unknown,
): Promise<Reader | undefined> {
  if (payload === undefined) return undefined;
  const note = noteOf(loaded.backend.features, payload);
  if (note !== undefined) {
    if (isSamePayload(stored, payload, original) || !(await isLive(engine, loaded, note))) return undefined;
  }
  const read = () => engine.decode(loaded, stored, payload);
  return read() === undefined ? undefined : read;
}

/** Returns what the store is to keep of what was made, and for how long. */
function payloadOf(
  { loaded, stored, terms }: Computation,
  made: Made & { tags: readonly TagVersion[] },
  lasting: unknown,
): { payload: unknown; ttlMs: number | null } {
  const { features } = loaded.backend;
  const { tags, costMs } = made;
  const ttlMs = made.ttlMs === null ? null : spread(made.ttlMs, terms.jitter);
  const keptMs = Math.max(terms.revalidateMs, terms.errorMs);
  const isTimed = ttlMs !== null && (keptMs > 0 || terms.beta > 0);
  if (!isTimed && tags.length === 0) {
    return { payload: features.expiry === "store" ? lasting : withTtlMs(stored, lasting, ttlMs), ttlMs };
  }
  const note: Note = {
    freshUntil: isTimed ? now() + ttlMs : null,
    keptMs,
    costMs: Math.round(costMs),
    tags,
  };
  const lifeMs = ttlMs === null ? null : ttlMs + keptMs;
  return { payload: withNote(lasting, { features, key: stored, ttlMs: lifeMs }, note), ttlMs: lifeMs };
}

function spread(ttlMs: number, jitter: number): number {
  return jitter === 0 ? ttlMs : Math.max(1, Math.round(ttlMs * (1 - jitter * Math.random())));
}

/** Whether a payload of `key` is the other, which the store may have given back in another form. */
function isSamePayload(key: string, one: unknown, other: unknown): boolean {
  if (one === other) return true;
  const bytes = asBuffer(one);
  const others = asBuffer(other);
  if (bytes !== undefined && others !== undefined) return bytes.equals(others);
  const integer = openInteger(key, one);
  return integer !== undefined && integer === openInteger(key, other);
}

function readVersions({ engine, loaded, terms, seat }: Computation): Promise<readonly TagVersion[]> {
  return seat === undefined ? engine.tags.versions(loaded, terms.tags) : seat.versions();
}

async function callOwn<T>(own: () => Awaitable<T>): Promise<T> {
  try {
    return await own();
  } catch (error) {
    throw new FunctionError(error);
  }
}
