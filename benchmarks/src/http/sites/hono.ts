import type { RequestListener } from "node:http";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { cachePage } from "@cullet/http/hono";
import { getRequestListener } from "@hono/node-server";
import { Hono, type MiddlewareHandler } from "hono";
import { cache as honoCache } from "hono/cache";
import { PAGE_SECONDS, page } from "../page.js";
import type { Sites } from "../site.js";

const cache = createCache({ backend: locmem });

export const sites: Sites = {
  "Hono alone": () => serving(),
  "cullet cachePage": () => serving(cachePage(PAGE_SECONDS, { cache })),
  "hono/cache over a Map": () => {
    const pages = new MapCache();
    // Hono's cache needs the Cache API of browsers, which Node does not have.
    Object.assign(globalThis, { caches: { open: async () => pages } });
    return serving(honoCache({ cacheName: "pages", cacheControl: `max-age=${PAGE_SECONDS}`, wait: true }));
  },
};

function serving(...before: MiddlewareHandler[]): RequestListener {
  const app = new Hono();
  for (const middleware of before) app.use(middleware);
  app.get("/:page", (context) => context.html(page));
  return getRequestListener(app.fetch);
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
