import { connect } from "node:net";
import { locmem } from "@cullet/backend-locmem";
import { type Cache, createCache } from "@cullet/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HeaderPair } from "../src/message/header-list.js";
import type { HandlerRequest, HandlerResponse, SuiteAdapter } from "./suite/adapter.js";
import { ADAPTERS } from "./suite/adapters.js";
import { type Sent, send } from "./suite/send.js";
import { CACHES, type StackOptions } from "./suite/streams.js";

const FRESH: HeaderPair = ["Cache-Control", "max-age=60"];
const MEMCACHED_KEY_BYTES = 250;

describe.each(ADAPTERS)("on $name", (adapter) => {
  describe.each(CACHES)("%s", (_name, use) => {
    it("keeps no more variants of a page than it is told to, however many are invented", async () => {
      const page: HandlerResponse = { headers: [FRESH, ["Vary", "X-Tint"]] };
      await using site = await serve(adapter, use, () => page, { maxVariants: 4 });
      for (let at = 0; at < 40; at += 1) await send(site.port, { headers: { "X-Tint": `${at}` } });
      // Four entries, a place for each, and what is known of the URL.
      expect((await keysOf(site.cache)).length).toBeLessThan(16);
      const runs = site.runs();
      await send(site.port, { headers: { "X-Tint": "39" } });
      expect(site.runs()).toBe(runs);
    });

    it("tells huge fields apart, under keys that every store takes", async () => {
      const huge = "x".repeat(12_000);
      await using site = await serve(adapter, use, ({ field }) => ({
        headers: [FRESH, ["Vary", "X-Tint"], ["X-Huge", huge]],
        body: field("X-Tint")?.slice(-1) ?? "",
      }));
      const path = `/${huge.slice(0, 1_000)}`;
      for (const end of ["a", "b", "a", "b"]) {
        const answer = await send(site.port, { path, headers: { "X-Tint": huge.slice(0, 8_000) + end } });
        expect(answer.body.toString()).toBe(end);
        expect(answer.headers.get("X-Huge")).toBe(huge);
      }
      expect(site.runs()).toBe(2);
      for (const key of await keysOf(site.cache))
        expect(Buffer.byteLength(key)).toBeLessThan(MEMCACHED_KEY_BYTES);
    });

    it("sends nothing of an entry that was tampered with", async () => {
      await using site = await serve(adapter, use, () => ({
        headers: [FRESH, ["Vary", "X-Tint"]],
        body: "the page",
      }));
      await send(site.port, {});
      for (const forged of FORGERIES) {
        for (const key of await keysOf(site.cache)) {
          const good = await site.cache.get(key);
          await site.cache.set(key, forged);
          const { status, headers, body } = await send(site.port, {});
          expect([status, headers.get("X-Evil"), headers.get("Set-Cookie"), body.toString()]).toEqual([
            200,
            null,
            null,
            "the page",
          ]);
          await site.cache.set(key, good);
        }
      }
    });

    it("is not led astray by a request whose target or Host is none", async () => {
      await using site = await serve(adapter, use, ({ path, field }) => ({
        headers: [FRESH],
        body: `${field("Host")} ${path}`,
      }));
      for (const lines of ODD_REQUESTS) await sendLines(site.port, lines);
      for (const path of ["/", "/a", "/evil"]) {
        const headers = { Host: "good.example" };
        for (let turn = 0; turn < 2; turn += 1)
          expect((await send(site.port, { path, headers })).body.toString()).toBe(`good.example ${path}`);
      }
    });

    it("changes nothing of what anybody is answered, whoever asked before", async () => {
      await using site = await serve(adapter, use, pageOf);
      await fc.assert(
        fc.asyncProperty(fc.array(REQUEST, { maxLength: 8 }), async (requests) => {
          for (const sent of requests) {
            const { status, body } = await send(site.port, sent);
            const expected = pageOf({
              method: sent.method ?? "GET",
              path: sent.path ?? "/",
              field: (name) => sent.headers?.[name],
            });
            const text = sent.method === "HEAD" ? "" : expected.body;
            expect([status, body.toString()]).toEqual([expected.status, text]);
          }
        }),
        { numRuns: 40 },
      );
    });
  });
});

/** What somebody who can write to the store may put there. */
const FORGERIES: readonly unknown[] = [
  null,
  0,
  "",
  "\n",
  "no entry",
  {},
  [],
  { generation: 1, purged: false, until: 0, lists: {} },
  { generation: "x", purged: false, until: "soon", lists: { a: "b" } },
  Buffer.from([0xff, 0x0a, 0xff]),
  forged({ status: 99 }),
  forged({ status: 700 }),
  forged({ status: "200" }),
  forged({ reason: "OK\r\nX-Evil: 1" }),
  forged({ lines: ["X-Evil", "1\r\nSet-Cookie: sid=evil"] }),
  forged({ lines: ["X-Evil\r\nSet-Cookie", "1"] }),
  forged({ lines: ["X Evil", "1"] }),
  forged({ lines: ["X-Evil", "\u0100"] }),
  forged({ lines: ["X-Evil"] }),
  forged({ lines: ["X-Evil", 1] }),
  forged({ lines: ["X-Evil", "1", "Content-Length", "1000"] }),
  forged({ lines: ["X-Evil", "1", "Content-Length", "1"] }),
  forged({ lines: ["X-Evil", "1", "Transfer-Encoding", "chunked"] }),
  forged({ storedAt: null }),
];

function forged({
  status = 200 as unknown,
  reason = "",
  lines = ["X-Evil", "1"] as unknown[],
  storedAt = Date.now() as unknown,
}): string {
  return `${JSON.stringify([status, reason, lines, storedAt, 0, 1_000, 0, 0, false, false])}\nevil`;
}

/** What no browser sends, and servers differ about. */
const ODD_REQUESTS: readonly (readonly string[])[] = [
  ["GET http://evil.example/ HTTP/1.1", "Host: good.example"],
  ["GET http://good.example/ HTTP/1.1", "Host: evil.example"],
  ["GET / HTTP/1.0"],
  ["GET / HTTP/1.0", "Host: good.example"],
  ["GET / HTTP/1.1", "Host: good.example", "Host: evil.example"],
  ["GET / HTTP/1.1", "Host: good.example/evil"],
  ["GET / HTTP/1.1", "Host: evil@good.example"],
  ["GET / HTTP/1.1", "Host: good.example?"],
  ["GET / HTTP/1.1", "Host: good.example:80:80"],
  ["GET / HTTP/1.1", "Host:"],
  ["GET //evil.example/ HTTP/1.1", "Host: good.example"],
  ["GET /x/../evil HTTP/1.1", "Host: good.example"],
  ["GET /./a HTTP/1.1", "Host: good.example"],
  ["GET /%2e%2e/a HTTP/1.1", "Host: good.example"],
  ["GET /a#b HTTP/1.1", "Host: good.example"],
  ["GET /\\evil HTTP/1.1", "Host: good.example"],
  ["OPTIONS * HTTP/1.1", "Host: good.example"],
];

/** Sends a request as it is written; resolves when it has been answered, however. */
function sendLines(port: number, lines: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write([...lines, "Connection: close", "", ""].join("\r\n"));
    });
    socket
      .on("error", () => {})
      .on("close", () => resolve())
      .resume();
  });
}

const REQUEST: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom("GET", "GET", "GET", "HEAD", "POST"),
  path: fc
    .tuple(
      fc.constantFrom("/", "/a", "/a/", "/a.css", "/A"),
      fc.constantFrom("", "?", "?x", "?x=", "?x=1", "?varies"),
    )
    .map(([path, query]) => path + (query === "?" ? "" : query)),
  headers: fc.dictionary(
    fc.constantFrom("X-A", "X-B", "Cookie", "Authorization", "X-Original-URL", "Origin"),
    fc.constantFrom("", "a", "b", "a, b", "https://b.example"),
  ),
});

/** Answers by nothing but the request, and says truly what of it counts. */
function pageOf({ method, path, field }: HandlerRequest): HandlerResponse & { readonly body: string } {
  const names = path.endsWith("varies") ? ["X-A", "X-B", "Cookie"] : ["X-A"];
  const seen = [...names, "X-Original-URL", "Authorization"].map((name) => field(name) ?? null);
  const origin = field("Origin");
  return {
    status: path.endsWith("=1") ? 404 : 200,
    headers: [
      FRESH,
      ["Vary", names.join(", ")],
      ...(field("Cookie") === "a" ? [["Set-Cookie", "sid=a"] as const] : []),
      ...(origin ? [["Access-Control-Allow-Origin", origin] as const] : []),
    ],
    body: JSON.stringify([method === "HEAD" ? "GET" : method, path, seen]),
  };
}

async function keysOf(cache: Cache): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of cache.keys()) keys.push(key);
  return keys;
}

/** Serves what `answer` gives behind the middlewares of `use`. */
async function serve(
  adapter: SuiteAdapter,
  use: (typeof CACHES)[number][1],
  answer: (request: HandlerRequest) => HandlerResponse,
  options: Omit<StackOptions, "cache"> = {},
) {
  const cache = createCache({
    backend: locmem,
    location: crypto.randomUUID(),
    options: { maxEntries: 10_000 },
  });
  let runs = 0;
  const served = await adapter.serve(use(adapter.names, { ...options, cache }), (request) => {
    runs += 1;
    return answer(request);
  });
  return {
    cache,
    port: served.port,
    runs: () => runs,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await cache.close();
    },
  };
}
