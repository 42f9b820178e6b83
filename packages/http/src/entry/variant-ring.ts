import { type Cache, KeyNotFoundError } from "@cullet/core";

/**
 * Bounds the variants of a URL. Each new one takes the next of a number of places, and the variant that had the place goes:
 * so a flood of invented variants drops the oldest, in any process, and no list of them has to be kept.
 */
export class VariantRing {
  readonly #cache: Cache;
  readonly #places: number;

  constructor(cache: Cache, places: number) {
    this.#cache = cache;
    this.#places = places;
  }

  /** Gives the variant with the stored key `variant` a place among those of `group`, for `timeout` seconds. */
  async admit(group: string, variant: string, timeout: number | null): Promise<void> {
    const place = `${group}:${(await this.#count(`${group}:n`, timeout)) % this.#places}`;
    const former = await this.#cache.get(place);
    if (former === variant) return;
    if (typeof former === "string") await this.#cache.delete(former);
    await this.#cache.set(place, variant, timeout);
  }

  async #count(counter: string, timeout: number | null): Promise<number> {
    try {
      return await this.#cache.incr(counter);
    } catch (error) {
      if (!(error instanceof KeyNotFoundError)) throw error;
    }
    if (await this.#cache.add(counter, 0, timeout)) return 0;
    return this.#cache.incr(counter);
  }
}
