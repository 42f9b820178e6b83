import { join } from "node:path";
import { testBackend } from "@cullet/conformance";
import type { CullOptions } from "@cullet/core";
import { startMariaDb, startPostgres } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type DbOptions, db } from "../src/index.js";
import { newDirectory, removeDirectories } from "./helpers.js";

const postgres = await startPostgres();
const mariadb = await startMariaDb();
const directory = newDirectory();
const runner = { describe, it, beforeAll, afterAll };

afterAll(async () => {
  removeDirectories();
  await postgres.stop();
  await mariadb.stop();
});

const places = {
  SQLite: `sqlite://${join(directory, "cache.db")}?table=conformance`,
  PostgreSQL: `${postgres.url}?table=conformance`,
  MariaDB: `${mariadb.url}?table=conformance`,
};

for (const [name, location] of Object.entries(places)) {
  testBackend({
    name,
    create: (options) => emptied(location, options),
    runner,
    processes: { cache: () => location, from: import.meta.url },
  });
}

async function emptied(location: string, options: DbOptions & CullOptions = {}) {
  const backend = db({ location, options });
  await backend.clear("");
  return backend;
}
