import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { describe, expect, it } from "vitest";
import type { HandlerResponse, SuiteAdapter } from "./suite/adapter.js";
import { ADAPTERS } from "./suite/adapters.js";
import { send } from "./suite/send.js";
import { CACHES, STACKS, type StackOptions, Stream } from "./suite/streams.js";

const FRESH = ["Cache-Control", "max-age=60"] as const;

describe.each(ADAPTERS)("on $name", (adapter) => {
  it.each(STACKS)("%s does not hold back the first byte of a body", async (_name, use) => {
    await using site = await serve(adapter, use, ({ body }) => ({ headers: [FRESH], body }));
    site.stream.write("first ".repeat(100));
    const response = await open(site.port, { "Accept-Encoding": "gzip" });
    const isCoded = response.headers["content-encoding"] === "gzip";
    const body = isCoded ? response.pipe(createGunzip()) : response;
    const first = await next(body);
    expect(first).toMatch(/^first /);
    site.stream.write("second");
    site.stream.end();
    expect(first + (await text(body))).toBe(`${"first ".repeat(100)}second`);
  });

  it.each(CACHES)("%s lets events pass as they come, and stores none", async (_name, use) => {
    await using site = await serve(adapter, use, ({ body }) => ({
      headers: [FRESH, ["Content-Type", "text/event-stream"]],
      body,
    }));
    for (const run of [1, 2]) {
      site.stream.write("data: one\n\n");
      const response = await open(site.port);
      expect(await next(response)).toBe("data: one\n\n");
      site.stream.write("data: two\n\n");
      expect(await next(response)).toBe("data: two\n\n");
      site.stream.end();
      await once(response.resume(), "end");
      expect(site.runs()).toBe(run);
    }
  });

  it.each(CACHES)(
    "%s sends a body that is too large to be stored, and does not store it",
    async (_name, use) => {
      const body = Array.from({ length: 20 }, (_, at) => String(at).padEnd(1_000, "."));
      await using site = await serve(adapter, use, () => ({ headers: [FRESH], body }), { maxBytes: 10_000 });
      for (const run of [1, 2]) {
        const answer = await send(site.port, {});
        expect(answer.body.toString()).toBe(body.join(""));
        expect(site.runs()).toBe(run);
      }
    },
  );

  it.each(CACHES)(
    "%s stores nothing where the client went before the handler had ended",
    async (_name, use) => {
      await using site = await serve(adapter, use, ({ body, run }) =>
        run === 1 ? { headers: [FRESH], body } : { headers: [FRESH], body: "whole" },
      );
      site.stream.write("half");
      const response = await open(site.port);
      await next(response);
      response.destroy();
      await new Promise((resolve) => setTimeout(resolve, 100));
      site.stream.write("half");
      expect((await send(site.port, {})).body.toString()).toBe("whole");
      expect((await send(site.port, {})).body.toString()).toBe("whole");
      expect(site.runs()).toBe(2);
    },
  );

  it.each(CACHES)("%s stores nothing where the handler's stream broke", async (_name, use) => {
    await using site = await serve(adapter, use, ({ body, run }) =>
      run === 1 ? { headers: [FRESH], body } : { headers: [FRESH], body: "whole" },
    );
    site.stream.write("half");
    const response = await open(site.port);
    await next(response);
    site.stream.fail();
    await expect(text(response)).rejects.toThrow("aborted");
    expect((await send(site.port, {})).body.toString()).toBe("whole");
    expect(site.runs()).toBe(2);
  });

  it.each(CACHES)("%s stores nothing that is shorter than its Content-Length", async (_name, use) => {
    await using site = await serve(adapter, use, ({ run }) => ({
      headers: run === 1 ? [FRESH, ["Content-Length", "10"]] : [FRESH],
      body: run === 1 ? ["short"] : "whole",
    }));
    await send(site.port, {}).catch(() => undefined);
    expect((await send(site.port, {})).body.toString()).toBe("whole");
    expect((await send(site.port, {})).body.toString()).toBe("whole");
    expect(site.runs()).toBe(2);
  });

  it.each(CACHES)("%s lets who comes while a body is streamed have it too", async (_name, use) => {
    await using site = await serve(adapter, use, ({ body }) => ({ headers: [FRESH], body }));
    site.stream.write("one ");
    const response = await open(site.port);
    const second = send(site.port, {});
    site.stream.write("two");
    site.stream.end();
    expect(await text(response)).toBe("one two");
    expect((await second).body.toString()).toBe("one two");
    expect(site.runs()).toBe(1);
  });
});

interface Given {
  readonly body: Stream;
  readonly run: number;
}

/** Serves what `answer` gives behind the middlewares of `use`. */
async function serve(
  adapter: SuiteAdapter,
  use: (typeof STACKS)[number][1],
  answer: (given: Given) => HandlerResponse,
  options: Omit<StackOptions, "cache"> = {},
) {
  const cache = createCache({ backend: locmem, location: crypto.randomUUID() });
  const stream = new Stream();
  let runs = 0;
  const served = await adapter.serve(use(adapter.names, { ...options, cache }), () => {
    runs += 1;
    return answer({ body: stream, run: runs });
  });
  return {
    port: served.port,
    stream,
    runs: () => runs,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await cache.close();
    },
  };
}

/** Sends a GET; resolves when the head of the response is there. */
async function open(port: number, headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
  const sent = request({ host: "127.0.0.1", port, headers, agent: false }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

/** Returns what comes next of a body. */
async function next(body: Readable): Promise<string> {
  const arriving = once(body, "data");
  body.resume();
  const [piece] = await arriving;
  body.pause();
  return String(piece);
}
