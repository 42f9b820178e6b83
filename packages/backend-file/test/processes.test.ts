import { afterAll, describe, expect, it } from "vitest";
import { file } from "../src/index.js";
import { bytes, leftoversIn, newDirectory, removeDirectories, run } from "./helpers.js";

const PROCESSES = 4;
const LONG = 60_000;

afterAll(removeDirectories);

function inEach<T>(work: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: PROCESSES }, work));
}

describe("several processes in one directory", () => {
  it("lose no increment, and give each number once", { timeout: LONG }, async () => {
    const location = newDirectory();
    const backend = file({ location });
    await backend.set("n", 0, null);
    const sums = (await inEach(() => run(location, "incr", "n", 500))).flat();
    expect(sums.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 2000 }, (_, i) => i + 1));
    expect(await backend.get("n")).toBe(2000);
    expect(leftoversIn(location)).toEqual([]);
    await backend.close();
  });

  it("add a key once, whoever comes first", { timeout: LONG }, async () => {
    const location = newDirectory();
    expect((await inEach(() => run(location, "add", "key", 200))).sort()).toEqual([0, 0, 0, 1]);
  });

  it("add a key once where an expired entry stands in its place", { timeout: LONG }, async () => {
    const location = newDirectory();
    const backend = file({ location });
    for (let round = 0; round < 3; round++) {
      await backend.set(`key ${round}`, bytes(100), 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect((await inEach(() => run(location, "add", `key ${round}`, 200))).sort()).toEqual([0, 0, 0, 1]);
    }
    await backend.close();
  });

  it("exclude each other by add and delete", { timeout: LONG }, async () => {
    const location = newDirectory();
    expect(await inEach(() => run(location, "exclude", "lock", 1500))).toEqual([0, 0, 0, 0]);
  });

  it("never read a torn entry", { timeout: LONG }, async () => {
    const location = newDirectory();
    const backend = file({ location });
    await backend.set("key", bytes(1, 0), null);
    const writers = Promise.all([run(location, "write", "key", 2000), run(location, "write", "key", 2000)]);
    let isOver = false;
    writers.finally(() => {
      isOver = true;
    });
    let reads = 0;
    while (!isOver) {
      const payload = await backend.get("key");
      // Whoever reads finds an entry, always, and all of one.
      if (!(payload instanceof Uint8Array)) throw new Error(`read ${payload} after ${reads} reads`);
      const byte = payload[0] as number;
      expect(payload.length).toBe(1 + ((byte * 8191) % 200_000));
      expect(payload.every((other) => other === byte)).toBe(true);
      if (++reads % 20 === 0) await new Promise(setImmediate);
    }
    expect(await writers).toEqual([expect.any(Number), expect.any(Number)]);
    expect(reads).toBeGreaterThan(0);
    await backend.close();
  });

  it("keep count together of how many entries there are", { timeout: LONG }, async () => {
    const location = newDirectory();
    const one = file({ location, options: { maxEntries: 30 } });
    const other = file({ location, options: { maxEntries: 30 } });
    for (let i = 0; i < 49; i++) await (i % 2 === 0 ? one : other).set(`key ${i}`, i, 60_000 + i);
    const keys: string[] = [];
    for await (const key of one.keys("")) keys.push(key);
    expect(keys.length).toBe(29);
    await one.close();
    await other.close();
  });
});
