import type { Awaitable } from "./awaitable.js";
import type { Engine, Loaded } from "./engine.js";
import type { Flight } from "./flights.js";
import { FunctionError } from "./function-error.js";
import { type Timeout, toTtlMs } from "./timeout.js";
import type { CacheTrace } from "./trace.js";

/** What the function given to `getOrSet` may use. */
export interface ComputeContext {
  /** Aborted when nobody can have use of the result any more, since the cache was closed. */
  readonly signal: AbortSignal;
  /** Gives the result this timeout, in place of the one of the call. */
  setTimeout(timeout: Timeout): void;
  /** Hands the result to the callers without storing it. */
  skip(): void;
}

/** Makes the value that was missing. `undefined` is returned to the callers and not stored. */
export type Compute<T> = (context: ComputeContext) => Awaitable<T>;

/** A read of one stored key. */
interface Read {
  readonly loaded: Loaded;
  readonly stored: string;
  readonly trace: CacheTrace | undefined;
}

/** A missing value that is to be made, and how. */
interface Computation extends Read {
  readonly flight: Flight;
  readonly compute: Compute<unknown>;
  readonly ttlMs: number | null;
  /** Whether the miss was read before another function ended, which may have stored the value since. */
  readonly isStale: boolean;
}

/** Gives each caller a value of its own. */
type Reader = () => unknown;

/** Reads the payload of a key: none where the store failed and the cache is to fail open. */
export function readOrMiss(engine: Engine, { loaded, stored, trace }: Read): Awaitable<unknown> {
  return engine.attempt(
    () => loaded.backend.get(stored),
    () => undefined,
    trace,
  );
}

/** Makes the missing value of a key and stores it, for all who wait for it. */
export async function computeMissing(engine: Engine, computation: Computation): Promise<Reader> {
  const { loaded, stored, trace, flight, compute, isStale } = computation;
  if (isStale) {
    const theirs = readerOf(engine, computation, await readOrMiss(engine, computation));
    if (theirs !== undefined) return theirs;
  }
  let { ttlMs } = computation;
  let skipped = false;
  const context: ComputeContext = {
    get signal() {
      return flight.signal;
    },
    setTimeout: (timeout) => {
      ttlMs = toTtlMs(timeout);
    },
    skip: () => {
      skipped = true;
    },
  };
  engine.stats.computations += 1;
  const value = await callOwn(() => compute(context));
  if (value === undefined || skipped) return () => value;

  // The callers' copies come from a payload that does not expire while they are handed out.
  const lasting = loaded.codec.encode(stored, value, null);
  const copy = () => engine.decode(loaded, stored, lasting);
  if (flight.aborted || (ttlMs === 0 && !flight.abandoned)) return copy;

  const payload = ttlMs === null ? lasting : loaded.codec.encode(stored, value, ttlMs);
  return engine.attempt(
    async () => (await storeOrYield(engine, { ...computation, ttlMs }, payload)) ?? copy,
    () => copy,
    trace,
  );
}

/** Stores what was made, unless the key was dropped meanwhile; returns a reader of what somebody stored since. */
async function storeOrYield(
  engine: Engine,
  computation: Computation,
  payload: unknown,
): Promise<Reader | undefined> {
  const { loaded, stored, flight, ttlMs } = computation;
  const { backend } = loaded;
  const readTheirs = async () => readerOf(engine, computation, await backend.get(stored));
  const added = await engine.write(loaded, [stored], () =>
    flight.abandoned ? undefined : backend.add(stored, payload, ttlMs),
  );
  if (added === undefined) return readTheirs();
  if (added === false) {
    const theirs = await readTheirs();
    if (theirs !== undefined) return theirs;
    // Gone already, or never readable: what cannot be read must not keep the new value out.
    await engine.write(loaded, [stored], () =>
      flight.abandoned ? undefined : backend.set(stored, payload, ttlMs),
    );
  }
  engine.stats.sets += 1;
  return undefined;
}

function readerOf(engine: Engine, { loaded, stored }: Read, payload: unknown): Reader | undefined {
  const read = () => engine.decode(loaded, stored, payload);
  return read() === undefined ? undefined : read;
}

async function callOwn<T>(own: () => Awaitable<T>): Promise<T> {
  try {
    return await own();
  } catch (error) {
    throw new FunctionError(error);
  }
}
