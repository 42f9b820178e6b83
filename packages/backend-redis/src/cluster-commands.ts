import type { RedisCommands } from "./client.js";
import { Commands, orRefusal } from "./commands.js";
import type { Entry, Increment, Incremented } from "./scripts.js";
import type { Corkable } from "./tick.js";

/**
 * Asks a cluster, where a command names one key: those of different slots cannot stand in one. All that goes to one node
 * leaves together all the same.
 */
export class ClusterCommands extends Commands {
  readonly #streams: () => readonly Corkable[];

  /** @param streams the sockets that lead to the nodes now. */
  constructor(redis: RedisCommands, streams: () => readonly Corkable[]) {
    super(redis);
    this.#streams = streams;
  }

  getEach(keys: readonly string[]): Promise<(Buffer | undefined | Error)[]> {
    return this.#each(keys, (key) => orRefusal(this.get(key)));
  }

  setEach(entries: readonly Entry[]): Promise<(undefined | Error)[]> {
    return this.#each(entries, (entry) => orRefusal(this.set(entry)));
  }

  incrEach(increments: readonly Increment[]): Promise<(Incremented | Error)[]> {
    return this.#each(increments, (increment) => orRefusal(this.incr(increment)));
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    const counts = await this.#each(keys, (key) => this.redis.unlink([key]));
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  #each<I, R>(items: readonly I[], ask: (item: I) => Promise<R>): Promise<R[]> {
    const streams = items.length > 1 ? this.#streams() : [];
    for (const stream of streams) stream.cork();
    const asked = Promise.all(items.map(ask));
    for (const stream of streams) stream.uncork();
    return asked;
  }
}
