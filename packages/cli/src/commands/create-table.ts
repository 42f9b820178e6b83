import { type Backend, createBackend, InvalidConfigError } from "@cullet/core";
import { cacheConfig, type Overrides } from "../cache-config.js";
import type { Command } from "../command.js";

/** A backend that keeps its entries in a table. */
interface TableBackend extends Backend {
  /** Makes the table: `false` where it was there. */
  createTable(): Promise<boolean>;
  /** Returns the statements that make it. */
  createTableSql(): string;
}

/** Makes the table of a cache in a database. */
export const createTable: Command = {
  usage: [
    "[table] [--cache URI|alias] [--dry-run] [--json]",
    "Makes the table of a cache in a database, unless it is there.",
    "--dry-run prints the SQL, and touches nothing.",
  ],
  options: { "dry-run": { type: "boolean", default: false } },
  mostPositionals: 1,
  async run({ positionals: [table], options }, write) {
    const overrides: Overrides = table === undefined ? {} : { table };
    const config = await cacheConfig(options.cache as string | undefined, overrides);
    const backend = await createBackend(config, { from: process.cwd() });
    try {
      if (!hasTable(backend)) {
        throw new InvalidConfigError(
          `${backend.constructor.name} keeps no table; --cache must name one that does`,
        );
      }
      const sql = backend.createTableSql();
      if (options["dry-run"] === true) {
        write(sql);
        return { sql };
      }
      const created = await backend.createTable();
      write(created ? "The table was created." : "The table exists.");
      return { created };
    } finally {
      await backend.close();
    }
  },
};

function hasTable(backend: Backend): backend is TableBackend {
  return ["createTable", "createTableSql"].every((name) => typeof Reflect.get(backend, name) === "function");
}
