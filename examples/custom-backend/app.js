import { createCaches } from "@cullet/core";
import myBackend from "./my-backend.js";

const caches = createCaches(
  {
    imported: { backend: myBackend, timeout: 60 },
    byPath: "./my-backend.js://anywhere?timeout=60",
  },
  { from: import.meta.url },
);

for (const cache of [caches.imported, caches.byPath]) {
  await cache.set("visits", 1);
  await cache.incr("visits");
  console.log(await cache.get("visits"), "visits,", Math.round(await cache.ttl("visits")), "seconds left");
}
await caches.close();
