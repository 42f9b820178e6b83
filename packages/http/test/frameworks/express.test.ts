import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { describe, expect, it } from "vitest";
import { cachePage, cacheSite, conditionalGet, httpCache } from "../../src/express/index.js";
import { listen } from "../suite/listen.js";
import { memoryCache } from "../suite/memory-cache.js";
import { fieldsOf, type Received, type Sent, send, textOf } from "../suite/send.js";

const THIS_FILE = fileURLToPath(import.meta.url);

/** Serves `app` for the length of `test`. */
async function serving(app: Express, test: (get: (sent?: Sent) => Promise<Received>) => Promise<void>) {
  await using served = await listen(app);
  await test((sent = {}) => send(served.port, sent));
}

describe("a page is the same from the cache as from", () => {
  it.each<[string, express.RequestHandler]>([
    ["send() of text", (_request, response) => void response.type("text/x-own").send("grüße")],
    ["send() of bytes", (_request, response) => void response.send(Buffer.from([0, 255, 128, 10, 13]))],
    ["json()", (_request, response) => void response.json({ a: [1, "ü"] })],
    ["sendFile()", (_request, response) => response.sendFile(THIS_FILE)],
    [
      "writeHead() with an object of fields",
      (_request, response) => {
        response.writeHead(200, { "X-Own": ["a", "b"], "Content-Type": "text/x-own" });
        response.end("body");
      },
    ],
    [
      "writeHead() with a reason and a flat list of fields",
      (_request, response) => {
        response.setHeader("X-Own", "replaced");
        response.writeHead(200, "Fine", ["X-Own", "a", "X-Own", "b"]).end("body");
      },
    ],
    [
      "write() and end() with encodings and callbacks",
      (_request, response) => {
        response.write("e9e8", "hex", () => {
          response.write("\u00e9", "latin1");
          response.end("ZW5k", "base64", () => {});
        });
      },
    ],
    [
      "flushHeaders() and a stream",
      (_request, response) => {
        response.setHeader("X-Own", "a");
        response.flushHeaders();
        setTimeout(() => response.end("late"), 20);
      },
    ],
    ["end() alone", (_request, response) => void response.end()],
  ])("%s", async (_name, handler) => {
    let runs = 0;
    const app = express().get(
      "/",
      cachePage(60, { cache: memoryCache() }),
      (_request, _response, next) => {
        runs += 1;
        next();
      },
      handler,
    );
    await serving(app, async (get) => {
      const miss = await get();
      const hit = await get();
      expect(runs).toBe(1);
      expect(hit.body).toEqual(miss.body);
      expect(hit.reason).toBe(miss.reason);
      expect(fieldsOf(hit)).toEqual(fieldsOf(miss));
    });
  });
});

describe("the cache of a page", () => {
  it("goes by the whole URL where it is mounted on a path", async () => {
    const cache = memoryCache();
    const page = express.Router().use(cachePage(60, { cache }), (request, response) => {
      response.send(request.originalUrl);
    });
    await serving(express().use("/a", page).use("/b", page), async (get) => {
      for (const path of ["/a/x", "/b/x", "/a/x", "/b/x"]) expect(textOf(await get({ path }))).toBe(path);
    });
  });

  it("keeps nothing that stood in the response before, which a hit has anew", async () => {
    let requests = 0;
    const app = express()
      .use((_request, response, next) => {
        requests += 1;
        response.set("X-Request", `${requests}`).set("Vary", "Accept");
        next();
      })
      .use(cachePage(60, { cache: memoryCache() }))
      .get("/", (_request, response) => void response.send("page"));
    await serving(app, async (get) => {
      expect((await get()).headers.get("X-Request")).toBe("1");
      const hit = await get();
      expect(hit.headers.has("Age")).toBe(true);
      expect(hit.headers.get("X-Request")).toBe("2");
      // It counts all the same for who may have the page.
      expect((await get({ headers: { Accept: "text/html" } })).headers.has("Age")).toBe(false);
    });
  });

  it.each(["inside", "outside"])(
    "counts a cookie that somebody %s sets as the head is sent",
    async (where) => {
      const cache = cachePage(60, { cache: memoryCache() });
      const session = addingOnSend("Set-Cookie", "sid=1");
      const app = express()
        .use(...(where === "inside" ? [cache, session] : [session, cache]))
        .get("/", (_request, response) => void response.send("page"));
      await serving(app, async (get) => {
        for (let turn = 0; turn < 2; turn += 1) {
          const answer = await get();
          expect(answer.headers.getAll("Set-Cookie")).toEqual(["sid=1"]);
          expect(answer.headers.has("Age")).toBe(false);
          expect(answer.headers.get("Content-Length")).toBe("4");
        }
      });
    },
  );

  it.each(["inside", "outside"])("counts what somebody %s says that it varies on", async (where) => {
    const cache = cachePage(60, { cache: memoryCache() });
    const session = addingOnSend("Vary", "Cookie");
    let runs = 0;
    const app = express()
      .use(...(where === "inside" ? [cache, session] : [session, cache]))
      .get("/", (_request, response) => {
        runs += 1;
        response.send(`run ${runs}`);
      });
    await serving(app, async (get) => {
      expect(textOf(await get({ headers: { Cookie: "a" } }))).toBe("run 1");
      expect(textOf(await get({ headers: { Cookie: "b" } }))).toBe("run 2");
      expect(textOf(await get({ headers: { Cookie: "a" } }))).toBe("run 1");
    });
  });

  it("goes by what trusted proxies say of scheme and host, and by nothing that others say", async () => {
    const forwarded = { "X-Forwarded-Host": "b.example", "X-Forwarded-Proto": "https" };
    for (const trusts of [true, false]) {
      const app = express()
        .set("trust proxy", trusts)
        .use(cachePage(60, { cache: memoryCache() }))
        .get("/", (request, response) => void response.send(`${request.protocol}://${request.host}`));
      await serving(app, async (get) => {
        const headers = { Host: "a.example" };
        expect(textOf(await get({ headers }))).toBe("http://a.example");
        const page = trusts ? "https://b.example" : "http://a.example";
        expect(textOf(await get({ headers: { ...headers, ...forwarded } }))).toBe(page);
        expect(textOf(await get({ headers }))).toBe("http://a.example");
      });
    }
  });

  it("leaves to Express what Express decides, as conditions and parts in sendFile()", async () => {
    const app = express()
      .use(conditionalGet())
      .get("/", (_request, response) => response.sendFile(THIS_FILE));
    await serving(app, async (get) => {
      expect((await get({ headers: { Range: "bytes=0-5" } })).status).toBe(206);
      const tag = (await get()).headers.get("ETag") ?? "";
      expect((await get({ headers: { "If-None-Match": tag } })).status).toBe(304);
    });
  });

  it("answers for parts of a file from the cache", async () => {
    const app = express()
      .use(cachePage(60, { cache: memoryCache() }))
      .get("/", (_request, response) => response.sendFile(THIS_FILE));
    await serving(app, async (get) => {
      const whole = textOf(await get());
      const part = await get({ headers: { Range: "bytes=7-11" } });
      expect([part.status, textOf(part)]).toEqual([206, whole.slice(7, 12)]);
    });
  });
});

describe("errors", () => {
  it("go to the application's error handler, and are not stored", async () => {
    const app = express()
      .use(cacheSite({ cache: memoryCache() }))
      .get("/", () => {
        throw new Error("broken");
      })
      .use(((error: Error, _request, response, _next) => {
        response.status(500).send(error.message);
      }) satisfies express.ErrorRequestHandler);
    await serving(app, async (get) => {
      for (let turn = 0; turn < 2; turn += 1) {
        const answer = await get();
        expect([answer.status, textOf(answer), answer.headers.has("Age")]).toEqual([500, "broken", false]);
      }
    });
  });

  it("of the user's own functions go there too", async () => {
    const app = express()
      .use(
        cacheSite({
          cache: memoryCache(),
          anonymousOnly: () => {
            throw new Error("no session");
          },
        }),
      )
      .get("/", (_request, response) => void response.send("page"))
      .use(((error: Error, _request, response, _next) => {
        response.status(500).send(error.message);
      }) satisfies express.ErrorRequestHandler);
    await serving(app, async (get) => expect(textOf(await get())).toBe("no session"));
  });

  it("let a stale page stand in, in place of the error handler's answer", async () => {
    let runs = 0;
    const app = express()
      .use(httpCache({ cache: memoryCache() }))
      .get("/", (_request, response) => {
        runs += 1;
        if (runs > 1) throw new Error("broken");
        response.set({ "Cache-Control": "max-age=1, stale-if-error=600", Age: "5" }).send("page");
      })
      .use(((_error, _request, response, _next) => {
        response.status(503).json({ error: true });
      }) satisfies express.ErrorRequestHandler);
    await serving(app, async (get) => {
      await get();
      const answer = await get();
      expect([answer.status, textOf(answer), answer.headers.get("Content-Type")]).toEqual([
        200,
        "page",
        "text/html; charset=utf-8",
      ]);
    });
  });
});

describe("a handler that", () => {
  it("answers twice is answered for once", async () => {
    const app = express()
      .use(cachePage(60, { cache: memoryCache() }))
      .get("/", (_request, response) => {
        response.send("first");
        setTimeout(() => response.end("second"), 5);
      });
    await serving(app, async (get) => {
      expect(textOf(await get())).toBe("first");
      expect(textOf(await get())).toBe("first");
    });
  });

  it("was outrun by somebody who answered in its place does not end the server", async () => {
    const app = express()
      .use((_request, response, next) => {
        response.status(503).send("too slow");
        next();
      })
      .use(cachePage(60, { cache: memoryCache() }))
      .get("/", (_request, response) => {
        if (!response.headersSent) response.send("page");
      });
    await serving(app, async (get) => {
      for (let turn = 0; turn < 2; turn += 1) expect((await get()).status).toBe(503);
    });
  });
});

/** Adds a field at the last moment, as sessions do. */
function addingOnSend(name: string, value: string): express.RequestHandler {
  return (_request, response, next) => {
    const { writeHead } = response;
    response.writeHead = ((...given: Parameters<typeof writeHead>) => {
      response.appendHeader(name, value);
      return Reflect.apply(writeHead, response, given);
    }) as typeof writeHead;
    next();
  };
}
