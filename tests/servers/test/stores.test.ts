import { createConnection } from "mysql2/promise";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startMariaDb, startMemcached, startPostgres } from "../src/index.js";
import { isOpen, talk } from "./answers.js";
import { waysToTest } from "./ways.js";

async function queryPostgres(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function queryMariaDb(url: string, sql: string): Promise<unknown> {
  const connection = await createConnection(url);
  try {
    return (await connection.query(sql))[0];
  } finally {
    await connection.end();
  }
}

describe.each(await waysToTest())("memcached and databases, %s", (way) => {
  beforeEach(() => {
    vi.stubEnv("CULLET_TEST_SERVERS", way);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("memcached servers are as many as were asked for, each by itself", async () => {
    await using group = await startMemcached(2, { args: ["-m", "8"] });
    const [first, second] = group.servers;
    if (!first || !second) throw new Error("there are not two servers");
    expect(group.url).toBe(`memcached://127.0.0.1:${first.port};127.0.0.1:${second.port}/`);
    expect(await talk(first, "stats settings\r\n", (answer) => answer.endsWith("END\r\n"))).toContain(
      "maxbytes 8388608",
    );

    await first.kill();
    expect(await isOpen(first)).toBe(false);
    expect(await talk(second, "version\r\n")).toMatch(/^VERSION/);

    await first.restart();
    expect(await talk(first, "version\r\n")).toMatch(/^VERSION/);
  });

  it("PostgreSQL asks for the password, hangs when paused, and keeps what it has over a kill", async () => {
    await using server = await startPostgres({ own: true });
    await queryPostgres(server.url, "CREATE TABLE numbers AS SELECT 1 AS number");
    const wrong = server.url.replace(":cullet@", ":wrong@");
    await expect(queryPostgres(wrong, "SELECT 1")).rejects.toThrow("password authentication failed");

    const client = new pg.Client({ connectionString: server.url });
    client.on("error", () => {});
    await client.connect();
    await server.pause();
    let answered = false;
    const answer = client.query("SELECT 1").then(() => {
      answered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answered).toBe(false);
    await server.resume();
    await answer;

    await client.query("INSERT INTO numbers VALUES (2)");
    await server.kill();
    expect(await isOpen(server)).toBe(false);
    await server.restart();
    expect(await queryPostgres(server.url, "SELECT number FROM numbers ORDER BY number")).toEqual([
      { number: 1 },
      { number: 2 },
    ]);
  });

  it("MariaDB asks for the password, and keeps what it has over a kill", async () => {
    await using server = await startMariaDb({ own: true });
    await queryMariaDb(server.url, "CREATE TABLE numbers AS SELECT 1 AS number");
    const wrong = server.url.replace(":cullet@", ":wrong@");
    await expect(queryMariaDb(wrong, "SELECT 1")).rejects.toThrow("Access denied");

    await queryMariaDb(server.url, "INSERT INTO numbers VALUES (2)");
    await server.kill();
    expect(await isOpen(server)).toBe(false);
    await server.restart();
    expect(await queryMariaDb(server.url, "SELECT number FROM numbers ORDER BY number")).toEqual([
      { number: 1 },
      { number: 2 },
    ]);
  });
});
