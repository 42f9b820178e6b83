import { Buffer } from "node:buffer";
import type { Copy } from "@cullet/core";
import type { RedisCommands } from "./client.js";
import { type Entry, toValue } from "./entry.js";
import { isFull, isOtherType, wasRefused } from "./failure.js";
import { type Increment, type Incremented, incr, persist } from "./scripts.js";
import type { Corkable } from "./tick.js";

/** How many keys the server looks at for one page of a listing. */
const LOOK_AT = 1_000;

/** What is asked of servers, in the words of a cache. Errors are those of the driver. */
export abstract class Commands {
  protected readonly redis: RedisCommands;
  readonly #streams: () => readonly Corkable[];

  /** @param streams the sockets that lead to the servers now. */
  constructor(redis: RedisCommands, streams: () => readonly Corkable[]) {
    this.redis = redis;
    this.#streams = streams;
  }

  // Each of these returns, in the place of what the server refused, what it said against it.

  abstract getEach(keys: readonly string[]): Promise<(Buffer | undefined | Error)[]>;
  abstract incrEach(increments: readonly Increment[]): Promise<(Incremented | Error)[]>;

  /** Returns the payload of `key`; none where it holds a list or another type, which is no value of a cache. */
  get(key: string): Promise<Buffer | undefined> {
    return this.redis.getBuffer(key).then(bytesOf, missWhereOfOtherType);
  }

  async set({ key, payload, ttlMs }: Entry): Promise<undefined> {
    const value = toValue(payload);
    await (ttlMs === null ? this.redis.set(key, value) : this.redis.set(key, value, "PX", ttlMs));
  }

  /** Stores entries. Returns, in the place of each that the server refused, what it said against it. */
  setEach(entries: readonly Entry[]): Promise<(undefined | Error)[]> {
    return this.each(entries, (entry) => orRefusal(this.set(entry)));
  }

  /** Adds to a counter, never making one. */
  incr(increment: Increment): Promise<Incremented> {
    return incr(this.redis, increment);
  }

  /** Returns the payload of each of `keys`. */
  async getMany(keys: readonly string[]): Promise<(Buffer | undefined)[]> {
    const payloads = await this.getEach(keys);
    const refusal = payloads.find((payload) => payload instanceof Error);
    if (refusal !== undefined) throw refusal;
    return payloads as (Buffer | undefined)[];
  }

  /** Does what `getMany` does, with the milliseconds that each entry has left. */
  async getCopies(keys: readonly string[]): Promise<(Copy<Buffer> | undefined)[]> {
    const [payloads, ttls] = await this.together(() =>
      Promise.all([this.getMany(keys), Promise.all(keys.map((key) => this.ttl(key)))]),
    );
    return payloads.map((payload, at) => {
      const ttlMs = ttls[at];
      return payload === undefined || ttlMs === undefined ? undefined : { payload, ttlMs };
    });
  }

  /** Stores entries, and returns the keys for which the server has no memory left. */
  async setMany(entries: readonly Entry[]): Promise<string[]> {
    const refusals = await this.setEach(entries);
    const other = refusals.find((refusal) => refusal !== undefined && !isFull(refusal));
    if (other !== undefined) throw other;
    return entries.filter((_, at) => refusals[at] !== undefined).map(({ key }) => key);
  }

  /** Returns how many of `keys` were there. */
  abstract deleteMany(keys: readonly string[]): Promise<number>;

  async add({ key, payload, ttlMs }: Entry): Promise<boolean> {
    const value = toValue(payload);
    const reply =
      ttlMs === null ? this.redis.set(key, value, "NX") : this.redis.set(key, value, "PX", ttlMs, "NX");
    return (await reply) !== null;
  }

  async delete(key: string): Promise<boolean> {
    return Number(await this.redis.unlink([key])) === 1;
  }

  /** Drops entries. Returns, in the place of each, whether it was there, or what the server said against it. */
  deleteEach(keys: readonly string[]): Promise<(boolean | Error)[]> {
    return this.each(keys, (key) => orRefusal(this.delete(key)));
  }

  async has(key: string): Promise<boolean> {
    return Number(await this.redis.exists(key)) === 1;
  }

  async touch(key: string, ttlMs: number | null): Promise<boolean> {
    if (ttlMs === null) return persist(this.redis, key);
    return Number(await this.redis.pexpire(key, ttlMs)) === 1;
  }

  /** Returns the milliseconds that `key` has left: `null` for ever, `undefined` where it is not there. */
  async ttl(key: string): Promise<number | null | undefined> {
    const left = Number(await this.redis.pttl(key));
    if (left === -2) return undefined;
    return left === -1 ? null : left;
  }

  /** Returns some of the keys that match `pattern`, and the cursor of the next page: `"0"` after the last. */
  async scan(cursor: string, pattern: string): Promise<{ cursor: string; keys: string[] }> {
    const [next, keys] = await this.redis.scan(cursor, "MATCH", pattern, "COUNT", LOOK_AT);
    return { cursor: String(next), keys };
  }

  /** Drops all that the database holds. */
  async flush(): Promise<void> {
    await this.redis.flushdb("ASYNC");
  }

  async publish(channel: string, text: string): Promise<void> {
    await this.redis.publish(channel, text);
  }

  async ping(): Promise<void> {
    await this.redis.ping();
  }

  /** Asks for each of `items` by itself; all of it leaves in one go. */
  protected each<I, R>(items: readonly I[], ask: (item: I) => Promise<R>): Promise<R[]> {
    const askAll = () => Promise.all(items.map(ask));
    return items.length > 1 ? this.together(askAll) : askAll();
  }

  /** Has all that `ask` asks for leave in one go. */
  protected together<T>(ask: () => T): T {
    const streams = this.#streams();
    for (const stream of streams) stream.cork();
    const asked = ask();
    for (const stream of streams) stream.uncork();
    return asked;
  }
}

/** Returns the bytes of a reply, where it holds any. */
export function bytesOf(reply: unknown): Buffer | undefined {
  return Buffer.isBuffer(reply) ? reply : undefined;
}

/** Returns what a call does, or what the server said against it. */
export async function orRefusal<T>(call: Promise<T>): Promise<T | Error> {
  try {
    return await call;
  } catch (error) {
    if (wasRefused(error)) return error as Error;
    throw error;
  }
}

function missWhereOfOtherType(error: unknown): undefined {
  if (!isOtherType(error)) throw error;
}
