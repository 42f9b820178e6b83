import { createCache } from "@cullet/core";
import { cachePage, cacheSite, neverCache } from "@cullet/http/express";
import express from "express";

const cache = createCache("locmem:///");
const page = (_request, response) => response.send(`made at ${new Date().toISOString()}`);

export const server = express()
  .use(cacheSite({ cache, seconds: "10m" }))
  .get("/", page)
  .get("/news", cachePage("1m", { cache }), page)
  .get("/account", neverCache(), page)
  .listen(process.env.PORT ?? 0);
