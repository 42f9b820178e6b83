import { createCache } from "@cullet/core";
import { cachePage, cacheSite, neverCache } from "@cullet/http/fastify";
import { fastify } from "fastify";

const cache = createCache("locmem:///");
const page = async () => `made at ${new Date().toISOString()}`;

const app = fastify();
app.register(cacheSite({ cache, seconds: "10m" }));
app.get("/", page);
app.get("/news", { ...cachePage("1m", { cache }) }, page);
app.register(async (scope) => {
  scope.register(neverCache());
  scope.get("/account", page);
});
await app.listen({ port: Number(process.env.PORT ?? 0) });

export const { server } = app;
