import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCache, parseCacheUri } from "@cullet/core";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { type DbOptions, db } from "../src/index.js";
import { newDirectory, removeDirectories } from "./helpers.js";

afterEach(() => vi.unstubAllEnvs());
afterAll(removeDirectories);

const sqlOf = (location: string, options: DbOptions = {}) => db({ location, options }).createTableSql();

describe("the table", () => {
  it("is the one of the location, of the argument or of the option, else cullet", () => {
    const database = "postgres://host/app";
    expect(sqlOf("", { database })).toContain('TABLE IF NOT EXISTS "cullet" (');
    expect(sqlOf("cache", { database })).toContain('TABLE IF NOT EXISTS "cache" (');
    expect(sqlOf("app.cache", { database })).toContain('TABLE IF NOT EXISTS "app"."cache" (');
    expect(sqlOf(`${database}?table=cache`)).toContain('TABLE IF NOT EXISTS "cache" (');
    expect(sqlOf(`${database}?table=cache`, { table: "other" })).toContain('TABLE IF NOT EXISTS "other" (');
    expect(sqlOf(database)).toContain('TABLE IF NOT EXISTS "cullet" (');
  });

  it("is quoted, whatever its name is", () => {
    expect(sqlOf("sqlite:///x.db", { table: 'a"b; DROP' })).toBe(
      `CREATE TABLE IF NOT EXISTS "a""b; DROP" (cache_key TEXT PRIMARY KEY NOT NULL, value NOT NULL, expires INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS "a""b; DROP_expires" ON "a""b; DROP" (expires);`,
    );
    expect(sqlOf("mysql://host/app", { table: "a`b" })).toContain("TABLE IF NOT EXISTS `a``b` (");
    expect(sqlOf("sqlite:///x.db", { table: "main.a" })).toContain(
      'INDEX IF NOT EXISTS "main"."a_expires" ON "a" (expires)',
    );
  });

  it.each(["a.b.c", ".a", "a.", "a\0b", "x".repeat(56)])("is not named %j", (table) => {
    expect(() => db({ location: "sqlite:///x.db", options: { table } })).toThrow(
      "cache.options.table must be the name of a table, or schema.table, each of 1 to 55 bytes without NUL",
    );
  });
});

describe("the database", () => {
  it("is the one of DATABASE_URL where nothing else names one", () => {
    vi.stubEnv("DATABASE_URL", "mysql://host/app");
    expect(sqlOf("cache")).toContain("ENGINE = InnoDB");
    expect(sqlOf("cache", { database: "sqlite:///x.db" })).not.toContain("ENGINE");
    vi.stubEnv("DATABASE_URL", "");
    expect(() => db({ location: "cache", path: "caches.hot" })).toThrow(
      "caches.hot.options.database must be the URL of the database; it is missing, and so is the variable DATABASE_URL",
    );
  });

  it.each([
    ["mongodb://user:hunter2@host/app", "must be a URL of sqlite, postgres, postgresql, mysql or mariadb"],
    ["postgres://user:hunter2@ho st/app", "must be a URL, with what is special in it percent-encoded"],
    ["sqlite://", "must name the file of the database"],
  ])("is not %s, and no password is shown", (database, message) => {
    expect(() => db({ location: "cache", options: { database } })).toThrow(message);
    expect(() => db({ location: "cache", options: { database } })).not.toThrow("hunter2");
    expect(() => db({ location: database })).toThrow(message);
  });

  it("is named once", () => {
    expect(() => db({ location: "sqlite:///x.db", options: { database: "sqlite:///y.db" } })).toThrow(
      "cache.options.database must be left out where the location is a URL",
    );
    const client = { prepare() {}, pragma() {}, close() {}, inTransaction: false, name: "x" };
    expect(() => db({ location: "sqlite:///x.db", options: { client } })).toThrow(
      "cache.location must name no database where options.client is given",
    );
    expect(() => db({ options: { client: {} as never } })).toThrow(
      "cache.options.client must be a pool or connection of pg or mysql2, or a Database of better-sqlite3; got an object",
    );
  });
});

describe("a URI", () => {
  it("may say something to the driver, also where all arguments must be known", async () => {
    for (const [scheme, argument] of [
      ["postgres", "sslmode=disable"],
      ["postgresql", "connect_timeout=5"],
      ["mysql", "charset=utf8mb4"],
      ["mariadb", "charset=utf8mb4"],
    ]) {
      const uri = `${scheme}://user@host.invalid/app?${argument}&table=cache&max_entries=5`;
      expect(parseCacheUri(uri)).toMatchObject({ backend: "db", options: { table: "cache", maxEntries: 5 } });
      await using cache = createCache({ ...parseCacheUri(uri), backend: db }, { strict: true });
      expect(await cache.get("key").catch((error: Error) => error.message)).toMatch(/ENOTFOUND|EAI_AGAIN/);
    }
  });

  it("with an unknown option in the object style is an error", () => {
    expect(() => db({ location: "sqlite:///x.db", options: { tabel: "x" } as DbOptions })).toThrow(
      "cache.options.tabel is unknown; did you mean table?",
    );
  });
});

describe("a driver that is not installed", () => {
  // The built package, in a project that has none of them.
  const project = newDirectory();
  const scope = join(project, "node_modules", "@cullet");
  const own = fileURLToPath(new URL("..", import.meta.url));
  mkdirSync(scope, { recursive: true });
  symlinkSync(join(own, "node_modules", "@cullet", "core"), join(scope, "core"));
  for (const part of ["package.json", "dist"]) {
    cpSync(join(own, part), join(scope, "backend-db", part), { recursive: true });
  }

  it.each([
    ["better-sqlite3", "sqlite:///x.db"],
    ["pg", "postgres://host/app"],
    ["mysql2", "mariadb://host/app"],
  ])("is an error that names %s", (driver, uri) => {
    const program = `import { createCache } from "@cullet/core";
      await createCache("${uri}").get("key").catch(({ code, message }) => console.log(code, message));
      process.exit();`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: project,
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    expect(printed.toString().trim()).toBe(
      `CULLET_INVALID_CONFIG cache needs the package ${driver}, which is not installed: npm install ${driver}`,
    );
  });
});
