interface Batch {
  /** The place of each key in the answer. */
  readonly places: Map<string, number>;
  readonly answer: Promise<readonly unknown[]>;
}

/** Asks for what is wanted in one tick together, and for each key once, however many want it. */
export class Together {
  readonly #ask: (keys: readonly string[]) => Promise<readonly unknown[]>;
  #batch: Batch | undefined;

  constructor(ask: (keys: readonly string[]) => Promise<readonly unknown[]>) {
    this.#ask = ask;
  }

  /** Returns what there is at each of `keys`. */
  async get(keys: readonly string[]): Promise<readonly unknown[]> {
    this.#batch ??= this.#begin();
    const { places, answer } = this.#batch;
    const wanted = keys.map((key) => placeIn(places, key));
    const payloads = await answer;
    return wanted.map((at) => payloads[at]);
  }

  #begin(): Batch {
    const places = new Map<string, number>();
    const answer = new Promise<readonly unknown[]>((resolve) => {
      // After the promises that are settled in this tick too, whose callers may go on with another read.
      process.nextTick(() => {
        this.#batch = undefined;
        resolve(this.#ask([...places.keys()]));
      });
    });
    return { places, answer };
  }
}

function placeIn(places: Map<string, number>, key: string): number {
  const known = places.get(key);
  if (known !== undefined) return known;
  const place = places.size;
  places.set(key, place);
  return place;
}
