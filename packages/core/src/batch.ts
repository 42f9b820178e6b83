import type { Awaitable } from "./awaitable.js";
import type { ComputeContext, Seat } from "./compute.js";
import { describe } from "./describe.js";
import { ArgumentError } from "./errors.js";
import type { Flight, Flights } from "./flights.js";
import { checkTags } from "./tags.js";

/** Makes the values of several keys; one that is missing from the result is not stored. */
export type ComputeMany<T> = (
  missing: string[],
  context: ComputeContext,
) => Awaitable<ReadonlyMap<string, T> | Iterable<readonly [string, T]> | Readonly<Record<string, T>>>;

interface Load {
  readonly context: ComputeContext;
  readonly flight: Flight;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the keys whose values are to be made, and has them made together as soon as it is known of each that was
 * expected whether it is among them. A key that comes later is made alone.
 */
export class Batch {
  readonly #flights: Flights;
  readonly #compute: ComputeMany<unknown>;
  readonly #versions: Seat["versions"];
  readonly #expected = new Set<string>();
  #loads = new Map<string, Load>();

  /** @param versions returns the versions of the tags of the call. */
  constructor(flights: Flights, compute: ComputeMany<unknown>, versions: Seat["versions"]) {
    this.#flights = flights;
    this.#compute = compute;
    this.#versions = versions;
  }

  /** Returns the place of `key`. */
  seat(key: string): Seat {
    return {
      expect: () => {
        this.#expected.add(key);
      },
      pass: () => {
        if (this.#expected.delete(key)) this.#runWhenComplete();
      },
      load: (context, flight) => this.#load(key, context, flight),
      versions: this.#versions,
    };
  }

  #load(key: string, context: ComputeContext, flight: Flight): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#expected.delete(key);
      this.#loads.set(key, { context, flight, resolve, reject });
      this.#runWhenComplete();
    });
  }

  #runWhenComplete(): void {
    if (this.#expected.size > 0 || this.#loads.size === 0) return;
    const loads = this.#loads;
    this.#loads = new Map();
    void this.#run(loads);
  }

  async #run(loads: ReadonlyMap<string, Load>): Promise<void> {
    const all = [...loads.values()];
    try {
      const keys = [...loads.keys()];
      const flights = all.map(({ flight }) => flight);
      const made = await this.#flights.inside(flights, () => this.#compute(keys, contextOf(all)));
      const values = valuesIn(made);
      for (const [key, { resolve }] of loads) resolve(values.get(key));
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }
}

/** What is said of the result is said of every value in it. */
function contextOf(loads: readonly Load[]): ComputeContext {
  return {
    get signal() {
      return AbortSignal.any(loads.map(({ context }) => context.signal));
    },
    setTimeout: (timeout) => {
      for (const { context } of loads) context.setTimeout(timeout);
    },
    setTags: (tags) => {
      const list = checkTags(tags);
      for (const { context } of loads) context.setTags(list);
    },
    skip: () => {
      for (const { context } of loads) context.skip();
    },
  };
}

function valuesIn(made: Awaited<ReturnType<ComputeMany<unknown>>>): ReadonlyMap<string, unknown> {
  if (typeof made !== "object" || made === null) {
    throw new ArgumentError(
      `the function of getOrSetMany must return a Map, pairs or an object; got ${describe(made)}`,
    );
  }
  if (made instanceof Map) return made;
  return new Map(
    Symbol.iterator in made ? (made as Iterable<readonly [string, unknown]>) : Object.entries(made),
  );
}
