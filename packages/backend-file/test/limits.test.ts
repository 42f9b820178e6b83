import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BackendError } from "@cullet/core";
import { afterAll, describe, expect, it } from "vitest";
import { file } from "../src/index.js";
import { bytes, newDirectory, removeDirectories, run, runInShell, runThrough } from "./helpers.js";

const LONG = 60_000;
const isRoot = process.getuid?.() === 0;
const unshare = isRoot ? ["unshare", "--mount"] : ["unshare", "--user", "--map-root-user", "--mount"];
const canMount =
  spawnSync(unshare[0] as string, [...unshare.slice(1), "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;

afterAll(removeDirectories);

function runOnTmpfs(size: string, location: string, bytes: number): Promise<unknown> {
  const mounting = `mount -t tmpfs -o ${size} none "$2" && exec "$0" "$@"`;
  return runThrough([...unshare, "bash", "-c", mounting], location, "fill", bytes);
}

describe("files and directories", () => {
  it.each(["0", "22", "777"])("are the owner's alone under umask %s", async (umask) => {
    const top = newDirectory();
    const location = join(top, "a", "b");
    expect(await run(location, "set", "key", 10, umask)).toEqual([10, 2]);
    expect(await run(location, "set", "long", 2_000_000, umask)).toEqual([2_000_000, 2]);
    for (const directory of [join(top, "a"), location]) expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(location)) expect(statSync(join(location, name)).mode & 0o777).toBe(0o600);
  });
});

describe("a full disk", () => {
  const whatStands = { old: [100, 1], sum: 2, touched: true, deleted: true, leftovers: [] };

  it.skipIf(!canMount)("leaves what was stored, and says so", { timeout: LONG }, async () => {
    const location = newDirectory();
    const said = await runOnTmpfs("size=1m", location, 20_000);
    expect(said).toMatchObject({ ...whatStands, error: { code: "CULLET_BACKEND", cause: "ENOSPC" } });
    expect(said).toMatchObject({
      error: {
        message: expect.stringContaining(
          `${JSON.stringify(location)} failed: ENOSPC: no space left on device`,
        ),
      },
      again: { message: expect.stringContaining("what was stored before stands"), cause: "ENOSPC" },
    });
  });

  it.skipIf(!canMount)(
    "of which the inodes are used up leaves what was stored",
    { timeout: LONG },
    async () => {
      const location = newDirectory();
      const said = await runOnTmpfs("nr_inodes=40", location, 10);
      const error = { code: "CULLET_BACKEND", cause: "ENOSPC" };
      expect(said).toMatchObject({ error, change: error, old: [100, 1], deleted: true, leftovers: [] });
    },
  );

  it("or a limit on the length of files leaves what was stored", { timeout: LONG }, async () => {
    const said = await runInShell("ulimit -f 64", newDirectory(), "fill", 100_000);
    expect(said).toMatchObject({
      old: [100, 1],
      sum: 2,
      touched: true,
      leftovers: [],
      error: { code: "CULLET_BACKEND", cause: "EFBIG" },
      again: { message: expect.stringContaining("what was stored before stands"), cause: "EFBIG" },
    });
  });
});

describe("a directory without rights", () => {
  it("is named in the error of each operation that needs them", { timeout: LONG }, async () => {
    const location = newDirectory();
    await run(location, "set", "a", 1);
    chmodSync(location, 0);
    const said = await run(location, "all");
    const error = {
      name: "BackendError",
      code: "CULLET_BACKEND",
      cause: "EACCES",
      message: expect.stringContaining(
        `the file cache in ${JSON.stringify(location)} failed: EACCES: permission denied`,
      ),
    };
    expect(said).toMatchObject({
      connect: error,
      get: error,
      set: error,
      add: error,
      incr: error,
      delete: error,
      clear: error,
    });
    chmodSync(location, 0o700);
  });

  it("that is a file is named in the error", async () => {
    const location = join(newDirectory(), "file");
    writeFileSync(location, "");
    const backend = file({ location });
    const message = `the file cache in ${JSON.stringify(location)} failed: ENOTDIR: not a directory`;
    expect(() => backend.get("key")).toThrow(message);
    expect(() => backend.set("key", 1, null)).toThrow(message);
    await expect(backend.incr("key", 1)).rejects.toThrow(message);
    expect(() => backend.get("key")).toThrow(BackendError);
  });
});

describe("a process without file descriptors left", () => {
  it("gets errors, and works again when there are some", { timeout: LONG }, async () => {
    const said = await runInShell("ulimit -n 64", newDirectory(), "descriptors");
    const error = { code: "CULLET_BACKEND", cause: "EMFILE" };
    expect(said).toMatchObject({
      full: "EMFILE",
      errors: [error, error, error],
      healed: [1, 2, 2],
      calls: 1000,
    });
  });
});

describe("a directory that is deleted while it is used", () => {
  it("is made again by the next write", async () => {
    const location = join(newDirectory(), "a");
    const backend = file({ location, options: { maxEntries: 30 } });
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 49; i++) await backend.set(`key ${i}`, i, null);
      await backend.set("long", bytes(2_000_000), null);
      await backend.close();
      expect(await backend.get("key 48")).toBe(48);
      rmSync(location, { recursive: true });
      expect(await backend.get("key 48")).toBeUndefined();
      expect(await backend.delete("key 48")).toBe(false);
      await backend.clear("");
      await expect(backend.incr("key 48", 1)).rejects.toThrow("there is none");
    }
    await backend.add("key", 1, null);
    expect(await backend.incr("key", 1)).toBe(2);
    await backend.close();
  });

  it("or emptied keeps its count", async () => {
    const location = newDirectory();
    const backend = file({ location, options: { maxEntries: 30 } });
    for (let i = 0; i < 25; i++) await backend.set(`old ${i}`, i, null);
    rmSync(location, { recursive: true });
    mkdirSync(location);
    for (let i = 0; i < 30; i++) await backend.set(`key ${i}`, i, null);
    expect((await backend.getMany(Array.from({ length: 30 }, (_, i) => `key ${i}`))).size).toBe(30);
    await backend.close();
  });
});

describe("2,000 calls at once", () => {
  it("lose nothing", { timeout: LONG }, async () => {
    const backend = file({ location: newDirectory(), options: { maxEntries: 5000 } });
    const numbers = Array.from({ length: 2000 }, (_, i) => i);
    await Promise.all(numbers.map(async (i) => backend.set(`key ${i}`, i, null)));
    expect(await Promise.all(numbers.map(async (i) => backend.get(`key ${i}`)))).toEqual(numbers);
    await backend.set("n", 0, null);
    expect((await Promise.all(numbers.map(() => backend.incr("n", 1)))).at(-1)).toBe(2000);
    const long = numbers.slice(0, 40).map(async (i) => backend.set("long", bytes(1_500_000, i), null));
    await Promise.all(long);
    const got = await backend.get("long");
    expect(got instanceof Uint8Array && got.every((byte) => byte === got[0])).toBe(true);
    await backend.close();
  });

  it("never leave more entries than the limit", { timeout: LONG }, async () => {
    const backend = file({ location: newDirectory(), options: { maxEntries: 50 } });
    await Promise.all(Array.from({ length: 2000 }, async (_, i) => backend.set(`key ${i}`, i, null)));
    let count = 0;
    for await (const _key of backend.keys("")) count++;
    expect(count).toBeLessThanOrEqual(50);
    expect(count).toBeGreaterThan(30);
    await backend.close();
  });
});
