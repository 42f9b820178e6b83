import { getRequestListener } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { stream } from "hono/streaming";
import { describe, expect, it, vi } from "vitest";
import {
  cachePage,
  cacheSite,
  compress,
  condition,
  conditionalGet,
  httpCache,
} from "../../src/hono/index.js";
import { listen } from "../suite/listen.js";
import { memoryCache } from "../suite/memory-cache.js";
import { fieldsOf, type Received, type Sent, send, textOf } from "../suite/send.js";

/** Serves `app` on Node for the length of `test`. */
async function serving(app: Hono, test: (get: (sent?: Sent) => Promise<Received>) => Promise<void>) {
  await using served = await listen(getRequestListener(app.fetch));
  await test((sent = {}) => send(served.port, sent));
}

describe("a page is the same from the cache as from", () => {
  it.each<[string, (context: Context) => Response | Promise<Response>]>([
    ["text()", (context) => context.text("grüße")],
    ["json()", (context) => context.json({ a: [1, "ü"] })],
    ["body() of bytes", (context) => context.body(new Uint8Array([0, 255, 10]))],
    ["a plain Response", () => new Response("own", { headers: { "X-Own": "a" } })],
    [
      "header() before and after",
      (context) => {
        context.header("X-Own", "a");
        context.header("X-Own", "b", { append: true });
        return context.html("<p>");
      },
    ],
    ["stream()", (context) => stream(context, async (out) => void (await out.write("one ")))],
    ["no body", (context) => context.body(null)],
  ])("%s", async (_name, answer) => {
    let runs = 0;
    const app = new Hono().use(cachePage(60, { cache: memoryCache() })).get("/", (context) => {
      runs += 1;
      return answer(context);
    });
    await serving(app, async (get) => {
      const miss = await get();
      const hit = await get();
      expect(runs).toBe(1);
      expect(hit.body).toEqual(miss.body);
      expect(fieldsOf(hit)).toEqual(fieldsOf(miss));
    });
  });
});

it("fields that were set before stand in a hit anew, and are not stored", async () => {
  let requests = 0;
  const app = new Hono()
    .use(async (context, next) => {
      context.header("X-Request", `${++requests}`);
      await next();
    })
    .use(cachePage(60, { cache: memoryCache() }))
    .get("/", (context) => context.text("page"));
  await serving(app, async (get) => {
    expect((await get()).headers.get("X-Request")).toBe("1");
    const hit = await get();
    expect([hit.headers.get("X-Request"), hit.headers.has("Age")]).toEqual(["2", true]);
  });
});

it("what middleware inside adds to the response counts, and none of it comes back by itself", async () => {
  const app = new Hono()
    .use(conditionalGet())
    .use(cacheSite({ cache: memoryCache() }))
    .use(async (context, next) => {
      await next();
      context.header("X-Inside", "a");
      if (context.req.path === "/session") context.header("Set-Cookie", "sid=1");
    })
    .get("*", (context) => context.text("page"));
  await serving(app, async (get) => {
    const tag = (await get()).headers.get("ETag") ?? "";
    const unchanged = await get({ headers: { "If-None-Match": tag } });
    expect([unchanged.status, unchanged.headers.has("X-Inside")]).toEqual([304, false]);
    expect((await get()).headers.getAll("X-Inside")).toEqual(["a"]);
    for (let turn = 0; turn < 2; turn += 1)
      expect((await get({ path: "/session" })).headers.getAll("Set-Cookie")).toEqual(["sid=1"]);
  });
});

it("middleware outside sees a hit, and adds to it", async () => {
  const app = new Hono()
    .use(async (context, next) => {
      await next();
      context.header("X-Outside", await context.res.clone().text());
    })
    .use(cacheSite({ cache: memoryCache() }))
    .get("/", (context) => context.text("page"));
  await serving(app, async (get) => {
    await get();
    const hit = await get();
    expect([textOf(hit), hit.headers.get("X-Outside"), hit.headers.has("Age")]).toEqual([
      "page",
      "page",
      true,
    ]);
  });
});

it("a cookie that middleware outside sets counts, before and after", async () => {
  const cookie = (context: Context) => context.header("Set-Cookie", "sid=1");
  for (const isBefore of [true, false]) {
    let runs = 0;
    const app = new Hono()
      .use(async (context, next) => {
        if (isBefore) cookie(context);
        await next();
        if (!isBefore) cookie(context);
      })
      .use(cachePage(60, { cache: memoryCache() }))
      .get("/", (context) => context.text(`run ${++runs}`));
    await serving(app, async (get) => {
      await get();
      expect(textOf(await get())).toBe("run 2");
    });
  }
});

it("errors are Hono's to report, and are not stored", async () => {
  const app = new Hono()
    .use(cacheSite({ cache: memoryCache() }))
    .get("/broken", () => {
      throw new Error("broken");
    })
    .get("/forbidden", () => {
      throw new HTTPException(403, { message: "no" });
    })
    .onError((error, context) =>
      error instanceof HTTPException ? error.getResponse() : context.text(error.message, 500),
    );
  await serving(app, async (get) => {
    for (const [path, status] of [
      ["/broken", 500],
      ["/forbidden", 403],
      ["/missing", 404],
    ] as const) {
      for (let turn = 0; turn < 2; turn += 1) {
        const answer = await get({ path });
        expect([answer.status, answer.headers.has("Age")]).toEqual([status, false]);
      }
    }
  });
});

it("a stale page stands in for a handler that throws, with none of the error's fields", async () => {
  let runs = 0;
  const app = new Hono()
    .use(httpCache({ cache: memoryCache() }))
    .get("/", (context) => {
      runs += 1;
      if (runs > 1) throw new Error("broken");
      return context.text("page", 200, { "Cache-Control": "max-age=1, stale-if-error=600", Age: "5" });
    })
    .onError((_error, context) => context.json({ error: true }, 503, { "X-Error": "1" }));
  await serving(app, async (get) => {
    await get();
    const answer = await get();
    expect([answer.status, textOf(answer), answer.headers.has("X-Error")]).toEqual([200, "page", false]);
    expect(answer.headers.get("Content-Type")).toMatch(/^text\/plain/);
  });
});

it("a cache on the routes of an application within another goes by the whole URL", async () => {
  const cache = memoryCache();
  const pages = new Hono()
    .use(cachePage(60, { cache }))
    .get("/page", (context) => context.text(context.req.path));
  await serving(new Hono().route("/a", pages).route("/b", pages), async (get) => {
    for (const path of ["/a/page", "/b/page", "/a/page"]) expect(textOf(await get({ path }))).toBe(path);
  });
});

it("the functions of the user are given Hono's context", async () => {
  const app = new Hono<{ Variables: { version: string } }>()
    .use(async (context, next) => {
      context.set("version", "v1");
      await next();
    })
    .get("/", condition({ etag: (context) => context.get("version") }), (context) => context.text("page"));
  await serving(app as unknown as Hono, async (get) =>
    expect((await get()).headers.get("ETag")).toBe('"v1"'),
  );
});

it("a hit is compressed outside of the cache", async () => {
  const app = new Hono()
    .use(compress(), cacheSite({ cache: memoryCache() }))
    .get("/", (context) => context.text("page ".repeat(100)));
  await serving(app, async (get) => {
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await get({ headers: { "Accept-Encoding": "gzip" } });
      expect(answer.headers.get("Content-Encoding")).toBe("gzip");
    }
  });
});

describe("on a host that is not Node", () => {
  it("the host is told of what is still to be stored", async () => {
    const app = new Hono()
      .use(cacheSite({ cache: memoryCache() }))
      .get("/", (context) => context.text("page"));
    const waitUntil = vi.fn((work: Promise<unknown>) => work);
    const context = { waitUntil, passThroughOnException() {}, props: {} };
    await app.request("/", {}, {}, context);
    expect(waitUntil).toHaveBeenCalledOnce();
    await waitUntil.mock.results[0]?.value;
    expect((await app.request("/", {}, {}, context)).headers.has("Age")).toBe(true);
  });

  it("whoever asks for a stale page waits for the new one", async () => {
    let runs = 0;
    const app = new Hono().use(httpCache({ cache: memoryCache() })).get("/", (context) => {
      runs += 1;
      return context.text(`run ${runs}`, 200, {
        "Cache-Control": "max-age=1, stale-while-revalidate=600",
        Age: "5",
      });
    });
    await app.request("/");
    await vi.waitFor(async () => expect(await (await app.request("/")).text()).toMatch(/run [^1]/));
  });
});
