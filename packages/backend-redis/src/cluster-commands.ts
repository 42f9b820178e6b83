import { Commands, orRefusal } from "./commands.js";
import type { Increment, Incremented } from "./scripts.js";

/**
 * Asks a cluster, where a command names one key: those of different slots cannot stand in one. All that goes to one node
 * leaves together all the same.
 */
export class ClusterCommands extends Commands {
  getEach(keys: readonly string[]): Promise<(Buffer | undefined | Error)[]> {
    return this.each(keys, (key) => orRefusal(this.get(key)));
  }

  incrEach(increments: readonly Increment[]): Promise<(Incremented | Error)[]> {
    return this.each(increments, (increment) => orRefusal(this.incr(increment)));
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    const counts = await this.each(keys, (key) => this.redis.unlink([key]));
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }
}
