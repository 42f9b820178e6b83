import { gunzipSync } from "node:zlib";
import fastifyCompress from "@fastify/compress";
import { getRequestListener } from "@hono/node-server";
import compression from "compression";
import express from "express";
import session from "express-session";
import { fastify } from "fastify";
import { Hono } from "hono";
import { compress as honoCompress } from "hono/compress";
import Koa from "koa";
import koaCompress from "koa-compress";
import { describe, expect, it } from "vitest";
import * as onExpress from "../../src/express/index.js";
import * as onFastify from "../../src/fastify/index.js";
import * as onHono from "../../src/hono/index.js";
import * as onKoa from "../../src/koa/index.js";
import type { Served } from "../suite/adapter.js";
import { listen } from "../suite/listen.js";
import { memoryCache } from "../suite/memory-cache.js";
import { fieldsOf, type Received, send, textOf } from "../suite/send.js";

const TEXT = "compressible ".repeat(500);

type Serve = (place: "inside" | "outside", made: () => void) => Promise<Served>;

/** For each framework, a site with what most compress its pages by, inside or outside of a cache. */
const SITES: readonly (readonly [string, Serve])[] = [
  [
    "compression, for Express",
    (place, made) => {
      const cache = onExpress.cacheSite({ cache: memoryCache() });
      const app = express();
      for (const middleware of place === "inside" ? [cache, compression()] : [compression(), cache])
        app.use(middleware);
      return listen(
        app.get("/", (_request, response) => {
          made();
          response.set("ETag", '"v1"').type("text").send(TEXT);
        }),
      );
    },
  ],
  [
    "@fastify/compress",
    async (place, made) => {
      const app = fastify({ forceCloseConnections: true });
      const cache = onFastify.cacheSite({ cache: memoryCache() });
      if (place === "outside") app.register(cache);
      await app.register(fastifyCompress);
      if (place === "inside") app.register(cache);
      app.get("/", async (_request, reply) => {
        made();
        return reply.header("ETag", '"v1"').type("text/plain").send(TEXT);
      });
      await app.listen({ port: 0, host: "127.0.0.1" });
      return { port: Number(new URL(app.listeningOrigin).port), [Symbol.asyncDispose]: () => app.close() };
    },
  ],
  [
    "hono/compress",
    (place, made) => {
      const cache = onHono.cacheSite({ cache: memoryCache() });
      const app = new Hono();
      for (const middleware of place === "inside" ? [cache, honoCompress()] : [honoCompress(), cache])
        app.use(middleware);
      app.get("/", (context) => {
        made();
        return context.text(TEXT, 200, { ETag: '"v1"' });
      });
      return listen(getRequestListener(app.fetch));
    },
  ],
  [
    "koa-compress",
    (place, made) => {
      const cache = onKoa.cacheSite({ cache: memoryCache() });
      const app = new Koa();
      for (const middleware of place === "inside" ? [cache, koaCompress()] : [koaCompress(), cache])
        app.use(middleware);
      app.use((context) => {
        made();
        context.set("ETag", '"v1"');
        context.body = TEXT;
      });
      return listen(app.callback());
    },
  ],
];

describe.each(SITES)("beside %s", (_name, serve) => {
  it.each(["inside", "outside"] as const)(
    "%s of a cache, everybody gets the page in a coding that they take",
    async (place) => {
      let runs = 0;
      await using site = await serve(place, () => {
        runs += 1;
      });
      for (const coding of ["gzip", "identity", "gzip", "identity"]) {
        const answer = await send(site.port, { headers: { "Accept-Encoding": coding } });
        const got = answer.headers.get("Content-Encoding") ?? "identity";
        expect([coding, "identity"]).toContain(got);
        // Not all say so where they left the page as it was, which everybody can take.
        if (got === "gzip") expect(answer.headers.get("Vary")?.toLowerCase()).toContain("accept-encoding");
        expect(got === "gzip" ? gunzipSync(answer.body).toString() : textOf(answer)).toBe(TEXT);
      }
      expect(runs).toBeLessThanOrEqual(2);
    },
  );

  it.each(["inside", "outside"] as const)(
    "%s of a cache, what was answered 304 is still the page",
    async (place) => {
      await using site = await serve(place, () => {});
      const headers = { "Accept-Encoding": "gzip" };
      const tag = (await send(site.port, { headers })).headers.get("ETag") ?? "";
      const unchanged = await send(site.port, { headers: { ...headers, "If-None-Match": tag } });
      expect([unchanged.status, textOf(unchanged)]).toEqual([304, ""]);
      expect(gunzipSync((await send(site.port, { headers })).body).toString()).toBe(TEXT);
    },
  );
});

describe("beside express-session", () => {
  it.each(["inside", "outside"])(
    "no session's page or cookie is given to another, where sessions are %s",
    async (place) => {
      const sessions = session({ secret: "a", resave: false, saveUninitialized: true });
      const cache = onExpress.cacheSite({ cache: memoryCache() });
      const app = express();
      for (const middleware of place === "inside" ? [cache, sessions] : [sessions, cache])
        app.use(middleware);
      app.get("/", (request, response) => {
        response.vary("Cookie").send(request.sessionID);
      });
      await using site = await listen(app);
      const visit = (cookie?: string): Promise<Received> =>
        send(site.port, { headers: cookie === undefined ? {} : { Cookie: cookie } });
      const cookies: string[] = [];
      for (let visitor = 0; visitor < 3; visitor += 1) {
        const first = await visit();
        const cookie = first.headers.get("Set-Cookie")?.split(";")[0] ?? "";
        cookies.push(cookie);
        for (let turn = 0; turn < 2; turn += 1) {
          const again = await visit(cookie);
          expect(textOf(again)).toBe(textOf(first));
          expect(fieldsOf(again).some(([name]) => name === "set-cookie")).toBe(false);
        }
      }
      expect(new Set(cookies).size).toBe(3);
    },
  );
});
