import { statSync, truncateSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { type FileBackend, file } from "../src/index.js";
import { newDirectory, pathOf, removeDirectories } from "./helpers.js";

afterAll(removeDirectories);

async function keysOf(backend: FileBackend): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of backend.keys("")) keys.push(key);
  return keys.sort();
}

describe("culling", () => {
  it("drops those first that expire soonest, and last those that never do", async () => {
    const backend = file({ location: newDirectory(), options: { maxEntries: 6, cullFrequency: 2 } });
    await backend.set("never", 1, null);
    await backend.set("third", 1, 3_000_000);
    await backend.set("first", 1, 1_000_000);
    await backend.set("touched", 1, 500_000);
    await backend.touch("touched", 9_000_000);
    await backend.set("second", 1, 2_000_000);
    await backend.set("late", 1, 8_000_000);
    await backend.set("new", 1, 1);
    await setTimeout(2);
    expect(await keysOf(backend)).toEqual(["late", "never", "touched"]);
    await backend.close();
  });

  it("drops nothing live where something has expired", async () => {
    const backend = file({ location: newDirectory(), options: { maxEntries: 5 } });
    await backend.set("short", 1, 5);
    for (let i = 0; i < 4; i++) await backend.set(`key ${i}`, 1, 60_000);
    await setTimeout(10);
    await backend.set("new", 1, 5);
    await setTimeout(10);
    await backend.set("newer", 1, 60_000);
    expect(await keysOf(backend)).toEqual(["key 0", "key 1", "key 2", "key 3", "newer"]);
    await backend.close();
  });

  it("goes by what the file says where its mtime was changed", async () => {
    const location = newDirectory();
    const backend = file({ location, options: { maxEntries: 3 } });
    await backend.set("a", 1, 60_000_000);
    await backend.set("b", 1, 60_000);
    await backend.set("c", 1, 70_000);
    utimesSync(pathOf(location, "a"), 1, 1);
    await backend.set("d", 1, 80_000);
    expect(await keysOf(backend)).toEqual(["a", "c", "d"]);
    await backend.close();
  });

  it("corrects a count that is wrong", async () => {
    const location = newDirectory();
    const backend = file({ location, options: { maxEntries: 10 } });
    for (let i = 0; i < 5; i++) await backend.set(`key ${i}`, 1, null);
    truncateSync(join(location, "added.count"), 1000);
    for (let i = 5; i < 10; i++) await backend.set(`key ${i}`, 1, null);
    expect((await keysOf(backend)).length).toBe(10);
    await backend.close();
  });

  it("keeps its files short", async () => {
    const location = newDirectory();
    const backend = file({ location });
    await backend.set("key", 1, null);
    truncateSync(join(location, "added.count"), 5_000_001);
    truncateSync(join(location, "removed.count"), 5_000_000);
    await backend.set("other", 1, null);
    await backend.delete("other");
    const sizes = ["added.count", "removed.count"].map((name) => statSync(join(location, name)).size);
    expect(sizes).toEqual([2, 1]);
    await backend.close();
  });

  it("of many entries lets the process do other things", { timeout: 60_000 }, async () => {
    const backend = file({ location: newDirectory(), options: { maxEntries: 3000 } });
    for (let i = 0; i < 3000; i++) backend.set(`key ${i}`, 1, 60_000 + i);
    let turns = 0;
    const isOver = Promise.resolve(backend.set("new", 1, null)).then(() => true);
    while (!(await Promise.race([isOver, new Promise((resolve) => setImmediate(resolve, false))]))) turns++;
    expect(turns).toBeGreaterThan(3);
    expect((await keysOf(backend)).length).toBe(2001);
    await backend.close();
  });
});
