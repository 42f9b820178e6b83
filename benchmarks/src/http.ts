import type { RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { cachePage as cachePagePlain } from "@cullet/http";
import { cachePage, cacheSite, httpCache } from "@cullet/http/node";
import { compare, serve } from "./http-load.js";
import { page as text } from "./http-page.js";
import { benchHttpPeers } from "./http-peers.js";

const URLS = 100_000;
const page = Buffer.from(text);

/** Measures hits and misses through the node:http adapter beside a bare handler, and memory under a flood of URLs. */
export async function benchHttp(): Promise<void> {
  await benchHits();
  await benchMisses();
  await benchHttpPeers();
  await benchFlood();
}

async function benchHits(): Promise<void> {
  await using cache = createCache({ backend: locmem, location: "http-hits" });
  const handler: RequestListener = (_request, response) => {
    response.writeHead(200, { "Content-Type": "text/html", "Cache-Control": "max-age=600" }).end(page);
  };
  // The same fields, and so the same number of bytes, as a hit.
  const date = new Date().toUTCString();
  const fields = ["Content-Type", "text/html", "Cache-Control", "max-age=600", "Date", date];
  const lines = [...fields, "Content-Length", String(page.length), "Expires", date, "Age", "10"];
  const bare: RequestListener = (_request, response) => {
    response.writeHead(200, lines).end(page);
  };
  await compare(
    "a page of 10 KB, from memory",
    { seconds: 2, connections: 32, distinct: false },
    {
      "a bare handler": bare,
      cachePage: cachePage(600, { cache })(handler),
      cacheSite: cacheSite({ cache })(handler),
      httpCache: httpCache({ cache })(handler),
    },
  );
}

async function benchMisses(): Promise<void> {
  await using cache = createCache({ backend: locmem, location: "http-misses" });
  let ms = 0;
  const sized: RequestListener = (_request, response) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
    const fields = { "Content-Type": "text/html", "Cache-Control": "max-age=600" };
    response.writeHead(200, { ...fields, "Content-Length": page.length }).end(page);
  };
  const handlers = {
    "a bare handler": sized,
    cachePage: cachePage(600, { cache })(sized),
    httpCache: httpCache({ cache })(sized),
  };
  const load = { seconds: 2, connections: 4, distinct: true };
  // A server that has run for a while has been compiled.
  for (const handler of Object.values(handlers)) await serve(handler, { ...load, seconds: 5 });
  ms = 1;
  const title = "a page that takes 1 ms, each for the first time";
  // A visitor does not wait for what is done behind an answer, unless others wait for the processor too.
  await compare(`${title}, one visitor`, { ...load, connections: 1 }, handlers);
  await compare(`${title}, four visitors`, load, handlers);
}

async function benchFlood(): Promise<void> {
  await using cache = createCache({
    backend: locmem,
    location: "http-flood",
    options: { maxEntries: 1_000 },
  });
  const handler = cachePagePlain(600, { cache })(() => new Response("a page"));
  console.log(`\n### Heap under a flood of ${URLS} distinct URLs, a cache of 1,000 entries\n`);
  console.log("| URLs | heap |\n|---:|---:|");
  for (let asked = 0; asked <= URLS; asked += 1) {
    await (await handler(new Request(`http://localhost/${asked}`))).text();
    if (asked % (URLS / 5) !== 0) continue;
    // What is done behind, and what Node does for its own, is done by then.
    await sleep(50);
    globalThis.gc?.();
    console.log(`| ${asked} | ${(process.memoryUsage().heapUsed / 1e6).toFixed(1)} MB |`);
  }
}
