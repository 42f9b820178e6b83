import type { RequestListener } from "node:http";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { cachePage, cacheSite, httpCache } from "@cullet/http/node";
import { PAGE_SECONDS, pageBytes } from "../page.js";
import type { Sites } from "../site.js";

const cache = createCache({ backend: locmem });

/** node:http, and a page that takes no time. */
export const sites: Sites = {
  "a bare handler": () => {
    // The same fields, and so the same number of bytes, as a hit.
    const date = new Date().toUTCString();
    const fields = ["Content-Type", "text/html", "Cache-Control", "max-age=600", "Date", date];
    const lines = [...fields, "Content-Length", String(pageBytes.length), "Expires", date, "Age", "10"];
    return (_request, response) => response.writeHead(200, lines).end(pageBytes);
  },
  cachePage: () => cachePage(PAGE_SECONDS, { cache })(handler),
  cacheSite: () => cacheSite({ cache })(handler),
  httpCache: () => httpCache({ cache })(handler),
};

const handler: RequestListener = (_request, response) => {
  response.writeHead(200, { "Content-Type": "text/html", "Cache-Control": "max-age=600" }).end(pageBytes);
};
