import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import Module from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { loadBackend } from "../../src/config/load.js";
import { InvalidConfigError } from "../../src/errors.js";

// A backend by what it has, as one that came with another copy of core.
const BACKEND = `({ name: "BACKEND", features: {}, get() {}, getMany() {}, set() {}, delete() {}, clear() {} })`;
const ESM_FACTORY = `export default (config) => Object.assign(${BACKEND}, { config })`;
const CJS_FACTORY = `module.exports = (config) => Object.assign(${BACKEND}, { config })`;

let app: string;

beforeEach(() => {
  app = realpathSync(mkdtempSync(join(tmpdir(), "cullet-load-")));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(app, { recursive: true, force: true });
});

/** Writes files into the application, by their paths. */
function write(files: Record<string, string | object>) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(app, path)), { recursive: true });
    writeFileSync(join(app, path), typeof content === "string" ? content : JSON.stringify(content));
  }
}

/** Links a package into a node_modules folder of the application. */
function link(from: string, to: string) {
  mkdirSync(dirname(join(app, from)), { recursive: true });
  symlinkSync(join(app, to), join(app, from), "dir");
}

function load(config: unknown, from: string | URL | undefined = app) {
  return loadBackend(parseConfig(config, "caches.mine", { from }));
}

function runIn(folder: string) {
  vi.spyOn(process, "cwd").mockReturnValue(folder);
}

describe("a factory", () => {
  test("gets the configuration of its backend", async () => {
    write({ "b.mjs": ESM_FACTORY });
    expect(await load("./b.mjs://anywhere?a_b=1&timeout=5")).toMatchObject({
      config: {
        path: "caches.mine",
        location: "anywhere",
        options: { aB: "1" },
        fromText: true,
        lenient: true,
      },
    });
  });

  test("that makes no backend is rejected", async () => {
    await expect(load({ backend: () => new Map() })).rejects.toThrow(
      new InvalidConfigError(
        "caches.mine.backend must make a backend, which extends BaseBackend; it made an instance of Map",
      ),
    );
    await expect(load({ backend: () => undefined })).rejects.toThrow("it made undefined");
  });

  test("that complains of its configuration is heard", async () => {
    const error = new InvalidConfigError("caches.mine.location is wrong");
    const factory = () => {
      throw error;
    };
    await expect(load({ backend: factory })).rejects.toBe(error);
  });

  test("that fails otherwise is named, and the cause kept", async () => {
    const cause = new Error("bad redis://u:pw@h");
    const factory = () => {
      throw cause;
    };
    await expect(load({ backend: factory })).rejects.toMatchObject({
      code: "CULLET_INVALID_CONFIG",
      message: "caches.mine.backend failed to make a backend: bad redis://u:***@h",
      cause,
    });
  });

  test("that is a class is named", async () => {
    write({ "b.mjs": "export default class B {}" });
    await expect(load({ backend: "./b.mjs" })).rejects.toThrow(
      "caches.mine.backend failed to make a backend: Class constructor B cannot be invoked without 'new'",
    );
  });
});

describe("a module path", () => {
  test.each([
    ["relative to a folder", () => ["./lib/b.mjs", app]],
    ["relative to a file", () => ["../lib/b.mjs", join(app, "src/app.js")]],
    ["relative to a file: URL", () => ["../lib/b.mjs", pathToFileURL(join(app, "src/app.js"))]],
    ["absolute", () => [join(app, "lib/b.mjs"), undefined]],
    ["of a file: URL", () => [pathToFileURL(join(app, "lib/b.mjs")).href, undefined]],
  ] as const)("may be %s", async (_, place) => {
    write({ "lib/b.mjs": ESM_FACTORY, "src/app.js": "" });
    const [backend, from] = place();
    expect(await load({ backend }, from)).toMatchObject({ name: "BACKEND" });
  });

  test("is relative to the working directory where nothing else is said", async () => {
    write({ "b.mjs": ESM_FACTORY });
    runIn(app);
    expect(await loadBackend(parseConfig({ backend: "./b.mjs" }, "cache"))).toMatchObject({
      name: "BACKEND",
    });
  });

  test.each([
    ["a CommonJS module", "b.cjs", CJS_FACTORY],
    ["a CommonJS module with a default", "b.cjs", `exports.default = () => ${BACKEND}`],
    ["a file with spaces and signs in its name", "a b%20.mjs", ESM_FACTORY],
  ])("may be that of %s", async (_, file, content) => {
    write({ [file]: content });
    expect(await load({ backend: `./${file}` })).toMatchObject({ name: "BACKEND" });
  });

  test("that does not exist is rejected with the path it means", async () => {
    await expect(load("./nowhere.js://x")).rejects.toThrow(
      new InvalidConfigError(
        `caches.mine.backend "./nowhere.js" was not found: there is no module ${join(app, "nowhere.js")}`,
      ),
    );
    await expect(load({ backend: "C:\\x\\b.js" })).rejects.toThrow(
      /was not found: there is no module .*b\.js$/,
    );
  });

  test("of a module that fails is rejected with the cause", async () => {
    write({ "b.mjs": 'throw new Error("no luck")' });
    await expect(load("./b.mjs://")).rejects.toMatchObject({
      code: "CULLET_INVALID_CONFIG",
      message: 'caches.mine.backend "./b.mjs" was found, but cannot be loaded: no luck',
      cause: expect.objectContaining({ message: "no luck" }),
    });
  });

  test("of a module without a factory is rejected with what it exports", async () => {
    write({ "b.mjs": "export const a = 1, b = 2", "c.mjs": "" });
    await expect(load("./b.mjs://")).rejects.toThrow(
      new InvalidConfigError('caches.mine.backend "./b.mjs" exports no factory as default; it exports a, b'),
    );
    await expect(load("./c.mjs://")).rejects.toThrow("it exports nothing");
  });
});

describe("a package", () => {
  const manifest = { name: "@acme/cache", type: "module" };
  const esm = { ...manifest, exports: { ".": { types: "./x.d.ts", default: "./index.js" } } };

  test("is found as the application sees it, in the layout of npm", async () => {
    write({ "node_modules/@acme/cache/package.json": esm, "node_modules/@acme/cache/index.js": ESM_FACTORY });
    expect(await load("@acme/cache://x")).toMatchObject({ name: "BACKEND" });
    expect(await load("@acme/cache://x", join(app, "deep/in/src/app.js"))).toMatchObject({ name: "BACKEND" });
  });

  test("is found as the application sees it, in the layout of pnpm, and sees its own packages", async () => {
    const store = "node_modules/.pnpm/@acme+cache@1.0.0/node_modules";
    write({
      [`${store}/@acme/cache/package.json`]: esm,
      [`${store}/@acme/cache/index.js`]: 'import { backend } from "driver"; export default () => backend;',
      "node_modules/.pnpm/driver@1.0.0/node_modules/driver/package.json": {
        name: "driver",
        type: "module",
        exports: "./d.js",
      },
      "node_modules/.pnpm/driver@1.0.0/node_modules/driver/d.js": `export const backend = ${BACKEND}`,
    });
    link(`${store}/driver`, "node_modules/.pnpm/driver@1.0.0/node_modules/driver");
    link("node_modules/@acme/cache", `${store}/@acme/cache`);
    expect(await load("@acme/cache://x")).toMatchObject({ name: "BACKEND" });
  });

  test("is looked for from the working directory, and from the program's real main module", async () => {
    write({
      "node_modules/@acme/cache/package.json": esm,
      "node_modules/@acme/cache/index.js": ESM_FACTORY,
      "bin/app.js": "",
      "empty/app.js": "",
    });
    const elsewhere = join(app, "../");
    const main = process.argv[1];
    const linked = join(tmpdir(), `${app.split("/").at(-1)}-bin`);
    symlinkSync(join(app, "bin/app.js"), linked);
    try {
      runIn(elsewhere);
      await expect(load("@acme/cache://x", elsewhere)).rejects.toThrow("not installed");
      process.argv[1] = linked;
      expect(await load("@acme/cache://x", elsewhere)).toMatchObject({ name: "BACKEND" });
      process.argv[1] = join(app, "gone.js");
      runIn(app);
      expect(await load("@acme/cache://x", elsewhere)).toMatchObject({ name: "BACKEND" });
    } finally {
      process.argv[1] = main ?? "";
      rmSync(linked);
    }
  });

  test.each([
    ["under import", { ".": { import: "./index.js" } }],
    ["under import, without paths", { import: { types: "./x.d.ts", default: "./index.js" } }],
    ["in a list", { ".": [{ browser: "./x.js" }, { import: "./index.js" }] }],
  ])("may export %s alone", async (_, exports) => {
    write({
      "node_modules/@acme/cache/package.json": { ...manifest, exports },
      "node_modules/@acme/cache/index.js": ESM_FACTORY,
    });
    expect(await load("@acme/cache://x")).toMatchObject({ name: "BACKEND" });
  });

  test("may have its backend in a module of its own", async () => {
    write({
      "node_modules/@acme/cache/package.json": { ...manifest, exports: { "./b": { import: "./index.js" } } },
      "node_modules/@acme/cache/index.js": ESM_FACTORY,
    });
    expect(await load("@acme/cache/b://x")).toMatchObject({ name: "BACKEND" });
    await expect(load("@acme/cache://x")).rejects.toThrow(
      /^caches\.mine\.backend "@acme\/cache" was found, but cannot be loaded: No "exports" main defined/,
    );
  });

  test("of Cullet goes by its short name, and may export its factory by it alone", async () => {
    write({
      "node_modules/@cullet/backend-redis/package.json": { ...esm, name: "@cullet/backend-redis" },
      "node_modules/@cullet/backend-redis/index.js": `export const redis = () => ${BACKEND}`,
    });
    expect(await load("valkey://h")).toMatchObject({ name: "BACKEND" });
  });

  test.each([
    [
      "redis://u:pw@h",
      '"redis" needs the package @cullet/backend-redis, which is not installed: npm install @cullet/backend-redis',
    ],
    [
      "postgres://u:pw@h",
      '"db" needs the package @cullet/backend-db, which is not installed: npm install @cullet/backend-db',
    ],
    [
      "@acme/cache/b://h",
      '"@acme/cache/b" needs the package @acme/cache, which is not installed: npm install @acme/cache',
    ],
    ["redsi://h", '"redsi" needs the package redsi, which is not installed: did you mean "redis"?'],
  ])("that is not installed is named: %s", async (uri, complaint) => {
    runIn(app);
    vi.spyOn(process, "argv", "get").mockReturnValue([process.execPath, join(app, "main.js")]);
    // The command shims of pnpm name the whole workspace in it, where every adapter is found.
    vi.stubEnv("NODE_PATH", "");
    (Module as unknown as { _initPaths(): void })._initPaths();
    await expect(load(uri)).rejects.toThrow(new InvalidConfigError(`caches.mine.backend ${complaint}`));
  });

  test.each([
    ["misses its main file", { ...esm }, {}],
    ["has a manifest that is no JSON", "{", {}],
    [
      "misses a package of its own",
      { ...esm },
      { "node_modules/@acme/cache/index.js": 'import "acme-driver"' },
    ],
    ["throws", { ...esm }, { "node_modules/@acme/cache/index.js": "throw null" }],
  ])("that %s was found, but cannot be loaded", async (_, packageJson, files) => {
    write({ "node_modules/@acme/cache/package.json": packageJson, ...files });
    const error: unknown = await load("@acme/cache://x").catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InvalidConfigError);
    expect(error).toHaveProperty("cause");
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/^caches\.mine\.backend "@acme\/cache" was found, but cannot be loaded: ./),
    );
  });

  test.each(["a b://", "#x://", "\0://", "$(x)://", "node:fs://"])(
    "has a name, and %j is none",
    async (uri) => {
      await expect(load(uri)).rejects.toThrow(/ is neither a backend of Cullet, nor a package, nor a path$/);
    },
  );

  test("that is a module of Node's has no factory", async () => {
    await expect(load("path://")).rejects.toThrow('caches.mine.backend "path" exports no factory as default');
  });
});
