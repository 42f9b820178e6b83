import { isDeepStrictEqual } from "node:util";
import { transformSync } from "esbuild";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { argumentKey } from "../src/argument-key.js";
import { cached, createCache } from "../src/index.js";
import { MapBackend } from "./map-backend.js";
import { StoreBackend } from "./store-backend.js";

describe("a cached function", () => {
  it("runs once for each list of arguments", async () => {
    const add = vi.fn((a: number, b: number) => a + b);
    const cachedAdd = cached(createCache(new MapBackend()), add, { key: "add", timeout: 60 });
    expectTypeOf(cachedAdd).parameters.toEqualTypeOf<[a: number, b: number]>();
    expectTypeOf(cachedAdd(1, 2)).toEqualTypeOf<Promise<number>>();
    expect(await cachedAdd(1, 2)).toBe(3);
    expect(await cachedAdd(1, 2)).toBe(3);
    expect(await cachedAdd(2, 2)).toBe(4);
    expect(add.mock.calls).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  it("runs once for all who call it at once, and passes on what it throws", async () => {
    const find = vi.fn(async (id: string) => {
      if (id === "none") throw new Error("no such user");
      return { id };
    });
    const cachedFind = cached(createCache(new MapBackend()), find, { key: "find" });
    expectTypeOf(cachedFind("a")).toEqualTypeOf<Promise<{ id: string }>>();
    await Promise.all(Array.from({ length: 10 }, () => cachedFind("a")));
    expect(find).toHaveBeenCalledTimes(1);
    await expect(cachedFind("none")).rejects.toThrow("no such user");
  });

  it("runs anew for arguments whose result was invalidated", async () => {
    const square = vi.fn((n: number) => n * n);
    const cachedSquare = cached(createCache(new MapBackend()), square, { key: "square", version: 2 });
    await Promise.all([cachedSquare(2), cachedSquare(3)]);
    expect(await cachedSquare.invalidate(2)).toBe(true);
    expect(await cachedSquare.invalidate(2)).toBe(false);
    await Promise.all([cachedSquare(2), cachedSquare(3)]);
    expect(square.mock.calls).toEqual([[2], [3], [2]]);
  });

  it("takes what getOrSet takes", async () => {
    const cache = createCache(new StoreBackend());
    const read = vi.fn(() => 1);
    const cachedRead = cached(cache, read, {
      key: "read",
      timeout: "1h",
      tags: ["t"],
      jitter: 0.5,
      lock: true,
    });
    await cachedRead();
    expect(await cache.ttl("read()")).toBeGreaterThan(1_799);
    await cache.invalidateTags(["t"]);
    await cachedRead();
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("is kept under a key of its own making, where that is a function", async () => {
    const cache = createCache(new MapBackend());
    const find = (user: { id: number; name: string }) => user.name;
    const cachedFind = cached(cache, find, { key: (user) => `user:${user.id}`, timeout: 60 });
    expect(await cachedFind({ id: 5, name: "five" })).toBe("five");
    expect(await cache.get("user:5")).toBe("five");
    expect(await cachedFind.invalidate({ id: 5, name: "whatever" })).toBe(true);
  });

  it("needs a name that no other function of the cache has", () => {
    const cache = createCache(new MapBackend());
    const one = () => 1;
    cached(cache, one, { key: "f" });
    cached(cache, one, { key: "f", timeout: 5 });
    expect(() => cached(cache, () => 2, { key: "f" })).toThrow(
      'key must be another name: another function of this cache is called "f"',
    );
    cached(cache.withPrefix("other"), () => 2, { key: "f" });
    cached(createCache(new MapBackend()), () => 2, { key: "f" });
  });

  it.each([
    [undefined, "cached needs options with a key; got undefined"],
    [{}, "key must be a name without a parenthesis, or a function of the arguments; got undefined"],
    [{ key: "" }, 'key must be a name without a parenthesis, or a function of the arguments; got ""'],
    [{ key: "f(x" }, 'key must be a name without a parenthesis, or a function of the arguments; got "f(x"'],
    [{ key: "f", jitter: 5 }, "jitter must be a number from 0 to 1; got 5"],
    [
      { key: "f", timeout: "soon" },
      'timeout must be seconds, a string like "5m", or null for never; got "soon"',
    ],
  ])("refuses %j at once", (options, message) => {
    expect(() => cached(createCache(new MapBackend()), () => 1, options as never)).toThrow(message);
  });

  it("rejects for an argument that makes no key", async () => {
    const f = cached(createCache(new MapBackend()), (_: unknown) => 1, { key: "f" });
    await expect(f({ call: () => {} })).rejects.toThrow(
      "arguments[0].call is a function, which makes no key; give what tells it from others, or a key of your own",
    );
    await expect(f.invalidate(Symbol.iterator)).rejects.toThrow("arguments[0] is Symbol(Symbol.iterator)");
  });
});

describe("the decorator", () => {
  const code = `
    class Users {
      constructor(region) { this.region = region; }
      @cached(cache, { key: "users.find", timeout: 60 })
      async find(id) { calls.push(id); return this.region + id; }
    }
    result = Users;`;
  const compiled = transformSync(code, { target: "es2022" }).code;

  it("keeps the results of a method, for all instances together", async () => {
    const calls: string[] = [];
    const cache = createCache(new MapBackend());
    const Users = new Function("cached", "cache", "calls", `let result; ${compiled}; return result;`)(
      cached,
      cache,
      calls,
    );
    const users = new Users("eu");
    expect(await users.find("a")).toBe("eua");
    expect(await new Users("us").find("a")).toBe("eua");
    expect(calls).toEqual(["a"]);
    expect(await users.find.invalidate("a")).toBe(true);
    expect(await users.find("a")).toBe("eua");
    expect(calls).toEqual(["a", "a"]);
  });

  it("has the type of the method", () => {
    const decorate = cached(createCache(new MapBackend()), { key: "typed" });
    const find = decorate(async (id: string) => id.length, { kind: "method", name: "find" } as never);
    expectTypeOf(find.invalidate).parameters.toEqualTypeOf<[id: string]>();
    expectTypeOf(find("a")).toEqualTypeOf<Promise<number>>();
  });

  it("is for methods only", () => {
    const decorate = cached(createCache(new MapBackend()), { key: "getter" });
    expect(() => decorate(() => 1, { kind: "getter", name: "size" } as never)).toThrow(
      "cached can decorate a method; size is a getter",
    );
  });
});

describe("the key of arguments", () => {
  it("differs where they do", () => {
    const lists: unknown[][] = [
      [],
      [undefined],
      [null],
      ["null"],
      ["undefined"],
      [1],
      ["1"],
      [1n],
      [-0],
      [0],
      [Number.NaN],
      ["NaN"],
      [true],
      ["true"],
      ["a,b"],
      ["a", "b"],
      ['a","b'],
      [["a", "b"]],
      [["a"], "b"],
      [[["a"]]],
      [{}],
      ["{}"],
      [{ a: 1 }],
      [{ a: "1" }],
      [{ a: undefined }],
      [{ a: { b: 1 } }],
      [{ "a.b": 1 }],
      [new Date(0)],
      [0, 0],
      ["Date(0)"],
      [new Date(Number.NaN)],
      [new URL("http://a/")],
      ["http://a/"],
      [/a/],
      [/a/g],
      [new Set([1])],
      [new Map([[1, 2]])],
      [[1, 2]],
      [Buffer.from("a")],
      [new Uint8Array([97])],
      [new Uint16Array([97])],
      [new Uint8Array([97]).buffer],
      // biome-ignore lint/suspicious/noSparseArray: a hole is no undefined.
      [[,]],
      [[undefined]],
      ["a".repeat(200)],
      ["b".repeat(200)],
      ["ä"],
      ["a b"],
      ["~"],
      ["\ud800"],
    ];
    const keys = lists.map((args) => argumentKey("f", args));
    expect(new Set(keys).size).toBe(lists.length);
  });

  it("is the same where they are, in whatever order an object has its properties", () => {
    expect(argumentKey("f", [{ a: 1, b: { c: 2, d: 3 } }])).toBe(
      argumentKey("f", [{ b: { d: 3, c: 2 }, a: 1 }]),
    );
  });

  it("is readable where it can be, and one that every backend takes", () => {
    expect(argumentKey("f", [1, "a", { b: [true] }])).toBe('f(1,"a",{"b":[true]})');
    for (const args of [["a b"], ["ä"], ["x".repeat(10_000)]]) {
      expect(argumentKey("f", args)).toMatch(/^f\(~[\w-]{43}\)$/);
    }
  });

  it("is not made of what has no value to tell it by", () => {
    class User {}
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => argumentKey("f", [new User()])).toThrow("arguments[0] is an instance of User");
    expect(() => argumentKey("f", [1, [new Error("e")]])).toThrow("arguments[1][0] is an instance of Error");
    expect(() => argumentKey("f", [{ [Symbol("s")]: 1 }])).toThrow("arguments[0] is an object");
    expect(() => argumentKey("f", [circle])).toThrow("arguments[0][0] contains itself, so it makes no key");
  });

  it("differs for any two lists that differ", () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>("a", "b", 'a","b', "[", 1, "1", 1n, null, undefined, true, "true", {}, []),
      fc.anything({ withBigInt: true, withDate: true, withSparseArray: true, maxDepth: 2 }),
    );
    const list = fc.array(value, { maxLength: 3 });
    fc.assert(
      fc.property(list, list, (one, other) => {
        expect(argumentKey("f", one) === argumentKey("f", other)).toBe(isDeepStrictEqual(one, other));
      }),
      { numRuns: 2_000 },
    );
  });
});
