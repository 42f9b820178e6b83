import { AsyncLocalStorage } from "node:async_hooks";
import { quote } from "./describe.js";
import { UnsupportedError } from "./errors.js";

/** One computation of a missing value, which all who miss it meanwhile wait for. */
export class Flight {
  /** Told when the flight is abandoned, which is once at most. */
  onAbandoned: (() => void) | undefined;
  /** Whether somebody else stored a value meanwhile. */
  overtaken = false;
  /** The tags that the result is to have, as far as is known. */
  tags: readonly string[];
  readonly #invalidated = new Set<string>();
  #abandoned = false;
  #aborted = false;
  #controller: AbortController | undefined;

  constructor(tags: readonly string[]) {
    this.tags = tags;
  }

  /** Aborted when nobody can have use of the result. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Whether the key was dropped meanwhile: then the result is for the callers only. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Whether nobody can have use of the result any more. */
  get aborted(): boolean {
    return this.#aborted;
  }

  abandon(): void {
    if (this.#abandoned) return;
    this.#abandoned = true;
    this.onAbandoned?.();
  }

  abort(reason: Error): void {
    this.#aborted = true;
    this.abandon();
    this.#controller?.abort(reason);
  }

  /** Says that tags were invalidated; returns whether the result has one of them. */
  invalidate(tags: readonly string[]): boolean {
    for (const tag of tags) this.#invalidated.add(tag);
    return this.tags.some((tag) => this.#invalidated.has(tag));
  }

  /** Gives the result these tags; returns whether one of them was invalidated meanwhile. */
  tag(tags: readonly string[]): boolean {
    this.tags = tags;
    return this.invalidate([]);
  }
}

/** A change of an entry, of which the look and the write are two commands. */
export interface Change {
  /** Whether the entry was stored or dropped since the look: then that stands, as if it had come after the change. */
  overtaken: boolean;
}

interface Running {
  readonly flight: Flight;
  readonly result: Promise<unknown>;
}

// The flights whose function the current code runs in, the innermost first.
const within = new AsyncLocalStorage<readonly Flight[]>();

/** The computations that run now, by stored key. */
export class Flights {
  readonly #running = new Map<string, Running>();
  /** All that are under way, those too of which the key was dropped. */
  readonly #flying = new Set<Flight>();
  /** What is changed now by several commands, and whether it was stored or dropped meanwhile, by stored key. */
  readonly #changes = new Map<string, Change>();
  #landed = 0;

  /** How many have ended. Who read a miss before and sees another number after may have missed what one of them stored. */
  get landed(): number {
    return this.#landed;
  }

  /** Whether one to `key` is under way. */
  has(key: string): boolean {
    return this.#running.has(key);
  }

  /**
   * Returns what the flight to `key` brings; starts one, for a result with `tags`, where none is under way.
   *
   * @throws UnsupportedError where the caller is in that very flight, and would wait for itself.
   */
  join<T>(key: string, tags: readonly string[], start: (flight: Flight) => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running !== undefined) {
      if (within.getStore()?.includes(running.flight)) {
        throw new UnsupportedError(`getOrSet of ${quote(key)} inside its own function would wait for itself`);
      }
      // What runs under one key was started for that key, by callers who agree on its type.
      return running.result as Promise<T>;
    }
    const flight = new Flight(tags);
    this.#flying.add(flight);
    // Begins when the flight is known, since the function may ask for the same key, or drop it, at once.
    const result = this.inside([flight], async () => {
      await undefined;
      return start(flight);
    });
    this.#running.set(key, { flight, result });
    const land = () => {
      this.#landed += 1;
      this.#flying.delete(flight);
      if (this.#running.get(key)?.flight === flight) this.#running.delete(key);
    };
    result.then(land, land);
    return result;
  }

  /** Runs `task` as a part of `flights`, so that it cannot wait for one of them. */
  inside<T>(flights: readonly Flight[], task: () => T): T {
    return within.run([...flights, ...(within.getStore() ?? [])], task);
  }

  /** Begins a change of `key`, which no other change of it goes along with: to be called with its look. */
  beginChange(key: string): Change {
    const change = { overtaken: false };
    this.#changes.set(key, change);
    return change;
  }

  /** Ends the change of `key`. */
  endChange(key: string): void {
    this.#changes.delete(key);
  }

  /** Says that `key` was dropped: what is being computed for it is old, and who comes now starts afresh. */
  abandon(key: string): void {
    this.#overtakeChange(key);
    if (this.#running.size === 0) return;
    const running = this.#running.get(key);
    if (running === undefined) return;
    running.flight.abandon();
    this.#running.delete(key);
  }

  /** Says that what `flight` makes for `key` is old, though the key was not dropped. */
  abandonFlight(key: string, flight: Flight): void {
    flight.abandon();
    if (this.#running.get(key)?.flight === flight) this.#running.delete(key);
  }

  /** Says that every key that begins with `prefix` was dropped. */
  abandonAll(prefix: string): void {
    for (const key of this.#running.keys()) if (key.startsWith(prefix)) this.abandon(key);
    for (const key of this.#changes.keys()) if (key.startsWith(prefix)) this.#overtakeChange(key);
  }

  /** Says that entries with one of `tags` are void, and so is what is being computed for one. */
  abandonTagged(tags: readonly string[]): void {
    for (const [key, { flight }] of this.#running) if (flight.invalidate(tags)) this.abandon(key);
  }

  /** Says that a value was stored at `key`, whatever was there. */
  replace(key: string): void {
    this.#overtakeChange(key);
    this.overtake(key);
  }

  /** Says that a value was stored at `key` by other means. */
  overtake(key: string): void {
    if (this.#running.size === 0) return;
    const running = this.#running.get(key);
    if (running !== undefined) running.flight.overtaken = true;
  }

  /** Tells every function that runs that its result is of no use any more. */
  abort(reason: Error): void {
    for (const flight of this.#flying) flight.abort(reason);
    this.#running.clear();
  }

  #overtakeChange(key: string): void {
    if (this.#changes.size === 0) return;
    const change = this.#changes.get(key);
    if (change !== undefined) change.overtaken = true;
  }
}
