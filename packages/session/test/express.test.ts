import session from "express-session";
import { beforeEach, describe, expect, it } from "vitest";
import type { App } from "./app.js";
import { Browser } from "./browser.js";
import { caches, type TestCache } from "./caches.js";
import { serveExpress } from "./express-app.js";

describe.each(Object.entries(caches))(
  "a session that an application of Express loads itself, over %s",
  (_name, create) => {
    let id: string;
    let test: TestCache;
    let app: App;
    beforeEach(async () => {
      test = await create();
      app = await serveExpress(test.cache);
      id = (await new Browser(app.origin).get("/login")).text;
      return async () => {
        await app[Symbol.asyncDispose]();
        await test[Symbol.asyncDispose]();
      };
    });

    const load = () =>
      new Promise<session.Session & session.SessionData>((resolve, reject) => {
        app.store.load<session.Session & session.SessionData>(id, (error, found) =>
          found ? resolve(found) : reject(error),
        );
      });

    it("is one of express-session's, with its cookie", async () => {
      const loaded = await load();
      expect(loaded).toMatchObject({ id, user: "ada", cookie: { path: "/", originalMaxAge: null } });
      expect(loaded.cookie).toBeInstanceOf(session.Cookie);
      expect(JSON.parse(JSON.stringify(loaded.cookie))).toMatchObject({ path: "/", httpOnly: true });
    });

    it("is not made anew when it has ended, even if it was forgotten why", async () => {
      const loaded = await load();
      await test.cache.clear({ all: true });
      await app.store.set(id, loaded);
      expect(await app.store.get(id)).toBeUndefined();
    });

    it("is nothing where there is none", async () => {
      await app.store.destroy(id);
      await expect(load()).rejects.toBeNull();
    });
  },
);
