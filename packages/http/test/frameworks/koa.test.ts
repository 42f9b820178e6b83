import { Readable } from "node:stream";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import { cachePage, cacheSite, compress, condition, httpCache } from "../../src/koa/index.js";
import { listen } from "../suite/listen.js";
import { memoryCache } from "../suite/memory-cache.js";
import { fieldsOf, type Received, type Sent, send, textOf } from "../suite/send.js";

/** Serves middlewares for the length of `test`. */
async function serving(
  middlewares: readonly Koa.Middleware[],
  test: (get: (sent?: Sent) => Promise<Received>) => Promise<void>,
) {
  const app = new Koa({ proxy: true });
  app.silent = true;
  for (const middleware of middlewares) app.use(middleware);
  await using served = await listen(app.callback());
  await test((sent = {}) => send(served.port, sent));
}

describe("a page is the same from the cache as from", () => {
  it.each<[string, (context: Koa.Context) => void]>([
    ["text", answering(() => "grüße")],
    ["an object", answering(() => ({ a: [1, "ü"] }))],
    ["bytes", answering(() => Buffer.from([0, 255, 10]))],
    ["a stream", answering(() => Readable.from([Buffer.from("one "), Buffer.from("two")]))],
    ["a web stream", answering(() => new Response("streamed").body)],
    ["a Response", answering(() => new Response("own", { headers: { "X-Own": "a" } }))],
    ["a Blob", answering(() => new Blob(["blob"]))],
    [
      "a reason and repeated fields",
      (context) => {
        context.body = "fine";
        context.message = "Fine";
        context.append("X-Own", ["a", "b"]);
      },
    ],
    [
      "what goes around Koa",
      (context) => {
        context.respond = false;
        context.res.writeHead(200, { "X-Own": "a" }).end("raw");
      },
    ],
  ])("%s", async (_name, answer) => {
    let runs = 0;
    const handler: Koa.Middleware = (context) => {
      runs += 1;
      answer(context);
    };
    await serving([cachePage(60, { cache: memoryCache() }), handler], async (get) => {
      const miss = await get();
      const hit = await get();
      expect(runs).toBe(1);
      expect(hit.body).toEqual(miss.body);
      expect(hit.reason).toBe(miss.reason);
      expect(fieldsOf(hit)).toEqual(fieldsOf(miss));
    });
  });
});

it("middleware outside adds to a hit as to any response, and sees what it is", async () => {
  let requests = 0;
  const seen: unknown[] = [];
  const outside: Koa.Middleware = async (context, next) => {
    await next();
    requests += 1;
    context.set("X-Request", `${requests}`);
    seen.push([context.status, Buffer.isBuffer(context.body)]);
  };
  const middlewares = [outside, cacheSite({ cache: memoryCache() }), answering(() => "page")];
  await serving(middlewares, async (get) => {
    expect((await get()).headers.get("X-Request")).toBe("1");
    const hit = await get();
    expect([hit.headers.get("X-Request"), hit.headers.has("Age")]).toEqual(["2", true]);
  });
  expect(seen).toEqual([
    [200, false],
    [200, true],
  ]);
});

it("what middleware outside adds counts for what is stored", async () => {
  let runs = 0;
  const session: Koa.Middleware = async (context, next) => {
    await next();
    context.cookies.set("sid", "1");
  };
  const handler: Koa.Middleware = (context) => {
    context.body = `run ${++runs}`;
  };
  await serving([session, cacheSite({ cache: memoryCache() }), handler], async (get) => {
    await get();
    expect(textOf(await get())).toBe("run 2");
  });
});

it("a missing page and a failure are not stored, and the failure is Koa's to report", async () => {
  const middlewares: Koa.Middleware[] = [
    cacheSite({ cache: memoryCache() }),
    (context) => {
      if (context.path === "/broken") context.throw(503, "broken");
    },
  ];
  await serving(middlewares, async (get) => {
    for (const [path, status] of [
      ["/", 404],
      ["/broken", 503],
    ] as const) {
      for (let turn = 0; turn < 2; turn += 1) {
        const answer = await get({ path });
        expect([answer.status, answer.headers.has("Age")]).toEqual([status, false]);
      }
    }
  });
});

it("a stale page stands in for a handler that throws, and for middleware that answers for it", async () => {
  const report: Koa.Middleware = async (context, next) => {
    try {
      await next();
    } catch {
      context.status = 503;
      context.body = { error: true };
    }
  };
  for (const inside of [[], [report]]) {
    let runs = 0;
    const handler: Koa.Middleware = (context) => {
      runs += 1;
      if (runs > 1) throw new Error("broken");
      context.set({ "Cache-Control": "max-age=1, stale-if-error=600", Age: "5" });
      context.body = "page";
    };
    await serving([httpCache({ cache: memoryCache() }), ...inside, handler], async (get) => {
      await get();
      const answer = await get();
      expect([runs, answer.status, textOf(answer)]).toEqual([2, 200, "page"]);
      expect(answer.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    });
  }
});

it("a hit is compressed outside of the cache", async () => {
  const middlewares = [compress(), cacheSite({ cache: memoryCache() }), answering(() => "page ".repeat(100))];
  await serving(middlewares, async (get) => {
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await get({ headers: { "Accept-Encoding": "gzip" } });
      expect(answer.headers.get("Content-Encoding")).toBe("gzip");
    }
  });
});

it("the cache goes by the whole URL where middleware takes a path apart", async () => {
  const cache = cachePage(60, { cache: memoryCache() });
  const mounted: Koa.Middleware = async (context, next) => {
    context.path = "/rest";
    await cache(context, next);
  };
  await serving([mounted, answering((context) => context.originalUrl)], async (get) => {
    for (const path of ["/a/rest", "/b/rest", "/a/rest"]) expect(textOf(await get({ path }))).toBe(path);
  });
});

it("the functions of the user are given Koa's context, and trusted proxies are looked through", async () => {
  const middlewares = [condition({ etag: ({ href }) => href }), answering(() => "page")];
  await serving(middlewares, async (get) => {
    const headers = { "X-Forwarded-Host": "b.example", "X-Forwarded-Proto": "https" };
    expect((await get({ headers })).headers.get("ETag")).toBe('"https://b.example/"');
  });
});

/** Answers with the body that `body` gives. */
function answering(body: (context: Koa.Context) => unknown) {
  return (context: Koa.Context): void => {
    context.body = body(context);
  };
}
