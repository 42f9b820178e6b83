import { type Cache, createCache } from "@cullet/core";
import type { RedisServer } from "@cullet/test-servers";
import { Redis as Redis6 } from "ioredis";
import * as ioredis5 from "ioredis5";
import { expect } from "vitest";
import type { Driver } from "../src/driver.js";
import { RedisBackend, redis } from "../src/index.js";
import { parseLocation } from "../src/location.js";
import { openServers } from "../src/open-servers.js";

/** How long a call may take under a fault: its operation timeout, and what a busy machine adds. */
const BOUND_MS = 1_500;

/** How soon a server that is back is used again. */
const BACK_MS = 3_000;

/** The major releases of ioredis, by what each exports. */
export const drivers: Readonly<Record<string, Driver>> = {
  "ioredis 5": ioredis5 as unknown as Driver,
  "ioredis 6": await import("ioredis"),
};

/** Clients of an application, of both major releases, with the settings that the README asks for. */
export const clients = {
  "ioredis 5": (url: string) => new ioredis5.Redis(url, { autoResendUnfulfilledCommands: false }),
  "ioredis 6": (url: string) => new Redis6(url, { autoResendUnfulfilledCommands: false }),
};

/** Makes a backend over a driver of this release. */
export function backendOver(driver: Driver, location: string, timeoutMs = 1_000): RedisBackend {
  const access = {
    location: parseLocation([location], "cache.location"),
    tls: undefined,
    sentinelUsername: undefined,
    sentinelPassword: undefined,
    timeoutMs,
  };
  return new RedisBackend(openServers(access, async () => driver));
}

/** Makes a cache over a server, or what stands before it. */
export function cacheOf({ host, port }: Pick<RedisServer, "host" | "port">): Cache {
  return createCache({ backend: redis, location: `redis://${host}:${port}/0` });
}

/** Returns the keys that a cache lists. */
export async function listed(cache: Cache): Promise<string[]> {
  const keys = [];
  for await (const key of cache.keys()) keys.push(key);
  return keys.toSorted();
}

/** Waits until `replica` has all that `primary` has now. */
export async function isInStep(primary: RedisServer, replica: RedisServer): Promise<void> {
  const wanted = await offsetOf(primary);
  await expect.poll(() => offsetOf(replica), { timeout: 10_000 }).toBeGreaterThanOrEqual(wanted);
}

/** Returns the error that `call` ends with, and checks that it ends in time. */
export async function failureOf(call: () => Promise<unknown>): Promise<Error & { indeterminate?: boolean }> {
  const startedAt = performance.now();
  const error = await call().then(
    (value) => expect.fail(`it should have failed, and returned ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}

/** Calls until it succeeds, and checks that this is soon enough. */
export async function soon<T>(call: () => Promise<T>): Promise<T> {
  const until = performance.now() + BACK_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Returns how much of the stream of changes a server has; `NaN` for a replica that has lost its primary. */
async function offsetOf(server: RedisServer): Promise<number> {
  const info = String(await server.command("INFO", "replication"));
  const isCutOff = info.includes("master_link_status:down");
  return isCutOff ? Number.NaN : Number(/^(?:master|slave)_repl_offset:(\d+)/m.exec(info)?.[1]);
}
