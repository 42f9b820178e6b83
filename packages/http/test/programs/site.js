// Serves pages from a cache in Redis, on the built package: `node site.js <url of Redis>`. Says its port when it listens, and
// `ran` for each run of the handler, which answers when it is told to `go`.
import { createServer } from "node:http";
import { redis } from "@cullet/backend-redis";
import { createCache } from "@cullet/core";
import { httpCache, purge } from "@cullet/http/node";

const cache = createCache({ backend: redis, location: process.argv[2] });
const waiting = [];
let isOpen = false;

const server = createServer(
  httpCache({ cache })(async (request, response) => {
    if (request.method === "POST") {
      response.writeHead(204, { "Cache-Group-Invalidation": '"news"' }).end();
      return;
    }
    process.send("ran");
    if (!isOpen) await new Promise((go) => waiting.push(go));
    const fields = { "Cache-Control": "max-age=60", "Cache-Groups": '"news"' };
    response.writeHead(200, fields).end(`made by ${process.pid}`);
  }),
);

process.on("message", async ({ go, purged }) => {
  if (go) {
    isOpen = true;
    for (const proceed of waiting.splice(0)) proceed();
  }
  if (purged === undefined) return;
  await purge(cache, purged);
  process.send("purged");
});
process.once("disconnect", () => process.exit());
await cache.ready();
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
