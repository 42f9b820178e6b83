import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { testBackend } from "@cullet/conformance";
import { createCache } from "@cullet/core";
import { MyBackend } from "../my-backend.js";

testBackend({
  name: "my backend",
  create: () => new MyBackend(),
  runner: { describe, it, beforeAll: before, afterAll: after },
});

describe("the example", () => {
  it("uses the backend by its factory, and by its path in a URI", async () => {
    const app = fileURLToPath(new URL("../app.js", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [app]);
    assert.equal(stdout, "2 visits, 60 seconds left\n".repeat(2));
  });

  it("takes the settings of a cache from the URI", async () => {
    const cache = createCache("../my-backend.js://anywhere?timeout=none&key_prefix=app", {
      from: import.meta.url,
    });
    await cache.set("key", "value");
    assert.equal(await cache.ttl("key"), null);
    await cache.close();
  });
});
