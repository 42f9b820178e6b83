import { Batch, type ComputeMany } from "./batch.js";
import type { Request } from "./compute.js";
import { isWithin, useFound } from "./get-or-set.js";
import { type Standing, standingsOf } from "./standing.js";
import { noteFound } from "./trace.js";
import { noteOf, type TagVersion } from "./values/note.js";

/** What the requests for several keys have in common. */
type Requests = Omit<Request, "stored" | "seat">;

/** The keys that are wanted, as the user wrote them and as they are stored, and what makes the values. */
interface Wanted {
  readonly wanted: readonly string[];
  readonly stored: readonly string[];
  readonly compute: ComputeMany<unknown>;
}

/** Returns the value of each key, be it there or made with the others that are missing; `undefined` where none was made. */
export async function getOrMakeMany(
  requests: Requests,
  { wanted, stored, compute }: Wanted,
): Promise<unknown[]> {
  const { engine, loaded, trace, terms } = requests;
  const { landed } = engine.flights;
  const payloads = await engine.attempt<readonly unknown[]>(
    () => loaded.backend.getEach(stored),
    () => [],
    trace,
  );
  const notes = stored.map((_key, at) => noteOf(loaded.backend.features, payloads[at]));
  const standings = await engine.attempt<readonly Standing[]>(
    () => standingsOf(engine, loaded, notes),
    () => notes.map((note) => (note === undefined ? "live" : "dead")),
    trace,
  );

  let read: Promise<readonly TagVersion[]> | undefined;
  const versions = () => {
    read ??= engine.tags.versions(loaded, terms.tags);
    return read;
  };
  // What nobody waits for must not hold up what somebody does.
  const missing = new Batch(engine.flights, compute, versions);
  const behind = new Batch(engine.flights, compute, versions);
  const { hits } = engine.stats;
  const values = wanted.map((key, at) => {
    const note = notes[at];
    const standing = standings[at] ?? "dead";
    const isThere =
      note !== undefined &&
      (standing === "live" || (standing === "stale" && isWithin(note, terms.revalidateMs)));
    const request = {
      ...requests,
      stored: stored[at] as string,
      seat: (isThere ? behind : missing).seat(key),
    };
    return useFound(request, { payload: payloads[at], landed, note }, standing);
  });
  noteFound(trace, engine.stats.hits - hits, wanted.length);
  return Promise.all(values);
}
