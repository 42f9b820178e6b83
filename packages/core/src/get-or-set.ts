import { type Awaitable, whenReady } from "./awaitable.js";
import { now, startTimer, type Timer } from "./clock.js";
import { computeValue, type Reader, type Request } from "./compute.js";
import { ComputationTimeoutError } from "./errors.js";
import { FunctionError } from "./function-error.js";
import { type Standing, standingOf } from "./standing.js";
import type { Note } from "./values/note.js";

/** What stood in the place of a value when it was asked for. */
export interface Found {
  readonly payload: unknown;
  readonly note: Note | undefined;
  /** How many functions had ended before it was read. */
  readonly landed: number;
}

/** Returns the value in `found`, if its note lets it; else the one that is made. */
export function getOrMake(request: Request, found: Found): Awaitable<unknown> {
  const { engine, loaded, trace } = request;
  const { note } = found;
  if (note === undefined) return useFound(request, found, "dead");
  const standing = engine.attempt<Standing>(
    () => standingOf(engine, loaded, note),
    () => "dead",
    trace,
  );
  return whenReady(standing, (standing) => useFound(request, found, standing));
}

/** Returns the value in `found`, which is good for what `standing` says; else the one that is made. */
export function useFound(request: Request, found: Found, standing: Standing): Awaitable<unknown> {
  const { engine, loaded, stored, trace, terms } = request;
  const { note, payload } = found;
  const value = standing === "dead" ? undefined : engine.decode(loaded, stored, payload);
  engine.count(standing === "live" ? value : undefined, trace);
  if (value === undefined) return makeForCaller(request, found, false);
  if (note === undefined) return value;
  if (standing === "live") {
    if (isDueEarly(note, terms.beta)) refresh(request, found);
    return value;
  }
  if (!isWithin(note, terms.revalidateMs)) return makeForCaller(request, found, true);
  refresh(request, found);
  engine.stats.stale += 1;
  return value;
}

/** Makes the value, or has it made by who makes it already; the one in `found` stands in within its windows, if it is old. */
async function makeForCaller(request: Request, found: Found, isOld: boolean): Promise<unknown> {
  const { engine, loaded, stored, terms } = request;
  const { note, payload } = found;
  const result = makeOnce(request, found);
  const mayStandIn = (windowMs: number) => isOld && note !== undefined && isWithin(note, windowMs);
  const standIn = (): Reader => {
    engine.stats.stale += 1;
    return () => engine.decode(loaded, stored, payload);
  };
  const isSoft = terms.softMs !== undefined && mayStandIn(Math.max(terms.revalidateMs, terms.errorMs));
  try {
    const reader = isSoft ? await inTime(result, terms.softMs ?? 0) : await result;
    if (reader !== undefined) return reader();
  } catch (error) {
    const isOwn = error instanceof FunctionError || error instanceof ComputationTimeoutError;
    if (!isOwn || !mayStandIn(terms.errorMs)) throw error;
    return standIn()();
  }
  engine.watch(result);
  return standIn()();
}

/** Has the value made anew while nobody waits for it. */
function refresh(request: Request, found: Found): void {
  const { engine, stored } = request;
  if (!engine.flights.has(stored)) engine.watch(makeOnce(request, found));
}

function makeOnce(request: Request, { payload, landed }: Found): Promise<Reader> {
  const { flights } = request.engine;
  const isOld = landed !== flights.landed;
  if (!flights.has(request.stored)) request.seat?.expect();
  return flights.join(request.stored, request.terms.tags, (flight) =>
    computeValue({ ...request, flight, original: payload, isOld }),
  );
}

/** Returns what `result` brings; `undefined` where that takes longer than `ms`. */
async function inTime<T>(result: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: Timer | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = startTimer(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    timer?.stop();
  }
}

/** Whether an entry is past its timeout by less than `windowMs`. */
export function isWithin({ freshUntil }: Note, windowMs: number): boolean {
  return freshUntil !== null && now() < freshUntil + windowMs;
}

// Vattani, Chierichetti and Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015, figure 3.
function isDueEarly({ freshUntil, costMs }: Note, beta: number): boolean {
  if (beta === 0 || freshUntil === null) return false;
  // Above 0, and up to 1.
  const chance = 1 - Math.random();
  return now() - costMs * beta * Math.log(chance) >= freshUntil;
}
