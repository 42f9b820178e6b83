import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "@cullet/test-servers";
import { afterAll, describe, expect, it } from "vitest";

const PROGRAM = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const postgres = await startPostgres();
const directory = mkdtempSync(join(tmpdir(), "cullet-cli-"));

// The adapters are resolved from the application, which has them installed.
symlinkSync(fileURLToPath(new URL("../node_modules", import.meta.url)), join(directory, "node_modules"));
writeFileSync(
  join(directory, "cullet.config.js"),
  `export default {
    default: "sqlite://${directory}/default.db",
    hot: { backend: "db", location: "hot", options: { database: "sqlite://${directory}/hot.db" } },
    files: "file://${directory}/files",
  };`,
);
writeFileSync(join(directory, "package.json"), '{ "type": "module" }');

afterAll(async () => {
  rmSync(directory, { recursive: true });
  await postgres.stop();
});

/** Runs the command line in the directory of an application, and returns what it printed, and its code. */
function cullet(...args: string[]): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { cwd: directory }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, out: stdout.trim(), err: stderr.trim() }),
    );
  });
}

describe("cullet create-table", () => {
  it("makes the table of the default cache, and says so when it exists", async () => {
    expect(await cullet("create-table")).toEqual({ code: 0, out: "The table was created.", err: "" });
    expect(await cullet("create-table")).toEqual({ code: 0, out: "The table exists.", err: "" });
    expect(await cullet("create-table", "other", "--json")).toMatchObject({
      code: 0,
      out: '{"created":true}',
    });
    expect(await cullet("create-table", "other", "--json")).toMatchObject({
      code: 0,
      out: '{"created":false}',
    });
  });

  it("makes that of an alias, or of a URI", async () => {
    expect((await cullet("create-table", "--cache", "hot")).out).toBe("The table was created.");
    expect((await cullet("create-table", "named", "--cache", "hot")).out).toBe("The table was created.");
    const uri = `${postgres.url}?table=cli_test`;
    await cullet("create-table", "--cache", uri);
    expect((await cullet("create-table", "--cache", uri)).out).toBe("The table exists.");
  });

  it("prints the SQL and touches nothing for --dry-run", async () => {
    const uri = `sqlite://${directory}/dry.db?table=cache`;
    const sql = `CREATE TABLE IF NOT EXISTS "my cache" (cache_key TEXT PRIMARY KEY NOT NULL, value NOT NULL, expires INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS "my cache_expires" ON "my cache" (expires);`;
    expect(await cullet("create-table", "my cache", "--cache", uri, "--dry-run")).toEqual({
      code: 0,
      out: sql,
      err: "",
    });
    const { out } = await cullet("create-table", "my cache", "--cache", uri, "--dry-run", "--json");
    expect(JSON.parse(out)).toEqual({ sql });
    expect(existsSync(join(directory, "dry.db"))).toBe(false);
  });

  it.each([
    [["--cache", "files"], "cullet: FileBackend keeps no table; --cache must name one that does"],
    [
      ["--cache", "cold"],
      `cullet: ${directory}/cullet.config.js has no cache "cold"; it has default, hot, files`,
    ],
    [["a.b.c"], "cullet: cache.options.table must be the name of a table"],
    [["--cache", "nothing://x"], "cullet: cache.backend"],
    [
      ["--cache", "mysql://user:hunter2@127.0.0.1:1/app"],
      "cullet: mysql://127.0.0.1:1/app cannot be reached: ",
    ],
  ])("ends with 1 and a reason for %j", async (args, message) => {
    const { code, out, err } = await cullet("create-table", ...args);
    expect({ code, out, err: err.slice(0, message.length) }).toEqual({ code: 1, out: "", err: message });
    expect(err).not.toContain("hunter2");
    const json = await cullet("create-table", ...args, "--json");
    expect(JSON.parse(json.out).error).toMatchObject({ message: err.replace(/^cullet: /, "") });
  });

  it.each([[["drop-table"]], [["create-table", "--nonsense"]], [["create-table", "a", "b"]]])(
    "ends with 2 and the usage for %j",
    async (args) => {
      const { code, err } = await cullet(...args);
      expect(code).toBe(2);
      expect(err).toMatch(/^cullet: .*Usage:.*cullet create-table \[table\]/s);
    },
  );

  it("prints the usage when asked to", async () => {
    expect(await cullet("--help")).toMatchObject({
      code: 0,
      out: expect.stringContaining("Usage:"),
      err: "",
    });
    expect(await cullet("create-table", "--help")).toMatchObject({ code: 0, err: "" });
  });
});
