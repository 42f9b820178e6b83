import { tmpdir } from "node:os";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project } from "../src/project.ts";

/** Stores a value in `cache`, prints what came back, and leaves it to Node to end the process. */
const STORE_AND_PRINT = `
  await cache.set("greeting", { to: ["world", 1n] }, 30);
  console.log(await cache.get("greeting"));
  await cache.close();`;
const PRINTED = "{ to: [ 'world', 1n ] }\n";

const ADAPTERS = [
  { adapter: "locmem", location: () => "locmem://app" },
  { adapter: "file", location: (app: Project) => `file://${app.path("cache")}` },
];

describe.each(["npm", "pnpm"] as const)("an app installed by %s", (manager) => {
  let app: Project;
  beforeAll(async () => {
    app = await Project.create();
    await app.install(manager, [
      "@cullet/core",
      ...ADAPTERS.map(({ adapter }) => `@cullet/backend-${adapter}`),
    ]);
  });
  afterAll(() => app.remove());

  it.each(ADAPTERS)("uses $adapter by name", async ({ location }) => {
    const source = `
      import { createCache } from "@cullet/core";
      const cache = createCache("${location(app)}");
      ${STORE_AND_PRINT}`;
    expect(await app.runNode("by-name.js", source)).toBe(PRINTED);
  });

  it.each(ADAPTERS)("uses $adapter by name from another working directory", async ({ location }) => {
    const source = `
      import { createCache } from "@cullet/core";
      const cache = createCache("${location(app)}", { from: import.meta.url });
      ${STORE_AND_PRINT}`;
    expect(await app.runNode("elsewhere.js", source, tmpdir())).toBe(PRINTED);
  });

  it.each(ADAPTERS)("uses the factory of $adapter", async ({ adapter, location }) => {
    expect(await app.runNode("factory.js", withFactory(adapter, location(app)))).toBe(PRINTED);
  });

  it.each(ADAPTERS)("uses $adapter from CommonJS", async ({ adapter, location }) => {
    const source = `
      const { createCache } = require("@cullet/core");
      const { ${adapter} } = require("@cullet/backend-${adapter}");
      (async () => {
        for (const config of ["${location(app)}", { backend: ${adapter}, location: "${location(app)}" }]) {
          const cache = createCache(config);
          ${STORE_AND_PRINT}
        }
      })();`;
    expect(await app.runNode("common.cjs", source)).toBe(PRINTED + PRINTED);
  });

  it.each(ADAPTERS)("runs as one bundled file with $adapter", async ({ adapter, location }) => {
    await app.write("unbundled.js", withFactory(adapter, location(app)));
    const { outputFiles } = await build({
      entryPoints: [app.path("unbundled.js")],
      bundle: true,
      platform: "node",
      format: "esm",
      write: false,
    });
    // A folder without node_modules: what the bundle lacks is not there.
    const alone = await Project.create();
    expect(await alone.runNode("bundle.mjs", outputFiles[0]?.text ?? "")).toBe(PRINTED);
    await alone.remove();
  });

  it.each(ADAPTERS)("tests what $adapter does in a day", async ({ location }) => {
    const source = `
      import { createCache } from "@cullet/core";
      import { chaos, fakeClock } from "@cullet/core/testing";
      const clock = fakeClock();
      const cache = createCache("${location(app)}");
      await cache.set("greeting", "hello", "1d");
      await clock.advance("23h");
      console.log(await cache.ttl("greeting"));
      await clock.advance("1h");
      console.log(await cache.get("greeting"), typeof chaos);
      await cache.close();`;
    expect(await app.runNode("testing.js", source)).toBe("3600\nundefined function\n");
  });

  it("learns which adapter it has to install", async () => {
    const source = `
      import { createCache } from "@cullet/core";
      await createCache("dummy:///").ready().catch((error) => console.log(error.name, error.message));`;
    expect(await app.runNode("missing.js", source)).toMatch(/^InvalidConfigError .*@cullet\/backend-dummy/);
  });
});

function withFactory(adapter: string, location: string): string {
  return `
    import { createCache } from "@cullet/core";
    import { ${adapter} } from "@cullet/backend-${adapter}";
    const cache = createCache({ backend: ${adapter}, location: "${location}" });
    ${STORE_AND_PRINT}`;
}
