import { join } from "node:path";
import { testFleet } from "@cullet/conformance";
import { startMariaDb, startPostgres } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDirectory, removeDirectories } from "./helpers.js";

const LONG = 60_000;

const postgres = await startPostgres();
const mariadb = await startMariaDb();
const directory = newDirectory();

afterAll(async () => {
  removeDirectories();
  await postgres.stop();
  await mariadb.stop();
});

const places = {
  SQLite: `sqlite://${join(directory, "cache.db")}`,
  PostgreSQL: postgres.url,
  MariaDB: mariadb.url,
};

for (const [name, location] of Object.entries(places)) {
  testFleet({
    name,
    processes: { cache: () => `${location}?table=fleet&max_entries=10000`, from: import.meta.url },
    runner: { describe, it: (test, body) => it(test, body, LONG), beforeAll, afterAll },
  });
}
