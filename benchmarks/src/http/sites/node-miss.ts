import type { RequestListener } from "node:http";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { cachePage, httpCache } from "@cullet/http/node";
import { PAGE_SECONDS, pageBytes, WARM_UP_PATH } from "../page.js";
import type { Sites } from "../site.js";

const HANDLER_MS = 1;
const cache = createCache({ backend: locmem });

/** node:http, and pages that take 1 ms each. */
export const sites: Sites = {
  "a bare handler": () => handler,
  cachePage: () => cachePage(PAGE_SECONDS, { cache })(handler),
  httpCache: () => httpCache({ cache })(handler),
};

const handler: RequestListener = (request, response) => {
  // What warms up is not to take long, so that much of it is done.
  const ms = request.url?.startsWith(WARM_UP_PATH) ? 0 : HANDLER_MS;
  const end = performance.now() + ms;
  while (performance.now() < end);
  const fields = { "Content-Type": "text/html", "Cache-Control": "max-age=600" };
  response.writeHead(200, { ...fields, "Content-Length": pageBytes.length }).end(pageBytes);
};
