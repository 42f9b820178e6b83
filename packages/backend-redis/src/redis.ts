import type { ConnectionOptions } from "node:tls";
import {
  fillBackendConfig,
  InvalidConfigError,
  option,
  type PartialBackendConfig,
  readOptions,
} from "@cullet/core";
import type { ClusterClient, NodeClient } from "./client.js";
import { parseLocation, type RedisLocation } from "./location.js";
import { openServers, useClient } from "./open-servers.js";
import { RedisBackend } from "./redis-backend.js";
import type { RedisOptions } from "./redis-options.js";
import type { Servers } from "./servers.js";

const readers = {
  client: option.custom({ expected: "a client of ioredis", accepts: isClient }),
  username: option.text(),
  password: option.text(),
  db: option.integer({ min: 0 }),
  tls: option.custom({
    expected: "true, false, or an object of TLS options",
    accepts: isTls,
    parse: (text) => (text === "true" || text === "false" ? text === "true" : undefined),
  }),
  sentinelUsername: option.text(),
  sentinelPassword: option.text(),
};

/**
 * Makes a backend over Redis or Valkey: one server, a primary with replicas, Sentinel, a cluster, or a client that the
 * application has. It connects when it is first used.
 *
 * @throws InvalidConfigError naming the setting that is wrong.
 */
export function redis(config: PartialBackendConfig<RedisOptions> = {}): RedisBackend {
  return new RedisBackend(openRedis(config));
}

/** Returns the servers of a configuration, without connecting to them. */
export function openRedis(config: PartialBackendConfig<RedisOptions>): Servers {
  const { path, servers, operationTimeoutMs: timeoutMs } = fillBackendConfig(config);
  const options = readOptions(config, readers);
  if (options.client !== undefined) {
    checkClient(options.client, servers, path);
    return useClient(options.client, timeoutMs);
  }
  const { tls, sentinelUsername, sentinelPassword } = options;
  const location = withOptions(parseLocation(servers, `${path}.location`), options, path);
  return openServers({
    location,
    tls: location.tls ? (typeof tls === "object" ? tls : {}) : undefined,
    sentinelUsername,
    sentinelPassword,
    timeoutMs,
  });
}

function withOptions(location: RedisLocation, options: RedisOptions, path: string): RedisLocation {
  const { username = location.username, password = location.password, db = location.db } = options;
  if (location.kind === "cluster" && db !== 0) {
    throw new InvalidConfigError(`${path}.options.db must be 0 for a cluster, which has no other; got ${db}`);
  }
  const tls = options.tls === undefined ? location.tls : options.tls !== false;
  return { ...location, username, password, db, tls };
}

function checkClient(client: NodeClient | ClusterClient, servers: readonly string[], path: string): void {
  if (servers.length > 0) {
    throw new InvalidConfigError(`${path}.location must be left out where options.client is given`);
  }
  if (client.options.keyPrefix) {
    throw new InvalidConfigError(
      `${path}.options.client must have no keyPrefix, which would hide keys from keys and clear; use the cache's own`,
    );
  }
}

function isClient(value: unknown): value is NodeClient | ClusterClient {
  if (typeof value !== "object" || value === null) return false;
  return (
    typeof Reflect.get(value, "getBuffer") === "function" &&
    typeof Reflect.get(value, "status") === "string" &&
    typeof Reflect.get(value, "options") === "object"
  );
}

function isTls(value: unknown): value is boolean | ConnectionOptions {
  return typeof value === "boolean" || (typeof value === "object" && value !== null && !Array.isArray(value));
}
