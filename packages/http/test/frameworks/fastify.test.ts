import { Readable } from "node:stream";
import { type FastifyInstance, fastify } from "fastify";
import { describe, expect, it } from "vitest";
import {
  cachePage,
  cacheSite,
  condition,
  conditionalGet,
  httpCache,
  varyOnCookie,
} from "../../src/fastify/index.js";
import { memoryCache } from "../suite/memory-cache.js";
import { fieldsOf, type Received, type Sent, send, textOf } from "../suite/send.js";

/** Serves what `build` adds to an application for the length of `test`. */
async function serving(
  build: (app: FastifyInstance) => void,
  test: (get: (sent?: Sent) => Promise<Received>, app: FastifyInstance) => Promise<void>,
) {
  const app = fastify({ forceCloseConnections: true, trustProxy: true });
  build(app);
  await app.listen({ port: 0, host: "127.0.0.1" });
  try {
    const port = Number(new URL(app.listeningOrigin).port);
    await test((sent = {}) => send(port, sent), app);
  } finally {
    await app.close();
  }
}

describe("a route", () => {
  it("takes a cache spread into its options, and no other route has it", async () => {
    let runs = 0;
    await serving(
      (app) => {
        app.get("/page", { ...cachePage(60, { cache: memoryCache() }) }, async () => `run ${++runs}`);
        app.get("/other", async () => `run ${++runs}`);
      },
      async (get) => {
        const bodies = [];
        for (const path of ["/page", "/page", "/other", "/other"]) bodies.push(textOf(await get({ path })));
        expect(bodies).toEqual(["run 1", "run 1", "run 2", "run 3"]);
      },
    );
  });

  it("takes several, in the order in which they stand in a list", async () => {
    let runs = 0;
    const { preHandler: page } = cachePage(60, { cache: memoryCache() });
    const { preHandler: cookie } = varyOnCookie();
    await serving(
      (app) => {
        app.get("/", { preHandler: [page, cookie] }, async () => `run ${++runs}`);
      },
      async (get) => {
        for (const [cookie, run] of [
          ["a", 1],
          ["b", 2],
          ["a", 1],
        ])
          expect(textOf(await get({ headers: { Cookie: `${cookie}` } }))).toBe(`run ${run}`);
      },
    );
  });

  it("has the cache of its scope, and not that of the one beside", async () => {
    let runs = 0;
    await serving(
      (app) => {
        app.register(async (scope) => {
          scope.register(cachePage(60, { cache: memoryCache() }));
          scope.get("/page", async () => `run ${++runs}`);
        });
        app.get("/other", async () => `run ${++runs}`);
      },
      async (get) => {
        const bodies = [];
        for (const path of ["/page", "/page", "/other", "/other"]) bodies.push(textOf(await get({ path })));
        expect(bodies).toEqual(["run 1", "run 1", "run 2", "run 3"]);
      },
    );
  });

  it("shows a cached page to nobody whom a hook before the handler keeps out", async () => {
    await serving(
      (app) => {
        app.register(cachePage(60, { cache: memoryCache() }));
        app.addHook("onRequest", async (request, reply) => {
          if (request.headers["x-key"] !== "1") return reply.code(403).send("no");
        });
        app.get("/", async () => "secret");
      },
      async (get) => {
        expect(textOf(await get({ headers: { "X-Key": "1" } }))).toBe("secret");
        expect((await get()).status).toBe(403);
      },
    );
  });
});

describe("a page is the same from the cache as from", () => {
  it.each<[string, () => unknown]>([
    ["text", () => "grüße"],
    ["JSON", () => ({ a: [1, "ü"] })],
    ["bytes", () => Buffer.from([0, 255, 10])],
    ["a stream", () => Readable.from([Buffer.from("one "), Buffer.from("two")])],
    ["a Response", () => new Response("own", { headers: { "X-Own": "a", "Content-Type": "text/x-own" } })],
  ])("%s", async (_name, answer) => {
    let runs = 0;
    await serving(
      (app) => {
        app.register(cacheSite({ cache: memoryCache() }));
        app.get("/", async () => {
          runs += 1;
          return answer();
        });
      },
      async (get) => {
        const miss = await get();
        const hit = await get();
        expect(runs).toBe(1);
        expect(hit.body).toEqual(miss.body);
        expect(fieldsOf(hit)).toEqual(fieldsOf(miss));
        expect((await get({ method: "HEAD" })).headers.get("Content-Length")).toBe(`${miss.body.length}`);
        expect(runs).toBe(1);
      },
    );
  });
});

describe("the cache of a site", () => {
  it("counts what hooks add to the response, and hits have it once", async () => {
    let sent = 0;
    await serving(
      (app) => {
        app.register(cacheSite({ cache: memoryCache() }));
        app.addHook("onSend", async (_request, reply, payload) => {
          sent += 1;
          reply.header("X-Sent", `${sent}`);
          return payload;
        });
        app.get("/", async () => "page");
      },
      async (get) => {
        expect((await get()).headers.getAll("X-Sent")).toEqual(["1"]);
        const hit = await get();
        expect(hit.headers.getAll("X-Sent")).toEqual(["2"]);
        expect(hit.headers.has("Age")).toBe(true);
      },
    );
  });

  it("does not store a page whose cookie a hook sets", async () => {
    let runs = 0;
    await serving(
      (app) => {
        app.register(cacheSite({ cache: memoryCache() }));
        app.addHook("onSend", async (_request, reply) => {
          reply.header("Set-Cookie", "sid=1");
        });
        app.get("/", async () => `run ${++runs}`);
      },
      async (get) => {
        await get();
        expect(textOf(await get())).toBe("run 2");
      },
    );
  });

  it("keeps nothing that stood in the reply before, which a hit has anew", async () => {
    let requests = 0;
    await serving(
      (app) => {
        app.addHook("onRequest", async (_request, reply) => {
          reply.header("X-Request", ++requests);
        });
        app.register(cacheSite({ cache: memoryCache() }));
        app.get("/", async () => "page");
      },
      async (get) => {
        expect((await get()).headers.get("X-Request")).toBe("1");
        const hit = await get();
        expect([hit.headers.get("X-Request"), hit.headers.has("Age")]).toEqual(["2", true]);
      },
    );
  });

  it("stores what is written to the raw response like any other", async () => {
    let runs = 0;
    await serving(
      (app) => {
        app.register(cacheSite({ cache: memoryCache() }));
        app.get("/", (_request, reply) => {
          runs += 1;
          reply.hijack();
          reply.raw.writeHead(200, { "X-Own": "a" }).end("raw");
        });
      },
      async (get) => {
        await get();
        const hit = await get();
        expect([runs, textOf(hit), hit.headers.get("X-Own")]).toEqual([1, "raw", "a"]);
        expect(hit.headers.has("Content-Type")).toBe(false);
      },
    );
  });

  it("stores neither errors nor what is not found", async () => {
    await serving(
      (app) => {
        app.register(cacheSite({ cache: memoryCache() }));
        app.get("/", async () => {
          throw new Error("broken");
        });
      },
      async (get) => {
        for (const [path, status] of [
          ["/", 500],
          ["/missing", 404],
        ] as const) {
          for (let turn = 0; turn < 2; turn += 1) {
            const answer = await get({ path });
            expect([answer.status, answer.headers.has("Age")]).toEqual([status, false]);
          }
        }
      },
    );
  });

  it("answers requests that are injected", async () => {
    let runs = 0;
    const app = fastify();
    app.register(cacheSite({ cache: memoryCache() }));
    app.get("/", async () => `run ${++runs}`);
    const answers = [await app.inject("/"), await app.inject("/")];
    expect(answers.map(({ body }) => body)).toEqual(["run 1", "run 1"]);
    await app.close();
  });

  it("goes by what trusted proxies say of scheme and host", async () => {
    await serving(
      (app) => {
        app.register(cacheSite({ cache: memoryCache() }));
        app.get("/", async ({ protocol, host }) => `${protocol}://${host}`);
      },
      async (get) => {
        const forwarded = {
          Host: "a.example",
          "X-Forwarded-Host": "b.example",
          "X-Forwarded-Proto": "https",
        };
        expect(textOf(await get({ headers: { Host: "a.example" } }))).toBe("http://a.example");
        expect(textOf(await get({ headers: forwarded }))).toBe("https://b.example");
      },
    );
  });
});

it("a stale page stands in for a handler that throws", async () => {
  let runs = 0;
  await serving(
    (app) => {
      app.register(httpCache({ cache: memoryCache() }));
      app.get("/", async (_request, reply) => {
        runs += 1;
        if (runs > 1) throw new Error("broken");
        reply.headers({ "Cache-Control": "max-age=1, stale-if-error=600", Age: "5" });
        return "page";
      });
    },
    async (get) => {
      await get();
      const answer = await get();
      expect([answer.status, textOf(answer), answer.headers.get("Content-Type")]).toEqual([
        200,
        "page",
        "text/plain; charset=utf-8",
      ]);
    },
  );
});

it("the functions of the user are given Fastify's request", async () => {
  await serving(
    (app) => {
      app.register(conditionalGet());
      app.get(
        "/:id",
        { ...condition({ etag: (request) => (request.params as { id: string }).id }) },
        async () => "page",
      );
    },
    async (get) => expect((await get({ path: "/a" })).headers.get("ETag")).toBe('"a"'),
  );
});
