import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { locmem } from "@cullet/backend-locmem";
import { type Cache, createCache } from "@cullet/core";
import { describe, expect, it } from "vitest";
import { httpCache, purge } from "../../src/index.js";
import { httpCache as nodeHttpCache } from "../../src/node/index.js";

let stores = 0;

/** A store that says of itself that other processes see it. */
const shared: typeof locmem = (config) => {
  const backend = locmem(config);
  const features = { ...backend.features, shared: true };
  return Object.defineProperty(backend, "features", { value: features });
};

/** Caches of so many processes over one store. */
function caches(count: number): Cache[] {
  stores += 1;
  const location = `collapse-${stores}`;
  return Array.from({ length: count }, () => createCache({ backend: shared, location }));
}

/** A handler whose responses wait until they are let go. */
function slowHandler(headers: Record<string, string>) {
  let runs = 0;
  const waiting: (() => void)[] = [];
  return {
    runs: () => runs,
    letGo: () => {
      for (const go of waiting.splice(0)) go();
    },
    async handle(request: Request): Promise<Response> {
      runs += 1;
      const run = runs;
      await new Promise<void>((go) => waiting.push(go));
      return new Response(`run ${run} ${request.headers.get("x-a") ?? ""}`, { headers });
    },
  };
}

const PAGE = "http://example.com/page";
const get = (fields: Record<string, string> = {}) => new Request(PAGE, { headers: fields });

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(1);
}

describe("requests that miss together", () => {
  it("have the handler run once", async () => {
    const [cache] = caches(1) as [Cache];
    const slow = slowHandler({ "Cache-Control": "max-age=60" });
    const handler = httpCache({ cache })(slow.handle);
    const responses = Promise.all(Array.from({ length: 20 }, () => handler(get())));
    await until(() => slow.runs() === 1);
    await sleep(20);
    slow.letGo();
    const bodies = await Promise.all((await responses).map((response) => response.text()));
    expect(new Set(bodies)).toEqual(new Set(["run 1 "]));
    expect(slow.runs()).toBe(1);
    const statuses = (await responses).map((response) => response.headers.get("cache-status"));
    expect(statuses.filter((status) => status?.endsWith("; collapsed"))).toHaveLength(19);
  });

  it("have it run once in all processes that share a store", async () => {
    const slow = slowHandler({ "Cache-Control": "max-age=60" });
    const handlers = caches(4).map((cache) => httpCache({ cache })(slow.handle));
    const responses = Promise.all(handlers.map((handler) => handler(get())));
    await until(() => slow.runs() === 1);
    await sleep(50);
    slow.letGo();
    const bodies = await Promise.all((await responses).map((response) => response.text()));
    expect(bodies).toEqual(Array.from({ length: 4 }, () => "run 1 "));
  });

  it("all have it run where its response is not stored, and nobody waits for the next", async () => {
    const [cache] = caches(1) as [Cache];
    const slow = slowHandler({ "Cache-Control": "no-store" });
    const handler = httpCache({ cache })(slow.handle);
    const responses = Promise.all(Array.from({ length: 5 }, () => handler(get())));
    await until(() => slow.runs() === 1);
    slow.letGo();
    await until(() => slow.runs() === 5);
    slow.letGo();
    await responses;
    const next = Promise.all([handler(get()), handler(get())]);
    await until(() => slow.runs() === 7);
    slow.letGo();
    await next;
  });

  it("get what is theirs, where the response turns out to vary", async () => {
    const [cache] = caches(1) as [Cache];
    const slow = slowHandler({ "Cache-Control": "max-age=60", Vary: "X-A" });
    const handler = httpCache({ cache })(slow.handle);
    const responses = Promise.all(["1", "1", "2"].map((value) => handler(get({ "X-A": value }))));
    await until(() => slow.runs() === 1);
    slow.letGo();
    await until(() => slow.runs() === 2);
    slow.letGo();
    const bodies = await Promise.all((await responses).map((response) => response.text()));
    expect(bodies).toEqual(["run 1 1", "run 1 1", "run 2 2"]);
  });

  it("do not wait for one whose client has gone", async () => {
    const [cache] = caches(1) as [Cache];
    let runs = 0;
    const server = createServer(
      nodeHttpCache({ cache })((_request, response) => {
        runs += 1;
        response.setHeader("Cache-Control", "max-age=60");
        if (runs === 1) response.write("begun");
        else response.end("whole");
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const gone = connect(port, "127.0.0.1", () => gone.write("GET /page HTTP/1.1\r\nHost: a\r\n\r\n"));
    await new Promise((resolve) => gone.once("data", resolve));
    const waiting = fetch(`http://127.0.0.1:${port}/page`, { headers: { Host: "a" } });
    await sleep(20);
    gone.destroy();
    expect(await (await waiting).text()).toBe("whole");
    server.closeAllConnections();
    server.close();
  });
});

it("does not store what was being made while its page was purged", async () => {
  const [cache] = caches(1) as [Cache];
  const slow = slowHandler({ "Cache-Control": "max-age=60" });
  const handler = httpCache({ cache })(slow.handle);
  const early = handler(get());
  await until(() => slow.runs() === 1);
  await purge(cache, PAGE);
  slow.letGo();
  expect(await (await early).text()).toBe("run 1 ");
  const late = handler(get());
  await until(() => slow.runs() === 2);
  slow.letGo();
  expect(await (await late).text()).toBe("run 2 ");
});

it.each([
  [{}, "purge needs a cache, made by createCache; got"],
  ["/page", "url must be an absolute URL of http or https; got"],
  ["ftp://a/b", "url must be an absolute URL of http or https; got"],
])("refuses to purge %j", async (given, message) => {
  const [cache] = caches(1) as [Cache];
  const purged = typeof given === "string" ? purge(cache, given) : purge(given as Cache, PAGE);
  await expect(purged).rejects.toThrow(message);
});

it.each<[object, string]>([
  [{}, "httpCache needs a cache, made by createCache; got undefined"],
  [{ maxBytes: 0 }, "maxBytes must be a whole number above zero; got 0"],
  [{ maxVariants: "many" }, "maxVariants must be a whole number above zero; got"],
  [{ keyPrefix: 1 }, "keyPrefix must be text; got 1"],
  [{ cacheStatus: "a b" }, "cacheStatus must be true, false, or a name for the cache; got"],
  [{ targets: ["a b"] }, "targets must be a list of field names; got"],
  [{ requestDirectives: 1 }, "requestDirectives must be true or false; got 1"],
  [{ noVarySearch: 1 }, "noVarySearch must be true or false; got 1"],
  [{ stripCookies: 1 }, "stripCookies must be true or false; got 1"],
  [{ keepStale: "long" }, 'keepStale must be seconds, a string like "1d", or null; got'],
])("refuses the options %j", (options, message) => {
  const [cache] = caches(1) as [Cache];
  const given = Object.keys(options).length === 0 ? options : { cache, ...options };
  expect(() => httpCache(given as Parameters<typeof httpCache>[0])).toThrow(message);
});
