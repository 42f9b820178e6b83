import type { RequestListener } from "node:http";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { cachePage } from "@cullet/http";
import { type EventHandler, H3 } from "h3";
import { toNodeHandler } from "h3/node";
import { defineCachedHandler } from "ocache";
import { PAGE_SECONDS, PAGE_TYPE, page } from "../page.js";
import type { Sites } from "../site.js";

const cache = createCache({ backend: locmem });
const headers = { "Content-Type": PAGE_TYPE, "Content-Length": String(page.length) };

export const sites: Sites = {
  "h3 alone": () => serving(handler),
  "cullet cachePage": () => {
    const cached = cachePage(PAGE_SECONDS, { cache })(handler);
    return serving((event) => cached(event.req));
  },
  ocache: () => serving(defineCachedHandler(handler, { maxAge: PAGE_SECONDS })),
};

function handler(): Response {
  return new Response(page, { headers });
}

function serving(answer: EventHandler): RequestListener {
  return toNodeHandler(new H3().get("/:page", answer)) as RequestListener;
}
