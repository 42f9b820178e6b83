import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { InvalidConfigError } from "../../src/errors.js";
import { MapBackend } from "../map-backend.js";

function parse(config: unknown) {
  return parseConfig(config, "caches.hot");
}

describe("parseConfig", () => {
  test("what is left out is filled", () => {
    expect(parse({ backend: "locmem" })).toEqual({
      path: "caches.hot",
      from: undefined,
      backend: "locmem",
      backendName: "locmem",
      backendConfig: {
        path: "caches.hot",
        location: "",
        servers: [],
        options: {},
        operationTimeoutMs: 1_000,
        fromText: false,
        lenient: false,
      },
      timeout: 300,
      keyPrefix: "",
      version: 1,
      keyFunction: undefined,
      serializer: "structured",
      failOpen: false,
    });
  });

  test("what is given is kept", () => {
    const serializer = { serialize: () => "", deserialize: () => 1 };
    const keyFunction = (key: string) => key;
    const factory = () => new MapBackend();
    const given = { timeout: null, keyPrefix: "app", version: -2, keyFunction, serializer, failOpen: true };
    const options = { maxEntries: 5, cullFrequency: 0, anything: { of: "the backend" } };
    const parsed = parse({
      ...given,
      backend: factory,
      location: ["a", "b"],
      operationTimeout: "2s",
      options,
    });
    expect(parsed).toMatchObject({ ...given, backend: factory });
    expect(parsed.backendConfig).toMatchObject({
      operationTimeoutMs: 2_000,
      location: "a;b",
      servers: ["a", "b"],
      options,
    });
  });

  test("a URI gives text, read leniently unless strict", () => {
    expect(parse("locmem://x?timeout=5&a_b=1")).toMatchObject({
      timeout: 5,
      backendConfig: { options: { aB: "1" }, fromText: true, lenient: true },
    });
    expect(parseConfig("locmem://x", "cache", { strict: true }).backendConfig).toMatchObject({
      fromText: true,
      lenient: false,
    });
  });

  test("a configuration without a prototype will do", () => {
    expect(parse(Object.assign(Object.create(null), { backend: "locmem" })).backend).toBe("locmem");
  });

  test("a backend made by hand is used as it is", () => {
    const backend = new MapBackend();
    for (const { backend: factory, backendConfig } of [parse(backend), parse({ backend, timeout: 5 })]) {
      expect(typeof factory === "function" && factory(backendConfig)).toBe(backend);
    }
  });

  test.each([
    [{ timeout: true }, 'timeout must be seconds, a string like "5m", or null; got true'],
    [{ timeout: Number.NaN }, 'timeout must be seconds, a string like "5m", or null; got NaN'],
    [{ timeout: "60" }, 'timeout must be seconds, a string like "5m", or null; got "60"'],
    [{ timeout: "none" }, 'timeout must be seconds, a string like "5m", or null; got "none"'],
    [{ backend: "" }, 'backend must be a name, a module path, or a factory; got ""'],
    [{ backend: 5 }, "backend must be a name, a module path, or a factory; got 5"],
    [{ backend: {} }, "backend must be a name, a module path, or a factory; got an object"],
    [{ backend: new Map() }, "backend must be a name, a module path, or a factory; got an instance of Map"],
    [
      { backend: "redis://u:pw@h" },
      'backend must be a name, a module path, or a factory; got "redis://u:***@h"',
    ],
    [{ backend: undefined }, "backend must be a name, a module path, or a factory; it is missing"],
    [{ location: 5 }, "location must be a string or a list of strings; got 5"],
    [{ location: ["a", 5] }, "location must be a string or a list of strings; got an array"],
    [{ location: new Array(1) }, "location must be a string or a list of strings; got an array"],
    [{ keyPrefix: 5 }, "keyPrefix must be a string of well-formed Unicode without NUL; got 5"],
    [{ keyPrefix: "a\0" }, 'keyPrefix must be a string of well-formed Unicode without NUL; got "a\\u0000"'],
    [{ keyPrefix: "\ud800" }, 'keyPrefix must be a string of well-formed Unicode without NUL; got "\\ud800"'],
    [{ version: "1" }, 'version must be a whole number; got "1"'],
    [{ version: 1.5 }, "version must be a whole number; got 1.5"],
    [{ version: 2 ** 53 }, "version must be a whole number; got 9007199254740992"],
    [{ keyFunction: "f" }, 'keyFunction must be a function; got "f"'],
    [{ failOpen: "yes" }, 'failOpen must be true or false; got "yes"'],
    [
      { operationTimeout: null },
      'operationTimeout must be seconds above zero, or a string like "500ms"; got null',
    ],
    [{ operationTimeout: 0 }, 'operationTimeout must be seconds above zero, or a string like "500ms"; got 0'],
    [
      { serializer: "xml" },
      'serializer must be "structured", "json", or an object with the functions serialize and deserialize; got "xml"',
    ],
    [
      { serializer: { serialize() {} } },
      'serializer must be "structured", "json", or an object with the functions serialize and deserialize; got an object',
    ],
    [{ options: null }, "options must be an object; got null"],
    [{ options: [] }, "options must be an object; got an array"],
    [{ options: { maxEntries: "many" } }, 'options.maxEntries must be a whole number above zero; got "many"'],
    [
      { options: { cullFrequency: 1.5 } },
      "options.cullFrequency must be a whole number of at least 0; got 1.5",
    ],
  ])("%j is rejected by name", (wrong, complaint) => {
    expect(() => parse({ backend: "locmem", ...wrong })).toThrow(
      new InvalidConfigError(`caches.hot.${complaint}`),
    );
  });

  test.each([
    ["timout", " is unknown; did you mean timeout?"],
    ["key_prefix", " is unknown; did you mean keyPrefix?"],
    ["TIMEOUT", " is unknown; did you mean timeout?"],
    ["elephant", " is unknown"],
  ])("%s is rejected with the known settings", (name, complaint) => {
    expect(() => parse({ backend: "locmem", [name]: 1 })).toThrow(
      new InvalidConfigError(
        `caches.hot.${name}${complaint} (known are backend, location, timeout, keyPrefix, version, keyFunction, serializer, compression, secret, failOpen, operationTimeout, options)`,
      ),
    );
  });

  test.each([
    [null, "null"],
    [undefined, "undefined"],
    [5, "5"],
    [5n, "5n"],
    [Symbol("s"), "Symbol(s)"],
    [["locmem://"], "an array"],
    [() => 1, "a function"],
  ])("%s is no configuration", (config, shown) => {
    expect(() => parse(config)).toThrow(
      new InvalidConfigError(`caches.hot must be a URI, an object, or a backend; got ${shown}`),
    );
  });
});

describe("the second argument", () => {
  test("a file: URL becomes a path", () => {
    const url = pathToFileURL("/srv/a b/app.js");
    expect(parseConfig("locmem://", "cache", { from: url }).from).toBe("/srv/a b/app.js");
    expect(parseConfig("locmem://", "cache", { from: url.href }).from).toBe("/srv/a b/app.js");
    expect(parseConfig("locmem://", "cache", { from: "src/app.js" }).from).toBe("src/app.js");
  });

  test.each([
    [{ from: "" }, '.from must be a path or a file: URL; got ""'],
    [{ from: 5 }, ".from must be a path or a file: URL; got 5"],
    [{ from: "https://x.example/" }, '.from must be a path or a file: URL; got "https://x.example/"'],
    [{ from: new URL("https://x.example/") }, ".from must be a path or a file: URL; got an instance of URL"],
    [{ strict: "yes" }, '.strict must be true or false; got "yes"'],
    [{ timeout: 5 }, ".timeout is unknown (known are from, strict)"],
    [null, " must be an object of options; got null"],
  ])("%j is rejected", (options, complaint) => {
    // A caller without types may pass anything.
    expect(() => parseConfig("locmem://", "cache", options as object)).toThrow(
      new InvalidConfigError(`the second argument${complaint}`),
    );
  });
});
