import express, { type Express } from "express";
import { fastify, type preHandlerHookHandler } from "fastify";
import { type Context, Hono } from "hono";
import Koa from "koa";
import { expect, expectTypeOf, it } from "vitest";
import * as onExpress from "../../src/express/index.js";
import * as onFastify from "../../src/fastify/index.js";
import * as onHono from "../../src/hono/index.js";
import * as plain from "../../src/index.js";
import * as onKoa from "../../src/koa/index.js";
import * as onNode from "../../src/node/index.js";
import { memoryCache } from "../suite/memory-cache.js";

const cache = memoryCache();

it("every entry exports the same names", () => {
  const names = Object.keys(plain).sort();
  for (const entry of [onNode, onExpress, onFastify, onHono, onKoa])
    expect(Object.keys(entry).sort()).toEqual(names);
  expect(names).toEqual([
    "addNeverCacheHeaders",
    "cacheControl",
    "cachePage",
    "cacheSite",
    "compress",
    "condition",
    "conditionalGet",
    "getMaxAge",
    "hasVaryHeader",
    "httpCache",
    "neverCache",
    "patchCacheControl",
    "patchResponseHeaders",
    "patchVaryHeaders",
    "purge",
    "varyOnCookie",
    "varyOnHeaders",
  ]);
});

it("a plain handler keeps what it is given beside the request", () => {
  const page = plain.cachePage("15m", { cache })(
    (_request: Request, env: { name: string }) => new Response(env.name),
  );
  expectTypeOf(page).parameters.toEqualTypeOf<[Request, { name: string }]>();
  expectTypeOf(page).returns.toEqualTypeOf<Promise<Response>>();
});

it("middleware fits Express, and routes keep the types of their parameters", () => {
  const app = express().use(onExpress.cacheSite({ cache }), onExpress.compress());
  expectTypeOf(app).toEqualTypeOf<Express>();
  app.get("/:id", onExpress.cachePage(60, { cache }), (request, response) => {
    expectTypeOf(request.params.id).toEqualTypeOf<string>();
    response.send();
  });
  onExpress.condition({
    etag(request) {
      expectTypeOf(request.originalUrl).toEqualTypeOf<string>();
      return null;
    },
  });
});

it("middleware fits Fastify, as a plugin and in the options of a route, over HTTP/2 too", () => {
  for (const app of [fastify(), fastify({ http2: true }) as never as ReturnType<typeof fastify>])
    app.register(onFastify.cacheSite({ cache }));
  fastify({ http2: true }).register(onFastify.httpCache({ cache }));
  fastify({ http2: true }).get("/", { ...onFastify.cachePage(60, { cache }) }, async () => "page");
  fastify().get<{ Params: { id: string } }>(
    "/:id",
    { ...onFastify.cachePage(60, { cache }) },
    async (request) => {
      expectTypeOf(request.params).toEqualTypeOf<{ id: string }>();
      return "page";
    },
  );
  expectTypeOf(onFastify.varyOnCookie().preHandler).toExtend<preHandlerHookHandler>();
});

it("middleware fits Hono, whatever its variables", () => {
  const app = new Hono<{ Variables: { user: string } }>().use(onHono.cacheSite({ cache }));
  app.get("/:id", onHono.cachePage(60, { cache }), (context) => {
    expectTypeOf(context.var.user).toEqualTypeOf<string>();
    expectTypeOf(context.req.param("id")).toEqualTypeOf<string>();
    return context.text("page");
  });
  onHono.cacheSite({
    cache,
    anonymousOnly(context) {
      expectTypeOf(context).toEqualTypeOf<Context>();
      return false;
    },
  });
});

it("middleware fits Koa, whatever its state", () => {
  const app = new Koa<{ user: string }, { own: number }>().use(onKoa.cacheSite({ cache }));
  app.use(onKoa.cachePage(60, { cache })).use((context) => {
    expectTypeOf(context.state.user).toEqualTypeOf<string>();
  });
  expectTypeOf(onKoa.neverCache()).toExtend<Koa.Middleware>();
});
