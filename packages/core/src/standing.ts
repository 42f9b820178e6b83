import { type Awaitable, whenReady } from "./awaitable.js";
import { now } from "./clock.js";
import type { Engine, Loaded } from "./engine.js";
import { type Note, noteOf, type TagVersion } from "./values/note.js";

/**
 * What an entry is good for. `"live"`: all. `"stale"`: its timeout is over, so it is absent but for a `getOrSet` that
 * takes it for a while yet. `"dead"`: nothing, since a tag of it was invalidated.
 */
export type Standing = "live" | "stale" | "dead";

/** Returns what an entry with `note` is good for, in one round trip where it has tags. */
export function standingOf(engine: Engine, loaded: Loaded, note: Note): Awaitable<Standing> {
  if (note.tags.length === 0) return ageOf(note);
  return whenReady(engine.tags.current(loaded, note.tags), (current) =>
    hasTagsOf(note, current) ? ageOf(note) : "dead",
  );
}

/** Whether an entry with `note` is there for all who ask. */
export function isLive(engine: Engine, loaded: Loaded, note: Note): Awaitable<boolean> {
  if (ageOf(note) !== "live") return false;
  return whenReady(standingOf(engine, loaded, note), (standing) => standing === "live");
}

/** Returns what each of several entries is good for, in one round trip for all that have tags. Without a note, all. */
export function standingsOf(
  engine: Engine,
  loaded: Loaded,
  notes: readonly (Note | undefined)[],
): Awaitable<readonly Standing[]> {
  const tags = notes.flatMap((note) => note?.tags ?? []);
  const current = tags.length === 0 ? new Set<TagVersion>() : engine.tags.current(loaded, tags);
  return whenReady(current, (current) =>
    notes.map((note) => {
      if (note === undefined) return "live";
      return hasTagsOf(note, current) ? ageOf(note) : "dead";
    }),
  );
}

/** Returns whether each of `payloads` is there for all who ask, in one round trip for all that have tags. */
export function areLive(
  engine: Engine,
  loaded: Loaded,
  payloads: readonly unknown[],
): Awaitable<readonly boolean[]> {
  const notes = payloads.map((payload) => noteOf(loaded.backend.features, payload));
  return whenReady(standingsOf(engine, loaded, notes), (standings) =>
    payloads.map((payload, at) => payload !== undefined && standings[at] === "live"),
  );
}

function hasTagsOf({ tags }: Note, current: ReadonlySet<TagVersion>): boolean {
  return tags.every((tag) => current.has(tag));
}

function ageOf({ freshUntil }: Note): Standing {
  return freshUntil === null || freshUntil > now() ? "live" : "stale";
}
