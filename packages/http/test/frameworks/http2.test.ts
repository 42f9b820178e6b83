import { once } from "node:events";
import { type ClientHttp2Session, connect, createServer, type IncomingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fastify } from "fastify";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { cacheSite as cacheSiteOfFastify } from "../../src/fastify/index.js";
import {
  cacheSite,
  conditionalGet,
  httpCache,
  type NodeHandler,
  type NodeMiddleware,
} from "../../src/node/index.js";
import { memoryCache } from "../suite/memory-cache.js";

/** Serves a handler behind middlewares, the outermost first, over HTTP/2. */
async function served(
  middlewares: readonly NodeMiddleware[],
  handler: NodeHandler,
): Promise<ClientHttp2Session> {
  const behind = middlewares.reduceRight<NodeHandler>((inner, middleware) => middleware(inner), handler);
  const server = createServer((request, response) => {
    // The messages of HTTP/2 do what those of HTTP/1 do, but are not of their types.
    Reflect.apply(behind, undefined, [request, response]);
  }).listen(0);
  onTestFinished(() => void server.close());
  return client(server.address() as AddressInfo);
}

function client({ port }: AddressInfo): ClientHttp2Session {
  const session = connect(`http://localhost:${port}`);
  onTestFinished(() => session.destroy());
  return session;
}

async function get(session: ClientHttp2Session, fields: IncomingHttpHeaders = {}) {
  const stream = session.request({ ":path": "/", ...fields });
  const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
  return { headers, body: await text(stream) };
}

describe("over HTTP/2", () => {
  it("a page is the same from the cache, and conditions are answered from it", async () => {
    const seen: unknown[] = [];
    const session = await served(
      [cacheSite({ cache: memoryCache() }), conditionalGet()],
      (request, response) => {
        seen.push(request.headers["if-none-match"]);
        response.setHeader("X-Own", ["a", "b"]);
        response.writeHead(200, { "Content-Type": "text/x-own" });
        response.end("page");
      },
    );
    const miss = await get(session, { "if-none-match": '"other"' });
    const hit = await get(session);
    expect(seen).toEqual([undefined]);
    expect(hit.body).toBe(miss.body);
    expect(hit.headers).toMatchObject({
      ":status": 200,
      "x-own": "a, b",
      "content-type": "text/x-own",
      age: "0",
    });
    const unchanged = await get(session, { "if-none-match": `${miss.headers.etag}` });
    expect([unchanged.headers[":status"], unchanged.body]).toEqual([304, ""]);
  });

  it("a stale page is refreshed behind", async () => {
    let runs = 0;
    const session = await served([httpCache({ cache: memoryCache() })], (_request, response) => {
      runs += 1;
      response.setHeader("Cache-Control", "max-age=60, stale-while-revalidate=600");
      if (runs === 1) response.setHeader("Age", "100");
      response.end(`run ${runs}`);
    });
    await get(session);
    expect((await get(session)).body).toBe("run 1");
    await vi.waitFor(async () => expect((await get(session)).body).toBe("run 2"));
    expect(runs).toBe(2);
  });

  it("Fastify's pages are cached too", async () => {
    let runs = 0;
    const app = fastify({ http2: true });
    onTestFinished(() => app.close());
    app.register(cacheSiteOfFastify({ cache: memoryCache() }));
    app.get("/", async () => `run ${++runs}`);
    await app.listen({ port: 0 });
    const session = client(app.server.address() as AddressInfo);
    for (let turn = 0; turn < 2; turn += 1) expect((await get(session)).body).toBe("run 1");
    session.destroy();
  });
});
