import { type Cache, createCache } from "@cullet/core";
import type { RedisServer } from "@cullet/test-servers";
import { Redis as Redis6 } from "ioredis";
import * as ioredis5 from "ioredis5";
import { expect } from "vitest";
import type { Driver } from "../src/driver.js";
import { RedisBackend, redis } from "../src/index.js";
import { parseLocation } from "../src/location.js";
import { openServers } from "../src/open-servers.js";

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

/** Returns how much of the stream of changes a server has; `NaN` for a replica that has lost its primary. */
async function offsetOf(server: RedisServer): Promise<number> {
  const info = String(await server.command("INFO", "replication"));
  const isCutOff = info.includes("master_link_status:down");
  return isCutOff ? Number.NaN : Number(/^(?:master|slave)_repl_offset:(\d+)/m.exec(info)?.[1]);
}
