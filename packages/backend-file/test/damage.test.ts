import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createCache, DAMAGED_PAYLOAD } from "@cullet/core";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type FileBackend, file } from "../src/index.js";
import { bytes, newDirectory, pathOf, removeDirectories } from "./helpers.js";

let location: string;
let backend: FileBackend;
let path: string;

beforeEach(() => {
  location = newDirectory();
  backend = file({ location });
  path = pathOf(location, "key");
});

afterAll(removeDirectories);

describe("a damaged entry", () => {
  it("is a miss and goes away, wherever it was cut off", async () => {
    await backend.set("key", bytes(40), null);
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      expect([length, await backend.get("key"), existsSync(path)]).toEqual([length, DAMAGED_PAYLOAD, false]);
    }
  });

  it("is a miss and goes away, whichever bit has changed", async () => {
    for (const payload of [bytes(5), 41]) {
      await backend.set("key", payload, 60_000);
      const whole = readFileSync(path);
      for (let bit = 0; bit < whole.length * 8; bit++) {
        const damaged = Buffer.from(whole);
        damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        writeFileSync(path, damaged);
        expect([bit, await backend.get("key"), existsSync(path)]).toEqual([bit, DAMAGED_PAYLOAD, false]);
      }
    }
  });

  it("is a miss and goes away, with something behind its end", async () => {
    await backend.set("key", bytes(5), null);
    writeFileSync(path, Buffer.concat([readFileSync(path), bytes(1)]));
    expect([await backend.get("key"), existsSync(path)]).toEqual([DAMAGED_PAYLOAD, false]);
  });

  it.each([100_000, 3_000_000])("is a miss and goes away, with %i bytes", async (length) => {
    await backend.set("key", bytes(length), null);
    const whole = readFileSync(path);
    whole[length - 1000] = 1;
    writeFileSync(path, whole);
    expect([await backend.get("key"), existsSync(path)]).toEqual([DAMAGED_PAYLOAD, false]);

    await backend.set("key", bytes(length), null);
    truncateSync(path, length - 1);
    expect([await backend.has("key"), existsSync(path)]).toEqual([false, false]);
  });

  it("is counted as one that cannot be decoded", async () => {
    const cache = createCache({ backend: file, location });
    await cache.set("key", "V".repeat(5_000));
    truncateSync(pathOf(location, ":1:key"), 100);
    expect([await cache.get("key"), cache.stats().undecodable]).toEqual([undefined, 1]);
    expect([await cache.get("key"), cache.stats().undecodable]).toEqual([undefined, 1]);
  });

  it("does not keep a new one out, also where only reading all of it shows the damage", async () => {
    await backend.set("key", bytes(200_000), null);
    const whole = readFileSync(path);
    whole[199_000] = 1;
    writeFileSync(path, whole);
    expect(await backend.add("key", 1, null)).toBe(true);
    expect(await backend.get("key")).toBe(1);
  });

  it("is a miss for each operation", async () => {
    const operations: [unknown, () => unknown][] = [
      [false, () => backend.has("key")],
      [false, () => backend.delete("key")],
      [false, () => backend.touch("key", null)],
      [undefined, () => backend.ttl("key")],
      [true, () => backend.add("key", bytes(1), null)],
    ];
    for (const [expected, operation] of operations) {
      writeFileSync(path, "not an entry");
      expect(await operation()).toBe(expected);
    }
    expect(await backend.get("key")).toEqual(bytes(1));
    writeFileSync(path, "not an entry");
    await expect(backend.incr("key", 1)).rejects.toThrow('incr needs an entry at "key"; there is none');
  });

  it("is a miss under another key's name", async () => {
    await backend.set("other", bytes(5), null);
    renameSync(pathOf(location, "other"), path);
    expect([await backend.get("key"), existsSync(path)]).toEqual([DAMAGED_PAYLOAD, false]);
  });
});

describe("in the place of an entry", () => {
  const operations: [string, unknown, () => unknown][] = [
    ["get", undefined, () => backend.get("key")],
    ["has", false, () => backend.has("key")],
    ["touch", false, () => backend.touch("key", null)],
    ["delete", false, () => backend.delete("key")],
    ["getMany", new Map(), () => backend.getMany(["key"])],
    ["clear", undefined, () => backend.clear("")],
  ];

  it.each(operations)("a link is not followed by %s", async (_name, expected, operation) => {
    await backend.set("other", bytes(5), null);
    const target = join(location, "target");
    renameSync(pathOf(location, "other"), target);
    const before = readFileSync(target);
    symlinkSync(target, path);
    expect(await operation()).toEqual(expected);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(target)).toEqual(before);
  });

  it.each(operations)("a pipe is not waited for by %s", async (_name, expected, operation) => {
    execFileSync("mkfifo", [path]);
    expect(await operation()).toEqual(expected);
    expect(statSync(path).isFIFO()).toBe(true);
  });

  it.each(operations)("a directory stands %s", async (_name, expected, operation) => {
    mkdirSync(path);
    expect(await operation()).toEqual(expected);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it("a link gives way to an entry, and what it led to stays", async () => {
    const target = join(location, "target");
    writeFileSync(target, "mine");
    symlinkSync(target, path);
    await backend.set("key", 1, null);
    expect(await backend.get("key")).toBe(1);
    expect(readFileSync(target, "utf8")).toBe("mine");
  });

  it("a pipe gives way to an entry", async () => {
    execFileSync("mkfifo", [path]);
    await backend.set("key", 1, null);
    expect(await backend.get("key")).toBe(1);
  });

  it("a directory keeps an entry from being stored, which the error says", async () => {
    mkdirSync(path);
    expect(() => backend.set("key", 1, null)).toThrow(
      `the file cache in ${JSON.stringify(location)} failed: EISDIR: illegal operation on a directory`,
    );
    await expect(backend.add("key", 1, null)).rejects.toThrow("EISDIR");
  });
});
