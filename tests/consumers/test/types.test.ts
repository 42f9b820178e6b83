import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Project } from "../src/project.ts";
import { run } from "../src/run.ts";

const APP = `
import { createCache, createCaches, type Cache } from "@cullet/core";
import { chaos, fakeClock } from "@cullet/core/testing";
import { file } from "@cullet/backend-file";
import { locmem } from "@cullet/backend-locmem";

const cache: Cache = createCache({ backend: locmem, location: "app", timeout: "5m", options: { maxEntries: 10 } });
await cache.set("key", { a: 1 }, 30);
const value = await cache.get<{ a: number }>("key");
console.log(value?.a.toFixed());

const caches = createCaches({ default: "locmem://app", files: { backend: file, location: "/tmp/cullet" } });
await caches.files.set("key", null, { timeout: "2h", version: 2 });
// @ts-expect-error: no such alias
caches.fiels;
await caches.close();

const clock = fakeClock({ now: new Date() });
await clock.advance("1h");
const store = chaos(locmem({ location: "app" }), { seed: 7, errors: 0.1, operations: ["get"] });
createCache({ backend: () => store });
// @ts-expect-error: no such operation
store.cause({ operations: ["fetch"] });
`;

const PUBLISHED_TYPES = ["@cullet/core", "@cullet/backend-file", "@cullet/backend-locmem"];
const resolve = createRequire(import.meta.url).resolve;

let app: Project;
beforeAll(async () => {
  app = await Project.create();
  await app.install("npm", PUBLISHED_TYPES);
  await app.write("app.ts", APP);
  await app.write("tsconfig.json", {
    compilerOptions: {
      target: "es2023",
      module: "nodenext",
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
      skipLibCheck: false,
      noEmit: true,
      types: ["node"],
      typeRoots: [dirname(dirname(resolve("@types/node/package.json")))],
    },
    files: ["app.ts"],
  });
});
afterAll(() => app.remove());

it.each(["typescript", "typescript-5"])("a strict app compiles with %s", async (compiler) => {
  const { bin } = createRequire(import.meta.url)(`${compiler}/package.json`);
  const tsc = join(dirname(resolve(`${compiler}/package.json`)), bin.tsc);
  expect(await run(app.folder, process.execPath, tsc, "-p", ".")).toBe("");
});
