import type { Cache } from "@cullet/core";

/** How a flight ended: its entry is there for those who waited, or there is none and never will be. */
export type Landing = "stored" | "not-stored";

/** Says that the response that others wait for is stored, or is not to be. */
export type Land = (landing: Landing) => void;

/** How long somebody waits for a response that another request is making, before making one too. */
export const WAIT_MS = 10_000;

interface Flight {
  /** The request that began it, on its way through several layers: it must not wait for itself. */
  readonly source: object;
  readonly landing: Promise<Landing>;
  /** When it began, in milliseconds since 1970. */
  readonly since: number;
}

/**
 * The responses that are being made now, one for each key: who comes meanwhile waits for what it brings. All layers of a
 * cache share them.
 */
export class Flights {
  readonly #running = new Map<string, Flight>();
  #landed = 0;

  /** How many have ended. Who found nothing before and sees another number after may have missed what one of them stored. */
  get landed(): number {
    return this.#landed;
  }

  /** Returns the landing to wait for; or what ends the flight that the caller now leads; or nothing, where it is within it. */
  join(key: string, source: object): Promise<Landing> | Land | undefined {
    const running = this.#running.get(key);
    if (running?.source === source) return undefined;
    // One that was never told to have ended is not waited for.
    if (running !== undefined && Date.now() - running.since <= WAIT_MS) return running.landing;
    let land: Land = () => {};
    const landing = new Promise<Landing>((resolve) => {
      land = resolve;
    });
    const flight = { source, landing, since: Date.now() };
    this.#running.set(key, flight);
    return (how) => {
      this.#landed += 1;
      if (this.#running.get(key) === flight) this.#running.delete(key);
      land(how);
    };
  }
}

const flights = new WeakMap<Cache, Flights>();

/** Returns the flights of a cache. */
export function flightsOf(cache: Cache): Flights {
  const known = flights.get(cache);
  if (known !== undefined) return known;
  const made = new Flights();
  flights.set(cache, made);
  return made;
}
