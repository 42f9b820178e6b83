import { afterEach, describe, expect, it, vi } from "vitest";
import { InvalidKeyError, UnsupportedError } from "../src/errors.js";
import type { KeySpace, KeySpaceSettings } from "../src/key.js";

/** A key space of a fresh module, which has not warned yet. */
async function keySpace(settings: Partial<KeySpaceSettings> = {}): Promise<KeySpace> {
  vi.resetModules();
  const { KeySpace } = await import("../src/key.js");
  return new KeySpace({ keyPrefix: "", version: 1, keyFunction: undefined, ...settings });
}

describe("a stored key", () => {
  it("is prefix, version and key", async () => {
    expect((await keySpace()).stored("k", undefined, false)).toBe(":1:k");
    expect((await keySpace({ keyPrefix: "app", version: 2 })).stored("k", undefined, false)).toBe("app:2:k");
    expect((await keySpace({ keyPrefix: "app" })).stored("k", 7, false)).toBe("app:7:k");
  });

  it("is the same each time, however many others were asked for", async () => {
    const keys = await keySpace();
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < 5_000; n += 1) expect(keys.stored(`k${n}`, undefined, false)).toBe(`:1:k${n}`);
    }
  });

  it("nests prefixes", async () => {
    const keys = (await keySpace({ keyPrefix: "app" })).withPrefix("users").withVersion(3);
    expect(keys.stored("k", undefined, false)).toBe("app:users:3:k");
    expect((await keySpace()).withPrefix("users").stored("k", undefined, false)).toBe("users:1:k");
  });

  it("is what keyFunction makes of it", async () => {
    const keys = await keySpace({
      keyPrefix: "p",
      keyFunction: (key, prefix, version) => `${version}/${prefix}/${key}`,
    });
    expect(keys.stored("k", undefined, false)).toBe("1/p/k");
    expect(() => keys.prefixOfAll("clear")).toThrow("clear cannot tell this cache's keys from others'");
    expect(() => keys.prefixOfVersion("keys")).toThrow(
      expect.objectContaining({ code: "CULLET_UNSUPPORTED" }),
    );
    expect(UnsupportedError.name).toBe("UnsupportedError");
  });
});

describe("a key that cannot be stored", () => {
  it.each([
    ["", '""'],
    ["a\0b", '"a\\u0000b"'],
    ["\ud800", '"\\ud800"'],
    [5, "5"],
    [null, "null"],
    [undefined, "undefined"],
    [{}, "an object"],
  ])("%j is an InvalidKeyError that shows it", async (key, shown) => {
    const keys = await keySpace();
    expect(() => keys.stored(key as string, undefined, false)).toThrow(
      `a key must be text that is not empty, of well-formed Unicode without NUL; got ${shown}`,
    );
  });

  it("is one that keyFunction made", async () => {
    const keys = await keySpace({ keyFunction: () => "" });
    expect(() => keys.stored("k", undefined, false)).toThrow('keyFunction must return a key for "k"; got ""');
  });

  it("shows no more than its beginning", async () => {
    const keys = await keySpace();
    expect(() => keys.stored(`${"x".repeat(10_000)}\0`, undefined, false)).toThrow(/^.{0,200}$/);
  });

  it("has a version that is no whole number", async () => {
    const keys = await keySpace();
    expect(() => keys.stored("k", 1.5, false)).toThrow(
      new TypeError("version must be a whole number; got 1.5"),
    );
    expect(() => keys.withVersion("2" as never)).toThrow(
      new TypeError('version must be a whole number; got "2"'),
    );
  });
});

describe("a key that memcached would not take", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ["a b", "has a space or a control character"],
    ["a\nb", "has a space or a control character"],
    ["\x7f", "has a space or a control character"],
    ["x".repeat(248), "is 251 bytes long, over 250"],
    ["ü".repeat(124), "is 251 bytes long, over 250"],
  ])("%j is an error where only portable keys will do", async (key, fault) => {
    const keys = await keySpace();
    expect(() => keys.stored(key, undefined, true)).toThrow(fault);
    expect(() => keys.stored(key, undefined, true)).toThrow(
      expect.objectContaining({ code: "CULLET_INVALID_KEY" }),
    );
    expect(InvalidKeyError.name).toBe("InvalidKeyError");
  });

  it("works elsewhere, and warns once a process", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const keys = await keySpace();
    expect(keys.stored("a b", undefined, false)).toBe(":1:a b");
    expect(keys.stored("c d", undefined, false)).toBe(":1:c d");
    expect(warn).toHaveBeenCalledOnce();
    expect(warn).toHaveBeenCalledWith(
      'the key ":1:a b" has a space or a control character: it works here, but would be an error on memcached',
      { code: "CULLET_PORTABLE_KEY" },
    );
  });

  it("is none of 250 bytes", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const keys = await keySpace();
    expect(keys.stored("x".repeat(247), undefined, true)).toHaveLength(250);
    expect(warn).not.toHaveBeenCalled();
  });
});
