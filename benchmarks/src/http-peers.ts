import type { RequestListener } from "node:http";
import { locmem } from "@cullet/backend-locmem";
import { type Cache, createCache } from "@cullet/core";
import { cachePage as cachePageWeb } from "@cullet/http";
import { cachePage as cachePageExpress } from "@cullet/http/express";
import { cachePage as cachePageFastify } from "@cullet/http/fastify";
import { cachePage as cachePageHono } from "@cullet/http/hono";
import fastifyCaching from "@fastify/caching";
import { getRequestListener } from "@hono/node-server";
import apicache from "apicache";
import express, { type RequestHandler } from "express";
import fastify, { type FastifyInstance } from "fastify";
import { type EventHandler, H3 } from "h3";
import { toNodeHandler } from "h3/node";
import { Hono, type MiddlewareHandler } from "hono";
import { cache as honoCache } from "hono/cache";
import { defineCachedHandler } from "ocache";
import { compare } from "./http-load.js";
import { page } from "./http-page.js";

const SECONDS = 600;
const TYPE = "text/html; charset=utf-8";
const LOAD = { seconds: 2, connections: 32, distinct: false };

/** Measures a page of 10 KB from memory on each framework that another cache is for, beside that cache and none. */
export async function benchHttpPeers(): Promise<void> {
  await using cache = createCache({ backend: locmem, location: "http-peers" });
  // Hono comes last, as its server puts a class of its own in the place of the global Response.
  const frameworks = { Express: onExpress, Fastify: onFastify, h3: onH3, Hono: onHono };
  for (const [framework, handlersOn] of Object.entries(frameworks)) {
    await compare(`${framework}: a page of 10 KB, from memory`, LOAD, await handlersOn(cache));
  }
}

type Handlers = Readonly<Record<string, RequestListener>>;

function onExpress(cache: Cache): Handlers {
  const serve = (...before: RequestHandler[]) =>
    express().get("/page", ...before, (_request, response) => {
      response.type(TYPE).send(page);
    });
  return {
    "Express alone": serve(),
    "cullet cachePage": serve(cachePageExpress(SECONDS, { cache })),
    apicache: serve(apicache.middleware(`${SECONDS} seconds`)),
  };
}

async function onFastify(cache: Cache): Promise<Handlers> {
  const alone = fastify();
  alone.get("/page", (_request, reply) => reply.type(TYPE).send(page));
  const cullet = fastify();
  cullet.get("/page", { ...cachePageFastify(SECONDS, { cache }) }, (_request, reply) =>
    reply.type(TYPE).send(page),
  );
  // It keeps what a handler gives it, and only says how long a response may be kept.
  const caching = fastify();
  caching.register(fastifyCaching, { privacy: fastifyCaching.privacy.PUBLIC, expiresIn: SECONDS });
  caching.get("/page", (request, reply) => {
    caching.cache.get(request.url, (_error, kept) => {
      const { item } = (kept ?? {}) as { item?: string };
      if (item === undefined) caching.cache.set(request.url, page, SECONDS * 1_000, () => {});
      reply.type(TYPE).send(item ?? page);
    });
  });
  return {
    "Fastify alone": await listenerOf(alone),
    "cullet cachePage": await listenerOf(cullet),
    "@fastify/caching": await listenerOf(caching),
  };
}

async function listenerOf(app: FastifyInstance): Promise<RequestListener> {
  await app.ready();
  return (request, response) => app.routing(request, response);
}

/** The least that answers as the Cache API does. */
class MapCache {
  readonly #kept = new Map<string, { readonly bytes: ArrayBuffer; readonly headers: Headers }>();

  async match(key: string): Promise<Response | undefined> {
    const kept = this.#kept.get(key);
    return kept && new Response(kept.bytes, { headers: kept.headers });
  }

  async put(key: string, response: Response): Promise<void> {
    this.#kept.set(key, { bytes: await response.arrayBuffer(), headers: response.headers });
  }
}

function onHono(cache: Cache): Handlers {
  const pages = new MapCache();
  // Hono's cache needs the Cache API of browsers, which Node does not have.
  Object.assign(globalThis, { caches: { open: async () => pages } });
  const serve = (...before: MiddlewareHandler[]) => {
    const app = new Hono();
    for (const middleware of before) app.use(middleware);
    app.get("/page", (context) => context.html(page));
    return getRequestListener(app.fetch);
  };
  return {
    "Hono alone": serve(),
    "cullet cachePage": serve(cachePageHono(SECONDS, { cache })),
    "hono/cache over a Map": serve(
      honoCache({ cacheName: "pages", cacheControl: `max-age=${SECONDS}`, wait: true }),
    ),
  };
}

function onH3(cache: Cache): Handlers {
  const headers = { "Content-Type": TYPE, "Content-Length": String(page.length) };
  const handler = () => new Response(page, { headers });
  const cached = cachePageWeb(SECONDS, { cache })(handler);
  const serve = (answer: EventHandler) => toNodeHandler(new H3().get("/page", answer)) as RequestListener;
  return {
    "h3 alone": serve(handler),
    "cullet cachePage": serve((event) => cached(event.req)),
    ocache: serve(defineCachedHandler(handler, { maxAge: SECONDS })),
  };
}
