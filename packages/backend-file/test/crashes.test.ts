import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { BackendTimeoutError } from "@cullet/core";
import { afterAll, describe, expect, it } from "vitest";
import { file } from "../src/index.js";
import { nameOf } from "../src/names.js";
import { bytes, leftoversIn, newDirectory, ready, removeDirectories, start } from "./helpers.js";

const LONG = 60_000;

afterAll(removeDirectories);

describe("a process that is killed", () => {
  it("leaves whole entries, and its leftovers go when the next one writes", { timeout: LONG }, async () => {
    const location = newDirectory();
    for (let round = 0; round < 25; round++) {
      const child = start(location, "churn");
      await ready(child);
      await setTimeout(Math.random() * 40);
      child.kill("SIGKILL");
      await once(child, "close");
    }
    const backend = file({ location });
    for await (const key of backend.keys("")) {
      const payload = await backend.get(key);
      if (payload instanceof Uint8Array) expect(payload.every((byte) => byte === payload[0])).toBe(true);
    }
    // Whatever was being written can be written now.
    for (let i = 0; i < 60; i++) await backend.set(`key ${i}`, bytes(10), null);
    await backend.set("counter", 1, null);
    expect(await backend.incr("counter", 1)).toBe(2);
    await backend.close();
    // An unsigned lock is given half a second.
    await setTimeout(600);
    const next = file({ location });
    await next.set("key", 1, null);
    await next.close();
    expect(leftoversIn(location)).toEqual([]);
  });

  it("leaves a lock that the next one takes", { timeout: LONG }, async () => {
    const location = newDirectory();
    const backend = file({ location });
    await backend.set("n", 1, null);
    const holder = start(location, "hold", "n");
    await ready(holder);
    holder.kill("SIGKILL");
    await once(holder, "close");
    expect(await backend.incr("n", 1)).toBe(2);
    expect(leftoversIn(location)).toEqual([]);
    await backend.close();
  });

  it("leaves a lock that one of many takes", { timeout: LONG }, async () => {
    const location = newDirectory();
    const backends = Array.from({ length: 20 }, () => file({ location }));
    await backends[0]?.set("n", 0, null);
    const holder = start(location, "hold", "n");
    await ready(holder);
    const sums = Promise.all(backends.map((backend) => backend.incr("n", 1)));
    holder.kill("SIGKILL");
    await once(holder, "close");
    expect((await sums).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    for (const backend of backends) await backend.close();
  });
});

describe("a process that hangs with a lock", () => {
  it("is waited for no longer than an operation may take, and reading goes on", {
    timeout: LONG,
  }, async () => {
    const location = newDirectory();
    const backend = file({ location, operationTimeoutMs: 300 });
    await backend.set("n", 1, null);
    const holder = start(location, "hold", "n");
    await ready(holder);
    holder.kill("SIGSTOP");
    try {
      const path = join(location, `${nameOf("n")}.lock`);
      const error: unknown = await backend.incr("n", 1).catch((error) => error);
      expect(error).toBeInstanceOf(BackendTimeoutError);
      expect(String(error)).toContain(
        `waited 300 ms for ${JSON.stringify(path)}, which process ${holder.pid} holds; nothing was written`,
      );
      expect(await backend.get("n")).toBe(1);
      expect(await backend.set("other", 1, null)).toBeUndefined();
      // Its lease is over then.
      await setTimeout(10_000);
      expect(await backend.incr("n", 1)).toBe(2);
    } finally {
      holder.kill("SIGKILL");
      await once(holder, "close");
    }
    await backend.close();
  });
});

describe("something else in the place of a lock", () => {
  it("stays, and is named in the error of who would write", async () => {
    const location = newDirectory();
    const backend = file({ location, operationTimeoutMs: 100 });
    const path = join(location, `${nameOf("key")}.lock`);
    mkdirSync(path);
    await expect(backend.set("key", 1, null)).rejects.toThrow(JSON.stringify(path));
    expect(statSync(path).isDirectory()).toBe(true);
    await backend.close();
  });
});

describe("leftovers", () => {
  it("of this format go when they are an hour old, or their process is gone; others stay", async () => {
    const location = newDirectory();
    const backend = file({ location });
    await backend.set("key", 1, null);
    await backend.close();
    const foreign = ["notes.txt", "a.tmp", "b.lock", "c.cullet", `${"a".repeat(63)}.cullet`];
    const elsewhere = `${"0".repeat(32)}-${"0".repeat(16)}.tmp`;
    for (const name of [...foreign, elsewhere]) writeFileSync(join(location, name), randomBytes(9));

    const next = file({ location, options: { maxEntries: 1 } });
    await next.set("key", 2, null);
    await next.set("another", 2, null);
    await next.clear("");
    await next.close();
    // A process of another host is given its hour.
    expect(readdirSync(location).sort()).toEqual(
      [...foreign, elsewhere, "added.count", "removed.count"].sort(),
    );
  });

  it("include a lock whose holder died before it signed", async () => {
    const location = newDirectory();
    const backend = file({ location });
    const path = join(location, `${nameOf("key")}.lock`);
    writeFileSync(path, "");
    utimesSync(path, 1, 1);
    // Unsigned and old enough by now, whatever its mtime says.
    await setTimeout(600);
    await backend.set("key", 1, null);
    expect(await backend.get("key")).toBe(1);
    await backend.close();
    rmSync(location, { recursive: true });
  });
});
