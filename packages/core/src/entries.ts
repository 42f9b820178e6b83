import { type Awaitable, whenReady } from "./awaitable.js";
import { changing } from "./changing.js";
import { now } from "./clock.js";
import { addDelta } from "./counter.js";
import { quote } from "./describe.js";
import { ending, type Result } from "./ending.js";
import type { Engine, Loaded } from "./engine.js";
import { isCulletError, KeyNotFoundError } from "./errors.js";
import type { Place } from "./place.js";
import { isLive, standingsOf } from "./standing.js";
import { openInteger, remainingTtlMs } from "./values/envelope.js";
import { isInteger } from "./values/integer.js";
import { hasMetNotes, mayHoldNotes, type Note, noteOf, withNote } from "./values/note.js";

// What a backend does on an entry, where the entry may have a note: one that has tags, or is kept beyond its timeout.
// Such an entry may be absent for all but the store, which only its payload tells. So a store outside this process is
// asked for the payload too, in the same round trip where the operation's own command does not depend on it.

/** How many payloads are asked for at once, to tell which of the keys that a store lists are there. */
const LISTED_AT_ONCE = 100;
const NOT_AN_INTEGER = "CULLET_NOT_AN_INTEGER";

/** What is stored, and for how long. */
interface Stored {
  readonly payload: unknown;
  readonly ttlMs: number | null;
}

/** Whether there is a live entry. */
export function hasEntry({ engine, loaded, stored }: Place): Awaitable<boolean> {
  const { backend } = loaded;
  const { features } = backend;
  if (!mayHoldNotes(features)) return backend.has(stored);
  // The payload tells all that the backend's own command would, so that is spared.
  return whenReady(backend.peek(stored), (payload) => {
    if (payload === undefined) return false;
    if (features.expiry === "payload" && remainingTtlMs(payload) === undefined) return false;
    const note = noteOf(features, payload);
    return note === undefined || isLive(engine, loaded, note);
  });
}

/** Returns the milliseconds that an entry has left. */
export function ttlOfEntry(place: Place): Awaitable<number | null | undefined> {
  const { backend } = place.loaded;
  return mayHoldNotes(backend.features) ? ttlOfNoted(place) : backend.ttl(place.stored);
}

async function ttlOfNoted({ engine, loaded, stored }: Place): Promise<number | null | undefined> {
  const { backend } = loaded;
  const { features } = backend;
  const told = features.expiry === "store" ? backend.ttl(stored) : undefined;
  const [payload, toldMs] = await Promise.all([backend.peek(stored), told]);
  if (payload === undefined) return undefined;
  // When a counter expires, the store knows alone.
  if (told === undefined && isInteger(payload)) return backend.ttl(stored);
  const ttlMs = told === undefined ? remainingTtlMs(payload) : toldMs;
  const note = noteOf(features, payload);
  if (note === undefined || ttlMs === undefined) return ttlMs;
  if (!(await isLive(engine, loaded, note))) return undefined;
  return note.freshUntil === null ? ttlMs : note.freshUntil - now();
}

/** Gives a live entry a new time to live. */
export async function touchEntry(place: Place, ttlMs: number | null): Promise<boolean> {
  const { engine, loaded, stored } = place;
  const { backend } = loaded;
  const touch = () => engine.write(loaded, [stored], () => backend.touch(stored, ttlMs));
  if (!mayHoldNotes(backend.features)) return touch();
  const [payload, touched] = await Promise.all([backend.peek(stored), touch()]);
  const note = noteOf(backend.features, payload);
  if (note === undefined || !touched) return touched;
  if (note.freshUntil === null) return isLive(engine, loaded, note);
  const freshUntil = ttlMs === null ? null : now() + ttlMs;
  const changed = await changeLive(
    place,
    (payload, note) => note && { payload, ttlMs: keptFor(ttlMs, note), note: { ...note, freshUntil } },
  );
  return changed ?? touchEntry(place, ttlMs);
}

/** Stores `payload` where no live entry is. */
export async function addEntry(place: Place, { payload, ttlMs }: Stored): Promise<boolean> {
  const { engine, loaded, stored } = place;
  const { backend } = loaded;
  const add = () => engine.write(loaded, [stored], () => backend.add(stored, payload, ttlMs));
  if (await add()) return true;
  if (!mayHoldNotes(backend.features) || !(await isAbsentAt(place))) return false;
  return changing(place, async (confirm) => {
    if (await isAbsentAt(place)) {
      await confirm();
      await engine.write(loaded, [stored], () => backend.delete(stored));
    }
    return add();
  });
}

/** Adds `delta` to a counter, and returns what `counted` makes of the sum. */
export function incrEntry<T>(place: Place, delta: number, counted: (sum: number) => T): Result<T> {
  // No store can count with what a secret protects.
  if (place.loaded.keyring !== undefined) return ending(incrInPayload(place, delta), counted);
  let sum: Awaitable<number>;
  try {
    sum = incrInStore(place, delta);
  } catch (error) {
    return ending(incrRefused(place, delta, error), counted);
  }
  return ending(sum, counted, (error) => incrRefused(place, delta, error));
}

function incrInStore({ engine, loaded, stored }: Place, delta: number): Awaitable<number> {
  return engine.write(loaded, [stored], () => loaded.backend.incr(stored, delta));
}

/**
 * Adds `delta` to a counter that its store took for something else, which the store tries once more where it has become a
 * counter since, unless it `hasTriedTwice`.
 */
async function incrRefused(
  place: Place,
  delta: number,
  error: unknown,
  hasTriedTwice = false,
): Promise<number> {
  if (!isCulletError(error) || error.code !== NOT_AN_INTEGER) throw error;
  // A counter with a note is none for the store.
  const { loaded, stored } = place;
  const { backend } = loaded;
  const payload = await backend.peek(stored);
  if (noteOf(backend.features, payload) !== undefined) return incrInPayload(place, delta);
  if (hasTriedTwice || openInteger(stored, payload) === undefined) throw error;
  return incrAgain(place, delta, true);
}

async function incrAgain(place: Place, delta: number, hasTriedTwice: boolean): Promise<number> {
  try {
    return await incrInStore(place, delta);
  } catch (error) {
    return incrRefused(place, delta, error, hasTriedTwice);
  }
}

/** Adds `delta` to a counter that its store takes for something else. */
async function incrInPayload(place: Place, delta: number): Promise<number> {
  const { engine, loaded, stored } = place;
  let sum = 0;
  const change = async (payload: unknown): Promise<Stored | undefined> => {
    const value = engine.decode(loaded, stored, payload);
    const ttlMs = value === undefined ? undefined : await loaded.backend.ttl(stored);
    if (ttlMs === undefined) return undefined;
    sum = addDelta(stored, value, delta);
    return { payload: loaded.codec.encode(stored, sum, ttlMs), ttlMs };
  };
  const changed = await changeLive(place, change, loaded.keyring !== undefined);
  if (changed) return sum;
  if (changed === undefined) return incrAgain(place, delta, false);
  throw new KeyNotFoundError(`incr needs an entry at ${quote(stored)}; there is none`);
}

/** Drops an entry, and the lease under which its value is being made elsewhere; `true` where it was live. */
export function deleteEntry({ engine, loaded, stored, keys }: Place): Awaitable<boolean> {
  const { backend } = loaded;
  const drop = () => engine.write(loaded, [stored], () => backend.delete(stored));
  if (!backend.features.shared && !hasMetNotes()) return drop();
  const absent = hasMetNotes() && isAbsentAt({ engine, loaded, stored });
  const released = backend.features.shared && backend.delete(keys.hidden("lease", stored));
  return Promise.all([absent, released, drop()]).then(([isAbsent, _released, gone]) => gone && !isAbsent);
}

/** Drops several entries, as `deleteEntry` does one, and returns how many of them were live. */
export async function deleteEntries(
  { engine, loaded, keys }: Omit<Place, "stored">,
  stored: readonly string[],
): Promise<number> {
  const { backend } = loaded;
  const drop = () => engine.write(loaded, stored, () => backend.deleteMany(stored));
  const absent = hasMetNotes() ? areAbsent(engine, loaded, stored) : [];
  const leases = () => stored.map((key) => keys.hidden("lease", key));
  const released = backend.features.shared && backend.deleteMany(leases());
  const [absentees, , gone] = await Promise.all([absent, released, drop()]);
  return Math.max(0, gone - absentees.filter(Boolean).length);
}

/** Returns those of the stored keys listed that have a live entry. */
export async function* liveKeys(
  { engine, loaded }: Pick<Place, "engine" | "loaded">,
  listed: AsyncIterable<string>,
): AsyncGenerator<string, void, undefined> {
  if (!mayHoldNotes(loaded.backend.features)) {
    yield* listed;
    return;
  }
  let batch: string[] = [];
  for await (const key of listed) {
    batch.push(key);
    if (batch.length < LISTED_AT_ONCE) continue;
    yield* await liveOf(engine, loaded, batch);
    batch = [];
  }
  if (batch.length > 0) yield* await liveOf(engine, loaded, batch);
}

/** Returns how long the store is to keep an entry that lives for `ttlMs`. */
function keptFor(ttlMs: number | null, { keptMs }: Note): number | null {
  return ttlMs === null ? null : ttlMs + keptMs;
}

async function liveOf(engine: Engine, loaded: Loaded, keys: readonly string[]): Promise<string[]> {
  const absent = await areAbsent(engine, loaded, keys);
  return keys.filter((_key, at) => !absent[at]);
}

/** Whether what the store keeps at each key is absent for all but the store. */
async function areAbsent(engine: Engine, loaded: Loaded, stored: readonly string[]): Promise<boolean[]> {
  const { backend } = loaded;
  const payloads = await backend.peekEach(stored);
  const notes = payloads.map((payload) => noteOf(backend.features, payload));
  const standings = await standingsOf(engine, loaded, notes);
  return standings.map((standing) => standing !== "live");
}

/** Whether what the store keeps is absent for all but the store. */
async function isAbsentAt({ engine, loaded, stored }: Omit<Place, "keys">): Promise<boolean> {
  const note = noteOf(loaded.backend.features, await loaded.backend.peek(stored));
  return note !== undefined && !(await isLive(engine, loaded, note));
}

/**
 * Puts what `change` makes of a live entry in its place; `false` where there is none, `undefined` where what is there now has
 * no note, and is changed by the store's own command, unless `isOurs` says that no entry is.
 */
function changeLive(
  place: Place,
  change: (payload: unknown, note: Note | undefined) => Awaitable<(Stored & { note?: Note }) | undefined>,
  isOurs = false,
): Promise<boolean | undefined> {
  const { engine, loaded, stored } = place;
  const { backend } = loaded;
  const { features } = backend;
  return changing(place, async (confirm) => {
    const { flights } = engine;
    const watched = flights.beginChange(stored);
    try {
      const payload = await backend.peek(stored);
      const note = noteOf(features, payload);
      if (payload !== undefined && note === undefined && !isOurs) return undefined;
      if (payload === undefined || (note !== undefined && !(await isLive(engine, loaded, note))))
        return false;
      const changed = await change(payload, note);
      if (changed === undefined) return false;
      const { ttlMs } = changed;
      const kept = changed.note ?? note;
      const result =
        kept === undefined
          ? changed.payload
          : withNote(changed.payload, { features, key: stored, ttlMs }, kept);
      await confirm();
      await engine.write(loaded, [stored], () =>
        watched.overtaken ? undefined : backend.set(stored, result, ttlMs),
      );
      return true;
    } finally {
      flights.endChange(stored);
    }
  });
}
