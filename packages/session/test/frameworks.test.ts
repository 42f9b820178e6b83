import { startRedis } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Serve } from "./app.js";
import { Browser } from "./browser.js";
import { caches, redisCache, type TestCache } from "./caches.js";
import { serveExpress } from "./express-app.js";
import { serveFastify } from "./fastify-app.js";

const frameworks: Readonly<Record<string, Serve>> = {
  "express-session": serveExpress,
  "@fastify/session": serveFastify,
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(Object.entries(frameworks))("%s", (_framework, serve) => {
  describe.each(Object.entries(caches))("over %s", (_name, create) => {
    let test: TestCache;
    beforeAll(async () => {
      test = await create();
    });
    afterAll(() => test[Symbol.asyncDispose]());

    it("keeps what a session holds, each value as what it was", async () => {
      await using app = await serve(test.cache);
      const browser = new Browser(app.origin);
      await browser.get("/login");
      expect((await browser.get("/me")).text).toBe("ada since 1970-01-01T00:00:00.000Z");
      expect((await browser.get("/visit")).text).toBe("1");
      expect((await browser.get("/visit")).text).toBe("2");
      expect((await browser.get("/reload")).text).toBe("ada");
    });

    it("never adopts an id that it does not know", async () => {
      await using app = await serve(test.cache);
      const browser = new Browser(app.origin);
      await browser.get("/login");
      const { cookie } = browser;
      await app.store.clear();
      await browser.get("/visit");
      expect(browser.cookie).not.toBe(cookie);
      expect((await new Browser(app.origin, cookie).get("/me")).text).toBe("nobody");
    });

    it("gives a session another id at login, and ends the old one", async () => {
      await using app = await serve(test.cache);
      const browser = new Browser(app.origin);
      await browser.get("/visit");
      const before = browser.window();
      await browser.get("/login");
      expect(browser.cookie).not.toBe(before.cookie);
      expect((await before.get("/visit")).text).toBe("1");
      expect((await browser.get("/me")).text).toMatch("ada");
    });

    it.each([
      ["/slow", {}],
      ["/slow?change=1", {}],
      ["/slow", { resave: true, rolling: true, saveUninitialized: true, maxAge: 60_000 }],
    ])("does not bring a session back by %s that ends after the logout, with %j", async (path, options) => {
      await using app = await serve(test.cache, options);
      const browser = new Browser(app.origin);
      await browser.get("/login");
      const slow = browser.window().get(path);
      await app.gate.reached();
      const before = browser.window();
      expect((await browser.get("/logout")).text).toBe("bye");
      app.gate.open();
      expect(await slow).toMatchObject({ status: 200, text: "done" });
      expect((await before.get("/me")).text).toBe("nobody");
    });

    it("lets a session end when its cookie does, and live on while it is used", async () => {
      await using app = await serve(test.cache, { rolling: true, maxAge: 2_000 });
      const browser = new Browser(app.origin);
      await browser.get("/login");
      for (let times = 0; times < 4; times += 1) {
        await pause(600);
        const { text, setsCookie } = await browser.get("/me");
        expect({ text, setsCookie }).toEqual({
          text: "ada since 1970-01-01T00:00:00.000Z",
          setsCookie: true,
        });
      }
      await pause(2_100);
      expect((await browser.get("/me")).text).toBe("nobody");
    });
  });

  it("has a store that is away for an error, and not for an empty session", async () => {
    await using server = await startRedis({ own: true });
    await using cache = redisCache(server);
    await using app = await serve(cache);
    const browser = new Browser(app.origin);
    await browser.get("/login");
    await server.kill();
    const { status, text, setsCookie } = await browser.get("/me");
    expect({ status, setsCookie }).toEqual({ status: 500, setsCookie: false });
    expect(text).toMatch(/redis/i);
  });
});
