import type { RequestListener } from "node:http";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { cachePage } from "@cullet/http/fastify";
import caching from "@fastify/caching";
import fastify, { type FastifyInstance, type RouteHandler } from "fastify";
import { PAGE_SECONDS, PAGE_TYPE, page } from "../page.js";
import type { Sites } from "../site.js";

const cache = createCache({ backend: locmem });

export const sites: Sites = {
  "Fastify alone": () => listenerOf(fastify().get("/:page", handler)),
  "cullet cachePage": () =>
    listenerOf(fastify().get("/:page", { ...cachePage(PAGE_SECONDS, { cache }) }, handler)),
  // It keeps what a handler gives it, and only says how long a response may be kept.
  "@fastify/caching": () => {
    const app = fastify();
    app.register(caching, { privacy: caching.privacy.PUBLIC, expiresIn: PAGE_SECONDS });
    app.get("/:page", (request, reply) => {
      app.cache.get(request.url, (_error, kept) => {
        const { item } = (kept ?? {}) as { item?: string };
        if (item === undefined) app.cache.set(request.url, page, PAGE_SECONDS * 1_000, () => {});
        reply.type(PAGE_TYPE).send(item ?? page);
      });
    });
    return listenerOf(app);
  },
};

const handler: RouteHandler = (_request, reply) => reply.type(PAGE_TYPE).send(page);

async function listenerOf(app: FastifyInstance): Promise<RequestListener> {
  await app.ready();
  return (request, response) => app.routing(request, response);
}
