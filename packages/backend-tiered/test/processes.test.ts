import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startFaultProxy, startMemcached, startPostgres, startRedis } from "@cullet/test-servers";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { OtherProcess } from "./processes.js";

const [redis, postgres, memcached] = await Promise.all([
  startRedis({ own: true }),
  startPostgres({ own: true }),
  startMemcached(1, { own: true }),
]);

afterAll(() => Promise.all([redis.stop(), postgres.stop(), memcached.stop()]));

const kinds = {
  redis: [redis.url],
  postgres: [postgres.url],
  "memcached with a bus": [memcached.url, redis.url],
  "memcached without one": [memcached.url],
} as const;
type Kind = keyof typeof kinds;

const all = Object.keys(kinds) as Kind[];
const told = all.filter((kind) => kind !== "memcached without one");

const CLOSE = fileURLToPath(new URL("programs/close.js", import.meta.url));
/** More than a process takes to start, to wait for each of two calls and to end. */
const END_MS = 10_000;

/** Longer than a message takes, and the near timeout where there is none. */
const SEEN_MS = 3_000;

let running: OtherProcess[] = [];

afterEach(async () => {
  await Promise.all(running.map((other) => other.stop()));
  running = [];
});

async function start(kind: Kind, count: number): Promise<[OtherProcess, ...OtherProcess[]]> {
  const others = await Promise.all(
    Array.from({ length: count }, () => OtherProcess.start(kind, ...kinds[kind])),
  );
  running.push(...others);
  const [first, ...rest] = others;
  return [first as OtherProcess, ...rest];
}

/** Waits until each of `others` reads `value`. */
async function isSeen(others: readonly OtherProcess[], key: string, value: unknown): Promise<void> {
  for (const other of others) {
    await expect.poll(() => other.call("get", key), { timeout: SEEN_MS, interval: 20 }).toBe(value);
  }
}

describe.each(all)("over %s", (kind) => {
  it("a change by one process reaches the copies of all", async () => {
    const [one, ...others] = await start(kind, 3);
    const changes: readonly (readonly [change: string, args: unknown[], value: unknown])[] = [
      ["set", ["key", 1], 1],
      ["incr", ["key"], 2],
      ["setMany", [{ key: 5 }], 5],
      ["delete", ["key"], undefined],
      ["add", ["key", 6], 6],
      ["deleteMany", [["key"]], undefined],
      ["set", ["key", 7, { tags: ["tag"] }], 7],
      ["invalidateTags", [["tag"]], undefined],
      ["set", ["key", 8], 8],
      ["clear", [], undefined],
      ["set", ["key", 9, 60], 9],
      ["touch", ["key", 0], undefined],
    ];
    for (const [change, args, value] of changes) {
      await one.call(change, ...args);
      expect(await one.call("get", "key"), `${change} in the process that made it`).toBe(value);
      await isSeen(others, "key", value);
    }
  });

  it("a value that all miss at once is made once", async () => {
    const others = await start(kind, 3);
    const folder = await mkdtemp(join(tmpdir(), "cullet-tiers-"));
    const file = join(folder, "made");
    for (const round of [1, 2]) {
      const made = others.flatMap((other) =>
        Array.from({ length: 50 }, () => other.call("make", "made", file)),
      );
      expect(new Set(await Promise.all(made)).size).toBe(1);
      expect(await readFile(file, "utf8")).toBe("made\n".repeat(round));
      await others[0].call("delete", "made");
      await isSeen(others, "made", undefined);
    }
    await rm(folder, { recursive: true });
  });

  it("an entry is added once, whatever there are copies of", async () => {
    const others = await start(kind, 3);
    for (let time = 0; time < 5; time += 1) {
      const added = await Promise.all(others.map((other) => other.call("add", `key-${time}`, "mine")));
      expect(added.filter(Boolean)).toEqual([true]);
    }
  });
});

describe.each(told)("over %s", (kind) => {
  it("nothing old is left when all is quiet after many changes at once", async () => {
    const others = await start(kind, 3);
    const keys = ["a", "b", "c"];
    const rounds = Array.from({ length: 150 }, (_, round) => round);
    await Promise.all(
      others.map(async (other, number) => {
        for (const round of rounds) {
          const key = keys[(round + number) % keys.length] as string;
          await Promise.all([
            other.call("set", key, `${number}-${round}`),
            ...keys.map((key) => other.call("get", key)),
            other.call("get", key),
          ]);
        }
      }),
    );
    // One that was not there has no copies.
    const [fresh] = await start(kind, 1);
    for (const key of keys) await isSeen(others, key, await fresh.call("get", key));
  });

  it("the end of one process leaves the others as they were", async () => {
    const [one, two, three] = await start(kind, 3);
    await one.call("set", "key", 1);
    await isSeen([one, two as OtherProcess, three as OtherProcess], "key", 1);
    const exited = once(one.child, "exit");
    one.child.kill("SIGKILL");
    await exited;
    await two?.call("set", "key", 2);
    await isSeen([two as OtherProcess, three as OtherProcess], "key", 2);
  });
});

describe("over redis", () => {
  it("copies save the way to the server", async () => {
    const [one] = await start("redis", 1);
    await one.call("set", "hot", "value");
    await expect.poll(() => commandsFor(one)).toBe(0);
  });

  it("a connection that is killed under those who listen lets nobody read what is old", async () => {
    const [one, ...others] = await start("redis", 3);
    for (let round = 0; round < 10; round += 1) {
      await one.call("set", "key", round);
      await isSeen(others, "key", round);
      await redis.command("CLIENT", "KILL", "TYPE", "pubsub");
      await one.call("set", "key", `${round} again`);
      await isSeen(others, "key", `${round} again`);
    }
  });
});

describe("a process that closed its cache ends by itself", () => {
  it.each(["answers", "hangs", "is not there"])("where the server %s", async (state) => {
    const [redisProxy, postgresProxy] = await Promise.all(
      [redis, postgres].map((target) => startFaultProxy({ target })),
    );
    for (const proxy of [redisProxy, postgresProxy]) {
      if (state === "hangs") proxy?.blackhole();
      if (state === "is not there") await proxy?.refuse();
    }
    const database = postgres.url.replace(/@[^/]*/, `@${postgresProxy?.host}:${postgresProxy?.port}`);
    for (const args of [[`redis://${redisProxy?.host}:${redisProxy?.port}`], [database, database]]) {
      const child = fork(CLOSE, args, { timeout: END_MS });
      expect(await once(child, "exit")).toEqual([0, null]);
    }
    await Promise.all([redisProxy?.close(), postgresProxy?.close()]);
  });
});

/** Returns how many commands the server was sent while a process read one key a hundred times. */
async function commandsFor(other: OtherProcess): Promise<number> {
  const before = await commandCount();
  for (let time = 0; time < 100; time += 1) await other.call("get", "hot");
  return (await commandCount()) - before;
}

async function commandCount(): Promise<number> {
  const info = String(await redis.command("INFO", "commandstats"));
  return Number(/cmdstat_mget:calls=(\d+)/.exec(info)?.[1] ?? 0);
}
