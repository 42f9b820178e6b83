import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { KeyedMutex } from "../src/keyed-mutex.js";

/** Runs tasks that note when they begin and end. */
function recorder() {
  const log: string[] = [];
  const task = (name: string) => async () => {
    log.push(`${name}(`);
    await setImmediate();
    log.push(`${name})`);
    return name;
  };
  return { log, task };
}

describe("a keyed mutex", () => {
  it("runs tasks on one key one after another", async () => {
    const mutex = new KeyedMutex();
    const { log, task } = recorder();
    expect(await Promise.all([mutex.run(["k"], task("a")), mutex.run(["k"], task("b"))])).toEqual(["a", "b"]);
    expect(log).toEqual(["a(", "a)", "b(", "b)"]);
  });

  it("runs tasks on different keys side by side", async () => {
    const mutex = new KeyedMutex();
    const { log, task } = recorder();
    await Promise.all([mutex.run(["k"], task("a")), mutex.run(["l"], task("b"))]);
    expect(log).toEqual(["a(", "b(", "a)", "b)"]);
  });

  it("runs a task at once where nothing runs, and hands on what needs no waiting", () => {
    expect(new KeyedMutex().run(["k"], () => 5)).toBe(5);
  });

  it("goes on after a task that failed", async () => {
    const mutex = new KeyedMutex();
    const failed = mutex.run(["k"], () => Promise.reject(new Error("no")));
    const next = mutex.run(["k"], async () => "yes");
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("yes");
  });

  it("makes a task on several keys wait for each of them, and hold up each", async () => {
    const mutex = new KeyedMutex();
    const { log, task } = recorder();
    await Promise.all([
      mutex.run(["k"], task("a")),
      mutex.run(["l"], task("b")),
      mutex.run(["k", "l"], task("c")),
      mutex.run(["l"], task("d")),
    ]);
    expect(log).toEqual(["a(", "b(", "a)", "b)", "c(", "c)", "d(", "d)"]);
  });

  it("runs a task alone when all before are done, and those after wait for it", async () => {
    const mutex = new KeyedMutex();
    const { log, task } = recorder();
    await Promise.all([
      mutex.run(["k"], task("a")),
      mutex.runAlone(task("all")),
      mutex.run(["k"], task("b")),
      mutex.run(["l"], task("c")),
    ]);
    expect(log).toEqual(["a(", "a)", "all(", "all)", "b(", "c(", "b)", "c)"]);
  });
});
