import { inspect } from "node:util";
import { type Cache, createCache } from "@cullet/core";
import { serve } from "./serve.js";
import type { Tasks } from "./tasks.js";

/** How many calls of one process are under way at once. */
const AT_ONCE = 10;

let cache: Cache;

const tasks: Tasks = {
  async open({ config, from }) {
    await cache?.close();
    cache = createCache(config, { from, strict: true });
    await cache.ready();
  },
  set: (key, value, timeout) => cache.set(key, value, timeout),
  get: (key) => cache.get(key),
  delete: (key) => cache.delete(key),
  clear: () => cache.clear(),
  clearAll: () => cache.clear({ all: true }),
  async incrOften(key, times) {
    await repeat(times, () => cache.incr(key));
  },
  async addOften(key, times) {
    return (await repeat(times, () => cache.add(key, process.pid))).filter(Boolean).length;
  },
  async writeRuns(key, times) {
    for (let index = 0; index < times; index += 1) {
      await cache.set(key, String.fromCharCode(97 + (index % 26)).repeat(1 + ((index * 7_919) % 40_000)));
    }
  },
  async findTorn(key, times) {
    const torn: string[] = [];
    for (let index = 0; index < times; index += 1) {
      const value = await cache.get(key);
      if (!isRun(value)) torn.push(inspect(value, { maxStringLength: 40 }));
    }
    if (cache.stats().undecodable > 0)
      torn.push(`${cache.stats().undecodable} payloads that could not be decoded`);
    return torn;
  },
  async leave() {
    await cache?.close();
  },
};

serve(tasks);

async function repeat<T>(times: number, call: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  const share = async () => {
    while (results.length + underWay < times) {
      underWay += 1;
      const result = await call();
      underWay -= 1;
      results.push(result);
    }
  };
  let underWay = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, share));
  return results;
}

function isRun(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value === value.charAt(0).repeat(value.length);
}
