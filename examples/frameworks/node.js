import { createServer } from "node:http";
import { createCache } from "@cullet/core";
import { cachePage, cacheSite, neverCache } from "@cullet/http/node";

const cache = createCache("locmem:///");
const page = (_request, response) => response.end(`made at ${new Date().toISOString()}`);
const news = cachePage("1m", { cache })(page);
const account = neverCache()(page);

function site(request, response) {
  if (request.url === "/news") return news(request, response);
  if (request.url === "/account") return account(request, response);
  return page(request, response);
}

export const server = createServer(cacheSite({ cache, seconds: "10m" })(site)).listen(process.env.PORT ?? 0);
