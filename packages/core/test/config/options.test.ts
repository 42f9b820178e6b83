import { describe, expect, expectTypeOf, test } from "vitest";
import { fillBackendConfig, isBackend, splitServers } from "../../src/config/backend-config.js";
import { parseConfig } from "../../src/config/config.js";
import { cullOptions, option, readOptions } from "../../src/config/options.js";
import { parseCacheUri } from "../../src/config/uri.js";
import { InvalidConfigError } from "../../src/errors.js";
import { MapBackend } from "../map-backend.js";

const readers = {
  ...cullOptions,
  poolSize: option.integer({ min: 1, max: 9 }),
  ratio: option.number({ min: 0, default: 0.5 }),
  createTable: option.boolean({ default: true }),
  table: option.text({ default: "cache" }),
  mode: option.oneOf(["fast", "safe"], { default: "fast" }),
  client: option.custom({
    expected: "a client",
    accepts: (value): value is { get(): void } =>
      typeof value === "object" && value !== null && "get" in value,
  }),
};

const defaults = {
  maxEntries: 300,
  cullFrequency: 3,
  poolSize: undefined,
  ratio: 0.5,
  createTable: true,
  table: "cache",
  mode: "fast",
  client: undefined,
};

function fromUri(query: string, strict = false) {
  return parseConfig(`./b.js://x?${query}`, "caches.hot", { strict }).backendConfig;
}

describe("readOptions", () => {
  test("what is left out has its default", () => {
    expect(readOptions({}, readers)).toEqual(defaults);
    expect(readOptions({ options: { table: undefined } }, readers)).toEqual(defaults);
  });

  test("each value has its reader's type", () => {
    const options = readOptions({}, readers);
    expectTypeOf(options.maxEntries).toEqualTypeOf<number>();
    expectTypeOf(options.poolSize).toEqualTypeOf<number | undefined>();
    expectTypeOf(options.createTable).toEqualTypeOf<boolean>();
    expectTypeOf(options.table).toEqualTypeOf<string>();
    expectTypeOf(options.mode).toEqualTypeOf<"fast" | "safe">();
    expectTypeOf(options.client).toEqualTypeOf<{ get(): void } | undefined>();
  });

  test("an object gives values as they are", () => {
    const given = {
      poolSize: 5,
      ratio: 2.5,
      createTable: false,
      table: "t",
      mode: "safe",
      client: { get() {} },
    };
    expect(readOptions({ options: given }, readers)).toEqual({ ...defaults, ...given });
  });

  test("a URI gives text that is read into the type", () => {
    const config = fromUri(
      "pool_size=5&ratio=+.5&ratio=1.5&create_table=no&table=5&mode=safe&max_entries=7",
      true,
    );
    expect(readOptions(config, readers)).toEqual({
      ...defaults,
      poolSize: 5,
      ratio: 1.5,
      createTable: false,
      table: "5",
      mode: "safe",
      maxEntries: 7,
    });
  });

  test.each([
    ["true", true],
    ["YES", true],
    ["on", true],
    ["1", true],
    ["false", false],
    ["off", false],
    ["0", false],
  ])("the text %s is %s", (text, value) => {
    expect(readOptions(fromUri(`create_table=${text}`, true), readers).createTable).toBe(value);
  });

  test.each([
    [{ maxEntries: "many" }, 'maxEntries must be a whole number above zero; got "many"'],
    [{ maxEntries: "400" }, 'maxEntries must be a whole number above zero; got "400"'],
    [{ maxEntries: 0 }, "maxEntries must be a whole number above zero; got 0"],
    [{ cullFrequency: -1 }, "cullFrequency must be a whole number of at least 0; got -1"],
    [{ poolSize: 10 }, "poolSize must be a whole number from 1 to 9; got 10"],
    [{ poolSize: null }, "poolSize must be a whole number from 1 to 9; got null"],
    [{ ratio: Number.NaN }, "ratio must be a number of at least 0; got NaN"],
    [{ createTable: "false" }, 'createTable must be true or false; got "false"'],
    [{ table: 5 }, "table must be a string; got 5"],
    [{ mode: "constructor" }, 'mode must be "fast" or "safe"; got "constructor"'],
    [{ client: "redis://u:pw@h" }, 'client must be a client; got "redis://u:***@h"'],
  ])("%j is rejected by name", (options, complaint) => {
    expect(() => readOptions({ path: "caches.hot", options }, readers)).toThrow(
      new InvalidConfigError(`caches.hot.options.${complaint}`),
    );
  });

  test("an unknown option is rejected with the known ones, and the one that was probably meant", () => {
    const known = "(known are maxEntries, cullFrequency, table)";
    const few = { ...cullOptions, table: option.text() };
    expect(() => readOptions({ options: { max_entries: 5 } }, few)).toThrow(
      new InvalidConfigError(`cache.options.max_entries is unknown; did you mean maxEntries? ${known}`),
    );
    expect(() => readOptions({ options: { tabel: "t" } }, few)).toThrow(
      new InvalidConfigError(`cache.options.tabel is unknown; did you mean table? ${known}`),
    );
    expect(() => readOptions({ options: { elephant: 5 } }, few)).toThrow(
      new InvalidConfigError(`cache.options.elephant is unknown ${known}`),
    );
    expect(() => readOptions({ options: { "a b": 5 } }, {})).toThrow(
      new InvalidConfigError('cache.options["a b"] is unknown (there are none)'),
    );
  });

  test("what a secret was given is not in the message", () => {
    expect(() => readOptions({ options: { password: 1234 } }, { password: option.text() })).toThrow(
      new InvalidConfigError("cache.options.password must be a string; got a number"),
    );
  });

  test("a lenient configuration has its unknown options and bad values ignored", () => {
    expect(
      readOptions(fromUri("pool_size=many&mode=slow&create_table=maybe&bogus=1&client=x"), readers),
    ).toEqual(defaults);
  });

  test("a strict URI has them rejected", () => {
    expect(() => readOptions(fromUri("bogus=1", true), {})).toThrow("caches.hot.options.bogus is unknown");
    expect(() => readOptions(fromUri("pool_size=many", true), readers)).toThrow(
      'caches.hot.options.poolSize must be a whole number from 1 to 9; got "many"',
    );
    expect(() => readOptions(fromUri("client=x", true), readers)).toThrow(
      'caches.hot.options.client must be a client; got "x"',
    );
  });

  test("a backend that does not cull lets the options of culling be", () => {
    expect(readOptions(fromUri("max_entries=5&cull_frequency=2", true), {})).toEqual({});
  });

  test("the object style that a URI gives is read like the URI, also when more is set beside it", () => {
    const config = { ...parseCacheUri("./b.js://x?pool_size=5&bogus=1"), keyPrefix: "app" };
    expect(readOptions(parseConfig(config, "cache").backendConfig, readers).poolSize).toBe(5);
    expect(() => readOptions(parseConfig(config, "cache", { strict: true }).backendConfig, readers)).toThrow(
      "cache.options.bogus is unknown",
    );
  });
});

describe("fillBackendConfig", () => {
  test("nothing is needed", () => {
    const filled = {
      path: "cache",
      location: "",
      servers: [],
      options: {},
      operationTimeoutMs: 1_000,
      fromText: false,
      lenient: false,
    };
    expect(fillBackendConfig()).toEqual(filled);
  });

  test("the servers are those of the location", () => {
    expect(fillBackendConfig({ location: "a:1; b:2,c:3" }).servers).toEqual(["a:1", "b:2", "c:3"]);
    expect(fillBackendConfig({ location: ["a,b", "c"] })).toMatchObject({
      location: "a,b;c",
      servers: ["a,b", "c"],
    });
    expect(splitServers("redis://u:p;w@a:1;b:2/0")).toEqual(["redis://u:p;w@a:1;b:2/0"]);
  });

  test("a location of another type is rejected", () => {
    // A caller without types may pass anything.
    const config = { location: 5 } as unknown as { location: string };
    expect(() => fillBackendConfig(config)).toThrow(
      new InvalidConfigError("cache.location must be a string or a list of strings; got 5"),
    );
  });
});

describe("isBackend", () => {
  test("a backend is told by what it has", () => {
    expect(isBackend(new MapBackend())).toBe(true);
  });

  test.each([[new Map()], [null], [{}], [() => 1], ["x"], [{ get() {}, set() {}, delete() {}, clear() {} }]])(
    "%s is none",
    (value) => expect(isBackend(value)).toBe(false),
  );
});
