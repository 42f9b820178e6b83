import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Cache, createCache } from "@cullet/core";
import { type RedisServer, startRedis } from "@cullet/test-servers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CulletStore } from "../src/express.js";
import { Browser } from "./browser.js";
import { redisCache } from "./caches.js";
import { serveExpress } from "./express-app.js";

const LATE = fileURLToPath(new URL("programs/late.js", import.meta.url));
const ids = Array.from({ length: 50 }, (_, n) => `id${n}`);

let server: RedisServer;
let folder: string;
beforeAll(async () => {
  server = await startRedis({ own: true });
  folder = await mkdtemp(join(tmpdir(), "cullet-session-"));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const uris: Readonly<Record<string, () => string>> = {
  redis: () => server.url,
  file: () => `${pathToFileURL(folder)}?max_entries=10000`,
};

describe.each(Object.entries(uris))(
  "a session over %s that another process stores without end",
  (_name, uriOf) => {
    let cache: Cache;
    let child: ChildProcess;
    beforeEach(async () => {
      cache = createCache(uriOf(), { from: import.meta.url });
      await cache.clear({ all: true });
      child = fork(LATE, [uriOf(), ...ids]);
      expect(await once(child, "message")).toEqual(["ready", undefined]);
    });
    afterEach(async () => {
      child.kill("SIGKILL");
      await cache.close();
    });

    it("stays ended, each time that it is looked for", async () => {
      const store = new CulletStore({ cache });
      for (const id of ids) {
        expect(await store.get(id)).toMatchObject({ from: child.pid });
        await store.destroy(id);
        expect(await store.get(id)).toBeUndefined();
      }
      for (let times = 0; times < 10; times += 1) {
        expect(await store.length()).toBe(0);
        expect(await Promise.all(ids.map((id) => store.get(id)))).toEqual(ids.map(() => undefined));
      }
      child.send("end");
      expect(await once(child, "close")).toEqual([0, null]);
      expect(await store.all()).toEqual([]);
    });

    it("stays ended after a clear", async () => {
      const store = new CulletStore({ cache });
      await store.clear();
      for (let times = 0; times < 10; times += 1) expect(await store.length()).toBe(0);
      child.send("end");
      expect(await once(child, "close")).toEqual([0, null]);
      expect(await store.all()).toEqual([]);
    });

    it("stays ended where that process is killed while it stores", async () => {
      const store = new CulletStore({ cache });
      const ended = Promise.all(ids.map((id) => store.destroy(id)));
      child.kill("SIGKILL");
      await Promise.all([ended, once(child, "close")]);
      expect(await store.length()).toBe(0);
      expect(await Promise.all(ids.map((id) => store.get(id)))).toEqual(ids.map(() => undefined));
    });
  },
);

describe("a first store and the end of the same session, from several processes at once", () => {
  it("leave no session", async () => {
    await using cache = redisCache(server);
    await using other = redisCache(server);
    const [one, two] = [new CulletStore({ cache }), new CulletStore({ cache: other })];
    const session = { cookie: { originalMaxAge: 60_000 } };
    const many = Array.from({ length: 500 }, (_, n) => `new${n}`);
    await Promise.all(many.flatMap((id) => [one.set(id, { ...session }), two.destroy(id)]));
    expect(await one.length()).toBe(0);
    expect(await Promise.all(many.map((id) => two.get(id)))).toEqual(many.map(() => undefined));
  });
});

describe("two servers of one application", () => {
  it.each(["/slow", "/slow?change=1"])(
    "end a session for each other, also while one is at %s",
    async (path) => {
      await using cache = redisCache(server);
      await using other = redisCache(server);
      await using one = await serveExpress(cache);
      await using two = await serveExpress(other);
      const browser = new Browser(one.origin);
      await browser.get("/login");
      const slow = browser.window(two.origin).get(path);
      await two.gate.reached();
      const before = browser.window(two.origin);
      await browser.get("/logout");
      two.gate.open();
      expect(await slow).toMatchObject({ status: 200, text: "done" });
      expect((await before.window(one.origin).get("/me")).text).toBe("nobody");
      expect((await before.get("/me")).text).toBe("nobody");
    },
  );
});
