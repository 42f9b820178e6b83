import { AsyncLocalStorage } from "node:async_hooks";
import { quote } from "./describe.js";
import { UnsupportedError } from "./errors.js";

/** One computation of a missing value, which all who miss it meanwhile wait for. */
export class Flight {
  /** Whether the key was dropped meanwhile: then the result is for the callers only. */
  abandoned = false;
  /** Whether the cache was closed meanwhile. */
  aborted = false;
  #controller: AbortController | undefined;

  /** Aborted when nobody can have use of the result. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.abandoned = true;
    this.aborted = true;
    this.#controller?.abort(reason);
  }
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
  #landed = 0;

  /** How many have ended. Who read a miss before and sees another number after may have missed what one of them stored. */
  get landed(): number {
    return this.#landed;
  }

  /**
   * Returns what the flight to `key` brings; starts one where none is under way.
   *
   * @throws UnsupportedError where the caller is in that very flight, and would wait for itself.
   */
  join<T>(key: string, start: (flight: Flight) => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running !== undefined) {
      if (within.getStore()?.includes(running.flight)) {
        throw new UnsupportedError(`getOrSet of ${quote(key)} inside its own function would wait for itself`);
      }
      // What runs under one key was started for that key, by callers who agree on its type.
      return running.result as Promise<T>;
    }
    const flight = new Flight();
    // Begins when the flight is known, since the function may ask for the same key, or drop it, at once.
    const result = within.run([flight, ...(within.getStore() ?? [])], async () => {
      await undefined;
      return start(flight);
    });
    this.#running.set(key, { flight, result });
    const land = () => {
      this.#landed += 1;
      if (this.#running.get(key)?.flight === flight) this.#running.delete(key);
    };
    result.then(land, land);
    return result;
  }

  /** Says that `key` was dropped: what is being computed for it is old, and who comes now starts afresh. */
  abandon(key: string): void {
    if (this.#running.size === 0) return;
    const running = this.#running.get(key);
    if (running === undefined) return;
    running.flight.abandoned = true;
    this.#running.delete(key);
  }

  /** Says that every key that begins with `prefix` was dropped. */
  abandonAll(prefix: string): void {
    for (const key of this.#running.keys()) if (key.startsWith(prefix)) this.abandon(key);
  }

  /** Tells every function that runs that its result is of no use any more. */
  abort(reason: Error): void {
    for (const { flight } of this.#running.values()) flight.abort(reason);
    this.#running.clear();
  }
}
