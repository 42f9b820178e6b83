import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { Drop, Liquid } from "liquidjs";
import { beforeEach, describe, expect, it } from "vitest";
import { fragmentKey } from "../src/index.js";
import { cacheTag } from "../src/liquid.js";

let names = 0;

describe("the cache tag of LiquidJS", () => {
  let cache: ReturnType<typeof createCache>;
  let engine: Liquid;
  beforeEach(() => {
    cache = createCache({ backend: locmem, location: `liquid-${++names}` });
    engine = new Liquid();
    engine.registerTag("cache", cacheTag({ cache }));
  });

  it("says that it cannot be rendered at once", () => {
    expect(() => engine.parseAndRenderSync("{% cache 500 part %}x{% endcache %}")).toThrow(
      '"cache" tag needs rendering that is asynchronous',
    );
  });

  it("varies by the value of a drop", async () => {
    class Version extends Drop {
      override valueOf() {
        return 7;
      }
    }
    await engine.parseAndRender("{% cache 500 part version %}x{% endcache %}", { version: new Version() });
    expect(await cache.get(fragmentKey("part", [7]))).toBe("x");
  });

  it("is streamed", async () => {
    const template = engine.parse("a{% cache 500 part %}{{ text }}{% endcache %}c");
    let text = "";
    for await (const chunk of engine.renderToNodeStream(template, { text: "b" })) text += chunk;
    expect(text).toBe("abc");
  });

  it("tells of unknown variables as LiquidJS does where that is strict", async () => {
    const strict = new Liquid({ strictVariables: true });
    strict.registerTag("cache", cacheTag({ cache }));
    await expect(strict.parseAndRender("{% cache 500 part foo %}x{% endcache %}")).rejects.toThrow(
      "undefined variable: foo",
    );
  });
});
