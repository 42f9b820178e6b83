import { setTimeout as sleep } from "node:timers/promises";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { cachePage } from "@cullet/http";
import { Processors } from "./apart/processors.js";
import { compare } from "./http/load.js";

const URLS = 100_000;
const HITS = { connections: 32, distinct: false };

/** The modules of sites, by what they stand on, each with another cache beside Cullet's. */
const FRAMEWORKS = { Express: "express", Fastify: "fastify", h3: "h3", Hono: "hono" };

/** Measures hits and misses beside a handler alone, and other caches, and memory under a flood of URLs. */
export async function benchHttp(): Promise<void> {
  // First, since Hono's server puts a class of its own in the place of the global Response.
  await benchFlood();
  using processors = new Processors();
  await compare("node:http: a page of 10 KB, from memory", HITS, siteModule("node"), processors);
  // A visitor does not wait for what is done behind an answer, unless others wait for the processor too.
  for (const [visitors, connections] of Object.entries({ "one visitor": 1, "four visitors": 4 })) {
    const title = `node:http: a page that takes 1 ms, each for the first time, ${visitors}`;
    await compare(title, { distinct: true, connections }, siteModule("node-miss"), processors);
  }
  for (const [framework, module] of Object.entries(FRAMEWORKS)) {
    await compare(`${framework}: a page of 10 KB, from memory`, HITS, siteModule(module), processors);
  }
}

function siteModule(name: string): URL {
  return new URL(`./http/sites/${name}.js`, import.meta.url);
}

async function benchFlood(): Promise<void> {
  await using cache = createCache({
    backend: locmem,
    location: "http-flood",
    options: { maxEntries: 1_000 },
  });
  const handler = cachePage(600, { cache })(() => new Response("a page"));
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
