import { createCache } from "@cullet/core";
import { cachePage, cacheSite, neverCache } from "@cullet/http/koa";
import Koa from "koa";

const cache = createCache("locmem:///");
const routes = { "/news": cachePage("1m", { cache }), "/account": neverCache() };

export const server = new Koa()
  .use(cacheSite({ cache, seconds: "10m" }))
  .use((context, next) => (routes[context.path] ?? ((_context, inner) => inner()))(context, next))
  .use((context) => {
    context.body = `made at ${new Date().toISOString()}`;
  })
  .listen(process.env.PORT ?? 0);
