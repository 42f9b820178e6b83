import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  type RedisServer,
  startFaultProxy,
  startRedis,
  startRedisCluster,
  startRedisWithReplica,
  startSentinel,
} from "@cullet/test-servers";
import { afterAll, describe, expect, it } from "vitest";

const CHILD = fileURLToPath(new URL("programs/child.js", import.meta.url));
const PROCESSES = 4;
const TIMES = 200;
/** More than a process takes to start, to wait for each of two calls and to end. */
const END_MS = 8_000;

const server = await startRedis({ own: true });

afterAll(() => server.stop());

describe(`${PROCESSES} processes with ${TIMES} calls at once`, () => {
  it("count to the sum, and get each number once", async () => {
    await server.command("SET", ":1:counter", "0");
    const sums = (await inEach("incr", "counter")).flat() as number[];
    expect(sums.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: PROCESSES * TIMES }, (_, n) => n + 1),
    );
  });

  it("add a key once", async () => {
    expect((await inEach("add", "key")).toSorted()).toEqual([0, 0, 0, 1]);
  });
});

describe("a process that closed its cache ends by itself", () => {
  it.each(["redis", "replica", "sentinel", "cluster"] as const)("over a %s that answers", async (kind) => {
    const store = await stores[kind]();
    try {
      expect(await run("close", store.url)).toEqual(expect.arrayContaining(["stored"]));
    } finally {
      await store.stop();
    }
  });

  const shapes = {
    redis: (place: string) => `redis://${place}`,
    replica: (place: string) => `redis://${place};${place}`,
    sentinel: (place: string) => `redis+sentinel://${place}/mymaster`,
    cluster: (place: string) => `redis+cluster://${place}`,
  };

  it.each(Object.entries(shapes))("over a %s that is not there", async (_kind, shape) => {
    await using proxy = await startFaultProxy({ target: server });
    await proxy.refuse();
    const [, second] = (await run("close", shape(`${proxy.host}:${proxy.port}`))) as unknown[];
    expect(second).toBe("CULLET_BACKEND");
  });

  it.each(Object.entries(shapes))("over a %s that hangs", async (_kind, shape) => {
    await using proxy = await startFaultProxy({ target: server });
    proxy.blackhole();
    const [, second] = (await run("close", shape(`${proxy.host}:${proxy.port}`))) as unknown[];
    expect(second).toMatch(/^CULLET_BACKEND/);
  });
});

const stores = {
  redis: () => startRedis({ own: true }),
  replica: () => startRedisWithReplica({ own: true }),
  sentinel: () => startSentinel({ own: true }),
  cluster: () => startRedisCluster({ own: true }),
} satisfies Record<string, () => Promise<Pick<RedisServer, "url" | "stop">>>;

function inEach(what: string, key: string): Promise<unknown[]> {
  return Promise.all(Array.from({ length: PROCESSES }, () => run(what, server.url, key, String(TIMES))));
}

/** Runs one of the programs to its end, which must come by itself, and returns what it says. */
async function run(...args: string[]): Promise<unknown> {
  const child = spawn(process.execPath, [CHILD, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: END_MS,
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  expect(await once(child, "close")).toEqual([0, null]);
  return JSON.parse(output);
}
