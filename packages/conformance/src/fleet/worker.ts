import { setTimeout as sleep } from "node:timers/promises";
import { type Cache, type CacheLock, createCache } from "@cullet/core";
import { serve } from "../processes/serve.js";
import { Log } from "./log.js";
import type { FleetTasks, Making } from "./tasks.js";

let cache: Cache;
let log: Log;
let lock: CacheLock | undefined;

async function make({ value, takesMs }: Making): Promise<string> {
  log.note("run", process.pid, Date.now());
  await sleep(takesMs, undefined, { ref: false });
  log.note("made", process.pid);
  return value;
}

async function holdOnce(holdMs: number, dies: boolean): Promise<void> {
  log.note("held", process.pid);
  await sleep(holdMs);
  // By the holder's own clock: where that says that the time is over, another may have the lock by right.
  if (lock?.isHeld) log.note("left", process.pid);
  if (dies) process.kill(process.pid, "SIGKILL");
}

serve<FleetTasks>({
  async open(berth) {
    await cache?.close();
    log = new Log(berth.log);
    cache = createCache(berth.config, { from: berth.from });
    await cache.ready();
  },
  clearAll: () => cache.clear({ all: true }),
  set: (key, value, options) => cache.set(key, value, options),
  setMany: (entries, options) => cache.setMany(entries, options),
  get: (key) => cache.get(key),
  getMany: (keys) => cache.getMany(keys),
  delete: (key) => cache.delete(key),
  invalidateTags: (tags) => cache.invalidateTags(tags),
  async count(key, times) {
    await Promise.all(Array.from({ length: times }, () => cache.incr(key)));
  },
  undecodable: async () => cache.stats().undecodable,
  async ask(key, times, making, options) {
    const calls = Array.from({ length: times }, () => cache.getOrSet(key, () => make(making), options));
    return [...new Set(await Promise.all(calls))];
  },
  async lock(key, options) {
    lock = await cache.lock(key, options);
    return lock !== undefined;
  },
  release: async () => (await lock?.release()) ?? false,
  async hold(key, { times, holdMs, dieAt, ...options }) {
    for (let time = 1; time <= times; time += 1) {
      lock = await cache.lock(key, { wait: null, ...options });
      await holdOnce(holdMs, time === dieAt);
      await lock?.release();
    }
  },
  async derive(key, source, tag, forMs) {
    const until = performance.now() + forMs;
    while (performance.now() < until) {
      await cache.getOrSet(key, () => cache.get(source, 0), { tags: [tag], timeout: 60 });
    }
  },
  async change(key, source, tag, forMs) {
    const until = performance.now() + forMs;
    const old: unknown[] = [];
    let hits = 0;
    for (let round = 1; performance.now() < until; round += 1) {
      // What is made of an older number was begun before the tag was invalidated.
      await cache.set(source, round, 60);
      await cache.invalidateTags([tag]);
      for (let looks = 0; looks < 5; looks += 1) {
        const seen = await cache.get(key);
        if (seen === undefined) continue;
        hits += 1;
        if (seen !== round) old.push(seen);
      }
    }
    return { hits, old };
  },
  leave: async () => cache?.close(),
});
