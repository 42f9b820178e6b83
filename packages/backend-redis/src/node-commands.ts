import { payloadSize } from "@cullet/core";
import { bytesOf, Commands, orRefusal } from "./commands.js";
import { wasRefused } from "./failure.js";
import { type Entry, type Increment, type Incremented, incrEach, setEach } from "./scripts.js";
import { MOST_TOGETHER } from "./together.js";

/** How many keys one command reads at most: while the server looks for some, the client asks for the next. */
const MOST_READ = 128;

/** A larger payload, in bytes, goes by itself: a script makes a copy of it. */
const SMALL = 16_384;

/**
 * Asks one server, for several keys in one command. A user of the server may be allowed GET and SET of some keys, and no
 * more: what is refused for all is asked for each.
 */
export class NodeCommands extends Commands {
  async getEach(keys: readonly string[]): Promise<(Buffer | undefined | Error)[]> {
    try {
      return await this.#getAll(keys);
    } catch (error) {
      if (!wasRefused(error)) throw error;
      return Promise.all(keys.map((key) => orRefusal(this.get(key))));
    }
  }

  override async getMany(keys: readonly string[]): Promise<(Buffer | undefined)[]> {
    try {
      return await this.#getAll(keys);
    } catch (error) {
      if (!wasRefused(error)) throw error;
      return Promise.all(keys.map((key) => this.get(key)));
    }
  }

  async setEach(entries: readonly Entry[]): Promise<(undefined | Error)[]> {
    // As nearly always.
    if (isRun(entries)) return this.#setRun(entries);
    return (await Promise.all(runsOf(entries).map((run) => this.#setRun(run)))).flat();
  }

  incrEach(increments: readonly Increment[]): Promise<(Incremented | Error)[]> {
    return incrEach(this.redis, increments);
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    return Number(await this.redis.unlink([...keys]));
  }

  async #getAll(keys: readonly string[]): Promise<(Buffer | undefined)[]> {
    if (keys.length <= MOST_READ) return (await this.redis.mgetBuffer([...keys])).map(bytesOf);
    const chunks = await Promise.all(chunksOf(keys).map((chunk) => this.redis.mgetBuffer(chunk)));
    return chunks.flat().map(bytesOf);
  }

  async #setRun(entries: readonly Entry[]): Promise<(undefined | Error)[]> {
    const [only] = entries;
    if (only !== undefined && entries.length === 1) return [await orRefusal(this.set(only))];
    try {
      await setEach(this.redis, entries);
      return entries.map(() => undefined);
    } catch (error) {
      if (!wasRefused(error)) throw error;
      return Promise.all(entries.map((entry) => orRefusal(this.set(entry))));
    }
  }
}

function chunksOf(keys: readonly string[]): string[][] {
  const count = Math.ceil(keys.length / MOST_READ);
  const size = Math.ceil(keys.length / count);
  return Array.from({ length: count }, (_, at) => keys.slice(at * size, (at + 1) * size));
}

/** Splits `entries` into those that one script may store: small ones that live equally long. */
function runsOf(entries: readonly Entry[]): Entry[][] {
  const runs: Entry[][] = [];
  let run: Entry[] = [];
  for (const entry of entries) {
    const [first] = run;
    if (first !== undefined && run.length < MOST_TOGETHER && isSmall(first) && joins(first, entry)) {
      run.push(entry);
    } else {
      run = [entry];
      runs.push(run);
    }
  }
  return runs;
}

/** Whether one script may store all of `entries`. */
function isRun(entries: readonly Entry[]): boolean {
  const [first] = entries;
  return (
    first !== undefined && entries.length <= MOST_TOGETHER && entries.every((entry) => joins(first, entry))
  );
}

/** Whether the script that stores `first`, a small one, may store `entry` too. */
function joins(first: Entry, entry: Entry): boolean {
  return first.ttlMs === entry.ttlMs && isSmall(entry);
}

function isSmall({ payload }: Entry): boolean {
  return payloadSize(payload) <= SMALL;
}
