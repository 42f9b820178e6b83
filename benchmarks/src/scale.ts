import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { LRUCache } from "lru-cache";
import { duration, median } from "./measure.js";

const ENTRIES = 1_000_000;
const WRITES = 300_000;
const FULL_SIZES = [10_000, 1_000_000];

type Set = (key: string, value: string) => unknown;

/** Measures how much memory a million small entries take, and what a full cache in memory asks for one more. */
export async function benchScale(): Promise<void> {
  if (globalThis.gc === undefined)
    throw new Error("run node with --expose-gc: memory cannot be told otherwise");
  await memoryPerEntry();
  await fullCaches();
}

async function memoryPerEntry(): Promise<void> {
  console.log(`\n### memory: ${ENTRIES.toLocaleString("en")} entries, key:N to value-N, with a timeout\n`);
  console.log("| | bytes of heap for each | one set |\n|---|---:|---:|");
  await fillAndWeigh("Map of { value, expires }", () => {
    const map = new Map<string, object>();
    return (key, value) => map.set(key, { value, expires: Date.now() + 3_600_000 });
  });
  await fillAndWeigh("lru-cache", () => {
    const lru = new LRUCache<string, string>({ max: ENTRIES * 2, ttl: 3_600_000 });
    return (key, value) => lru.set(key, value);
  });
  await fillAndWeigh("cullet", () => {
    const cache = createCache({ backend: locmem, location: "weighed", options: { maxEntries: ENTRIES * 2 } });
    return (key, value) => cache.set(key, value, 3_600);
  });
}

async function fillAndWeigh(name: string, make: () => Set): Promise<void> {
  const before = heap();
  const set = make();
  const start = performance.now();
  for (let n = 0; n < ENTRIES; n += 1) await set(`key:${n}`, `value-${n}`);
  const took = performance.now() - start;
  const bytes = (heap() - before) / ENTRIES;
  console.log(`| ${name} | ${bytes.toFixed(0)} | ${duration((took * 1e6) / ENTRIES)} |`);
  // Holds what was weighed until it was.
  await set("last", "last");
}

async function fullCaches(): Promise<void> {
  console.log("\n### memory: set of a new key in a full cache\n");
  console.log("| | entries | mean | median | p99.9 | worst |\n|---|---:|---:|---:|---:|---:|");
  for (const max of FULL_SIZES) {
    const options = { maxEntries: max };
    const cache = createCache({ backend: locmem, location: `full of ${max}`, options });
    await whenFull("cullet", max, (key, value) => cache.set(key, value, 3_600));
    const lru = new LRUCache<string, string>({ max, ttl: 3_600_000 });
    await whenFull("lru-cache", max, (key, value) => lru.set(key, value));
    const map = new Map<string, object>();
    await whenFull("Map, first in first out by keys().next()", max, (key, value) => {
      if (map.size >= max) map.delete(map.keys().next().value as string);
      map.set(key, { value, expires: Date.now() + 3_600_000 });
    });
  }
}

async function whenFull(name: string, max: number, set: Set): Promise<void> {
  for (let n = 0; n < max; n += 1) await set(`key:${n}`, "value");
  const taken = new Float64Array(WRITES);
  for (let n = 0; n < WRITES; n += 1) {
    const key = `key:${max + n}`;
    const start = process.hrtime.bigint();
    await set(key, "value");
    taken[n] = Number(process.hrtime.bigint() - start);
  }
  taken.sort();
  const mean = taken.reduce((sum, ns) => sum + ns, 0) / WRITES;
  const figures = [mean, median([...taken]), taken[Math.floor(WRITES * 0.999)], taken[WRITES - 1]];
  console.log(
    `| ${name} | ${max.toLocaleString("en")} | ${figures.map((ns) => duration(ns ?? 0)).join(" | ")} |`,
  );
}

function heap(): number {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
