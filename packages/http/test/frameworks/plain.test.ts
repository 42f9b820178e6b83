import { describe, expect, it, vi } from "vitest";
import { cachePage, cacheSite, compress, httpCache, type WebHandler } from "../../src/index.js";
import { memoryCache } from "../suite/memory-cache.js";

const URL = "https://a.example/";

function ask(headers: Record<string, string> = {}, url = URL): Request {
  return new Request(url, { headers });
}

describe("a handler", () => {
  it("is given all that the host hands to it, and the host is told of what is still to be stored", async () => {
    const handler = vi.fn(
      async (_request: Request, env: { name: string }, _context: object) => new Response(env.name),
    );
    const page = cachePage(60, { cache: memoryCache() })(handler);
    const context = { waitUntil: vi.fn((work: Promise<unknown>) => work) };
    expect(await (await page(ask(), { name: "a" }, context)).text()).toBe("a");
    expect(handler.mock.calls[0]?.[2]).toBe(context);
    await Promise.all(context.waitUntil.mock.results.map(({ value }) => value));
    expect((await page(ask(), { name: "b" }, context)).headers.get("Age")).toBe("0");
  });

  it("keeps the class of its request where a cache hides conditions", async () => {
    class OwnRequest extends Request {
      readonly isOwn = true;
    }
    const seen: unknown[] = [];
    const page = cacheSite({ cache: memoryCache() })((request) => {
      seen.push((request as OwnRequest).isOwn, request.headers.get("If-None-Match"));
      return new Response("page");
    });
    await page(new OwnRequest(URL, { headers: { "If-None-Match": '"a"' } }));
    expect(seen).toEqual([true, null]);
  });

  it("is run once for a page, through several caches of one store", async () => {
    let runs = 0;
    const cache = memoryCache();
    const handler: WebHandler = () =>
      new Response(`run ${++runs}`, { headers: { "Cache-Control": "max-age=60" } });
    const page = cacheSite({ cache })(httpCache({ cache })(cachePage(60, { cache })(handler)));
    const texts = await Promise.all(Array.from({ length: 5 }, async () => (await page(ask())).text()));
    expect(texts).toEqual(Array(5).fill("run 1"));
  });

  it("is run once by who asks right after the answer, while it is being stored", async () => {
    let runs = 0;
    const page = cacheSite({ cache: memoryCache() })(() => new Response(`run ${++runs}`));
    for (let at = 0; at < 50; at += 1) {
      await page(ask({}, `${URL}${at}`));
      await page(ask({}, `${URL}${at}`));
    }
    expect(runs).toBe(50);
  });

  it("that throws is reported to the caller, and what waits for it is not kept waiting", async () => {
    const page = cacheSite({ cache: memoryCache() })(() => {
      throw new Error("broken");
    });
    for (let turn = 0; turn < 2; turn += 1) await expect(page(ask())).rejects.toThrow("broken");
  });

  it("may answer with what no cache could send again", async () => {
    const page = cacheSite({ cache: memoryCache() })(() => Response.error());
    expect((await page(ask())).type).toBe("error");
  });
});

describe("a response", () => {
  it("is the same from the cache, bytes and fields", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    const page = cachePage(60, { cache: memoryCache() })(
      () =>
        new Response(bytes, {
          statusText: "Fine",
          headers: [
            ["Link", "<a>"],
            ["Link", "<b>"],
          ],
        }),
    );
    const miss = await page(ask());
    await settle();
    const hit = await page(ask());
    expect(hit.headers.has("Age")).toBe(true);
    expect(new Uint8Array(await hit.arrayBuffer())).toEqual(new Uint8Array(await miss.arrayBuffer()));
    expect([hit.statusText, hit.headers.get("Link")]).toEqual(["Fine", "<a>, <b>"]);
  });

  it("without a body has none from the cache", async () => {
    const page = cachePage(60, { cache: memoryCache() })(() => new Response(null));
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await (await page(ask())).text()).toBe("");
      await settle();
    }
  });

  it("of a stream is read no quicker than the client reads it", async () => {
    let given = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          given += 1;
          controller.enqueue(crypto.getRandomValues(new Uint8Array(1_000)));
        },
      });
    for (const around of [cacheSite({ cache: memoryCache() }), compress()]) {
      given = 0;
      const response = await around(
        () => new Response(endless(), { headers: { "Content-Type": "text/plain" } }),
      )(ask({ "Accept-Encoding": "gzip" }));
      const reader = response.body?.getReader();
      await reader?.read();
      await settle();
      expect(given).toBeLessThan(200);
      await reader?.cancel();
    }
  });

  it("that nobody reads to its end is not stored, and is asked for no more", async () => {
    const cancelled = vi.fn();
    let runs = 0;
    const page = cacheSite({ cache: memoryCache() })(() => {
      runs += 1;
      if (runs > 1) return new Response("whole");
      const body = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(10)), cancel: cancelled });
      return new Response(body);
    });
    await (await page(ask())).body?.cancel();
    expect(cancelled).toHaveBeenCalledOnce();
    expect(await (await page(ask())).text()).toBe("whole");
  });
});

it.each(["data:text/plain,a", `${URL}#a`])("what no server is asked for is not stored: %s", async (url) => {
  let runs = 0;
  const page = cacheSite({ cache: memoryCache() })(() => new Response(`run ${++runs}`));
  await page(ask({}, url));
  await settle();
  expect(await (await page(ask({}, url))).text()).toBe("run 2");
});

it("the host that is asked for beside that of the URL has pages of its own", async () => {
  let runs = 0;
  const page = cacheSite({ cache: memoryCache() })(
    (request) => new Response(`run ${++runs} for ${request.headers.get("Host")}`),
  );
  const hosts = ["a.example", "b.example", "a.example/evil"];
  for (const host of [...hosts, ...hosts]) {
    const run = hosts.indexOf(host) + 1;
    expect(await (await page(ask({ Host: host }))).text()).toBe(`run ${run} for ${host}`);
    await settle();
  }
});

/** Lets what is stored behind a response be stored. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
