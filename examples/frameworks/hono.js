import { createCache } from "@cullet/core";
import { cachePage, cacheSite, neverCache } from "@cullet/http/hono";
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const cache = createCache("locmem:///");
const page = (context) => context.text(`made at ${new Date().toISOString()}`);

const app = new Hono()
  .use(cacheSite({ cache, seconds: "10m" }))
  .get("/", page)
  .get("/news", cachePage("1m", { cache }), page)
  .get("/account", neverCache(), page);

export const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 0) });
