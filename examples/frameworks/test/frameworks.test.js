import assert from "node:assert/strict";
import { once } from "node:events";
import { after, describe, it } from "node:test";

for (const name of ["express", "fastify", "hono", "koa", "node"]) {
  describe(name, async () => {
    const { server } = await import(`../${name}.js`);
    if (!server.listening) await once(server, "listening");
    after(() => server.close());
    isCachedSite((path) => fetch(`http://127.0.0.1:${server.address().port}${path}`));
  });
}

describe("Request and Response", async () => {
  const { default: site } = await import("../web.js");
  isCachedSite((path) => site.fetch(new Request(`http://127.0.0.1${path}`)));
});

/** The claims about each of the sites. */
function isCachedSite(get) {
  it("keeps every page for ten minutes, and one for a minute", async () => {
    for (const [path, seconds] of [
      ["/", 600],
      ["/news", 60],
    ]) {
      const first = await get(path);
      const second = await get(path);
      assert.equal(await second.text(), await first.text());
      assert.equal(second.headers.get("Cache-Control"), `max-age=${seconds}`);
      assert.match(second.headers.get("Age"), /^\d+$/);
    }
  });

  it("keeps no page of an account", async () => {
    await get("/account");
    const second = await get("/account");
    assert.equal(second.headers.get("Age"), null);
    assert.match(second.headers.get("Cache-Control"), /no-store/);
  });
}
