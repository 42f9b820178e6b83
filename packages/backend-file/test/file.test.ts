import { readdirSync } from "node:fs";
import { join } from "node:path";
import { InvalidConfigError } from "@cullet/core";
import { afterAll, describe, expect, it } from "vitest";
import { file } from "../src/index.js";
import { bytes, newDirectory, removeDirectories } from "./helpers.js";

afterAll(removeDirectories);

describe("file", () => {
  it("needs a directory", () => {
    expect(() => file()).toThrow(InvalidConfigError);
    expect(() => file({ path: "caches.disk" })).toThrow(
      'caches.disk.location must be the directory to keep the entries in; got ""',
    );
  });

  it("makes the directory when it connects, or first stores", async () => {
    const location = join(newDirectory(), "a", "b");
    const backend = file({ location });
    expect(await backend.get("key")).toBeUndefined();
    expect(() => readdirSync(location)).toThrow("ENOENT");
    await backend.connect();
    expect(readdirSync(location)).toContain("added.count");
    await backend.close();
  });
});

describe("a key", () => {
  it("cannot leave the directory, nor share its file with another", async () => {
    const top = newDirectory();
    const backend = file({ location: join(top, "cache") });
    const keys = [
      "../escaped",
      "/etc/passwd",
      "a/b",
      "a\\b",
      "a",
      "A",
      "ä",
      "a\u0308",
      ".",
      "..",
      "x".repeat(100_000),
    ];
    for (const key of keys) await backend.set(key, new TextEncoder().encode(key), null);
    for (const key of keys) expect(await backend.get(key)).toEqual(new TextEncoder().encode(key));
    expect(readdirSync(top)).toEqual(["cache"]);
    const listed: string[] = [];
    for await (const key of backend.keys("")) listed.push(key);
    expect(listed.sort()).toEqual(keys.sort());
    await backend.close();
  });
});

describe("a payload", () => {
  it.each([0, 1, 65_000, 65_480, 65_536, 70_000, 1_048_576, 1_048_577, 5_000_000])(
    "of %i bytes comes back",
    async (length) => {
      const backend = file({ location: newDirectory() });
      await backend.set("key", bytes(length), null);
      const payload = await backend.get("key");
      expect(payload instanceof Uint8Array && Buffer.compare(payload, bytes(length))).toBe(0);
      expect(await backend.touch("key", 60_000)).toBe(true);
      expect(await backend.ttl("key")).toBeGreaterThan(50_000);
      expect(await backend.add("key", 1, null)).toBe(false);
      expect(await backend.delete("key")).toBe(true);
      await backend.close();
    },
  );

  it("that was got can be changed without changing the entry", async () => {
    const backend = file({ location: newDirectory() });
    await backend.set("key", bytes(10), null);
    for (let i = 0; i < 2; i++) {
      const payload = await backend.get("key");
      expect(payload).toEqual(bytes(10));
      if (payload instanceof Uint8Array) payload.fill(0);
    }
    await backend.close();
  });
});
