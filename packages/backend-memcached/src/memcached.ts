import type { ConnectionOptions } from "node:tls";
import { fillBackendConfig, option, type PartialBackendConfig, readOptions } from "@cullet/core";
import { parseLocation } from "./location.js";
import { MemcachedBackend } from "./memcached-backend.js";
import type { MemcachedOptions } from "./memcached-options.js";
import { Server } from "./server.js";
import { Servers } from "./servers.js";

const readers = {
  username: option.text(),
  password: option.text(),
  tls: option.custom({
    expected: "true, false, or an object of TLS options",
    accepts: isTls,
    parse: (text) => (text === "true" || text === "false" ? text === "true" : undefined),
  }),
};

/**
 * Makes a backend over one memcached server, or over several that share the keys. It connects when it is first used.
 *
 * @throws InvalidConfigError naming the setting that is wrong.
 */
export function memcached(config: PartialBackendConfig<MemcachedOptions> = {}): MemcachedBackend {
  const { path, servers: places, operationTimeoutMs: timeoutMs } = fillBackendConfig(config);
  const { username, password, tls } = readOptions(config, readers);
  const servers = parseLocation(places, `${path}.location`).map(
    (place) =>
      new Server({
        address: place.address,
        login: loginOf({ username: username ?? place.username, password: password ?? place.password }),
        tls: tls === true ? {} : tls || undefined,
        timeoutMs,
      }),
  );
  return new MemcachedBackend(new Servers(servers));
}

function loginOf({ username, password }: Pick<MemcachedOptions, "username" | "password">) {
  if (username === undefined && password === undefined) return undefined;
  return { username: username ?? "", password: password ?? "" };
}

function isTls(value: unknown): value is boolean | ConnectionOptions {
  return typeof value === "boolean" || (typeof value === "object" && value !== null && !Array.isArray(value));
}
