import { urlVariable } from "./given-server.js";
import { MARIADB, MEMCACHED, POSTGRES, REDIS } from "./program.js";
import { prepareProgram } from "./way/way.js";

const PROGRAMS = { redis: REDIS, memcached: MEMCACHED, postgres: POSTGRES, mariadb: MARIADB };

export type ServerName = keyof typeof PROGRAMS;

/**
 * Gets what such servers need, unless the environment names one: for vitest's `globalSetup`, which may last the
 * minutes that an installation takes once on a new machine.
 */
export async function prepareServers(...names: readonly ServerName[]): Promise<void> {
  for (const name of names) {
    if (!process.env[urlVariable(name.toUpperCase())]) await prepareProgram(PROGRAMS[name]);
  }
}
