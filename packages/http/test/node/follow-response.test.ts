import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import type { BodyPlan, End, Exchange, GivenBody, Layer, SentHead } from "../../src/layer.js";
import { HeaderList } from "../../src/message/header-list.js";
import { toMiddleware } from "../../src/node/middleware.js";

/** What a layer was told of a response. */
class Told implements Exchange {
  heads: { status: number; reason: string; headers: HeaderList; inherited: string[] }[] = [];
  whole: string | undefined;
  seen = "";
  ends: End[] = [];
  readonly #plan: (head: SentHead) => BodyPlan | undefined;
  readonly fields: ReadonlyMap<string, string | null>;

  constructor(
    plan: (head: SentHead) => BodyPlan | undefined = () => undefined,
    fields: Record<string, string | null> = {},
  ) {
    this.#plan = plan;
    this.fields = new Map(Object.entries(fields));
  }

  head(head: SentHead, { whole }: GivenBody): BodyPlan {
    const { status, reason, headers, inherited } = head;
    this.heads.push({ status, reason, headers: headers.clone(), inherited: [...inherited] });
    this.whole = whole && Buffer.from(whole).toString();
    const watch = (piece: Uint8Array) => {
      this.seen += Buffer.from(piece).toString();
      return true;
    };
    return { watch, ...this.#plan(head) };
  }

  ended(end: End): undefined {
    this.ends.push(end);
  }
}

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown;

async function serve(exchange: Exchange, handler: Handler): Promise<number> {
  const layer: Layer = { name: "told", begin: () => ({ exchange }) };
  const behind = toMiddleware(layer)(handler);
  const server = createServer((incoming, outgoing) => {
    outgoing.setHeader("X-Outside", "1");
    void behind(incoming, outgoing);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

interface Got {
  status: number | undefined;
  reason: string | undefined;
  lines: string[];
  headers: IncomingMessage["headers"];
  body: string;
}

async function get(
  port: number,
  { method = "GET", headers = {} as Record<string, string> } = {},
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, method, headers, agent: false }, async (answer) => {
      let body = "";
      try {
        for await (const piece of answer) body += String(piece);
      } catch {
        body += " (cut)";
      }
      const { statusCode: status, statusMessage: reason, rawHeaders: lines } = answer;
      resolve({ status, reason, lines, headers: answer.headers, body });
    });
    asked.on("error", reject);
    asked.end();
  });
}

async function follow(handler: Handler, exchange = new Told(), options?: Parameters<typeof get>[1]) {
  const got = await get(await serve(exchange, handler), options);
  return { got, told: exchange };
}

describe("a followed response", () => {
  it.each<[string, Handler]>([
    ["an object", (_in, out) => out.writeHead(201, "Made", { "X-A": "1", "X-B": ["1", "2"] }).end("body")],
    ["pairs", (_in, out) => out.writeHead(201, "Made", ["X-A", "1", "X-B", "1", "X-B", "2"]).end("body")],
    [
      "fields set before",
      (_in, out) => {
        out.statusCode = 201;
        out.statusMessage = "Made";
        out.setHeader("X-A", "1");
        out.appendHeader("X-B", "1");
        out.appendHeader("X-B", "2");
        out.end("body");
      },
    ],
  ])("has its head told with %s, and its body in one piece", async (_form, handler) => {
    const { got, told } = await follow(handler);
    expect(told.heads).toHaveLength(1);
    expect(told.heads[0]).toMatchObject({ status: 201, reason: "Made", inherited: ["x-outside"] });
    expect(told.heads[0]?.headers.getAll("x-b")).toEqual(["1", "2"]);
    expect(told).toMatchObject({ whole: "body", seen: "body", ends: ["complete"] });
    expect(got).toMatchObject({ status: 201, reason: "Made", body: "body" });
    expect(got.headers).toMatchObject({ "x-a": "1", "x-b": "1, 2", "x-outside": "1", "content-length": "4" });
  });

  it("is sent bit by bit as it is written, and not known in one piece", async () => {
    const { got, told } = await follow((_in, out) => {
      out.write("a");
      out.write(Buffer.from("b"), () => out.end("YQ==", "base64", () => {}));
    });
    expect(told).toMatchObject({ whole: undefined, seen: "aba", ends: ["complete"] });
    expect(got.body).toBe("aba");
  });

  it("has its head sent before its first byte where the handler says so", async () => {
    const told = new Told();
    let finish = () => {};
    const port = await serve(told, (_in, out) => {
      out.writeHead(200, { "X-A": "1" });
      out.flushHeaders();
      finish = () => out.end("late");
    });
    const body = await new Promise<string>((resolve) => {
      request({ port }, async (answer) => {
        expect(answer.headers["x-a"]).toBe("1");
        finish();
        let text = "";
        for await (const piece of answer) text += String(piece);
        resolve(text);
      }).end();
    });
    expect(body).toBe("late");
    expect(told.ends).toEqual(["complete"]);
  });

  it("says that its head was sent as soon as the handler gave it", async () => {
    const seen: boolean[] = [];
    await follow((_in, out) => {
      seen.push(out.headersSent);
      out.writeHead(200);
      seen.push(out.headersSent);
      out.end();
      seen.push(out.headersSent);
    });
    expect(seen).toEqual([false, true, true]);
  });

  it("is sent with the head that the layer made of it", async () => {
    const { got } = await follow(
      (_in, out) => out.writeHead(200, { ETag: "a", "X-A": "1" }).end("body"),
      new Told((head) => {
        head.status = 203;
        head.headers.delete("x-a");
        head.headers.set("ETag", "b");
        head.headers.append("Set-Cookie", "c=1");
        head.headers.append("Set-Cookie", "d=1");
        return undefined;
      }),
    );
    expect(got.status).toBe(203);
    expect(got.headers).toMatchObject({ etag: "b", "set-cookie": ["c=1", "d=1"] });
    expect(got.headers).not.toHaveProperty("x-a");
  });

  it("is replaced, and seen to its end all the same", async () => {
    const replace = { status: 304, reason: "", headers: new HeaderList([["ETag", "a"]]), body: null };
    const { got, told } = await follow(
      (_in, out) => {
        out.writeHead(200, { "Content-Type": "text/plain" });
        Readable.from(["one ", "two"]).pipe(out);
      },
      new Told(() => ({ replace })),
    );
    expect(got).toMatchObject({ status: 304, body: "" });
    expect(got.headers).not.toHaveProperty("content-type");
    expect(got.headers["x-outside"]).toBe("1");
    expect(told).toMatchObject({ seen: "one two", ends: ["complete"] });
  });

  it("goes through a stream", async () => {
    const upper = () =>
      new PassThrough({
        transform(piece, _encoding, done) {
          done(null, String(piece).toUpperCase());
        },
      });
    const { got, told } = await follow(
      (_in, out) => out.end("body"),
      new Told((head) => {
        head.headers.delete("content-length");
        return { transform: upper };
      }),
    );
    expect(got.body).toBe("BODY");
    expect(told.seen).toBe("body");
  });

  it("is short where it has less than it announced", async () => {
    const { told } = await follow((_in, out) => {
      out.writeHead(200, { "Content-Length": "10" });
      out.write("body");
      out.end();
      out.destroy();
    });
    expect(told.ends).toEqual(["short"]);
  });

  it("is aborted where it is cut off before its end", async () => {
    const { told, got } = await follow((_in, out) => {
      out.write("body", () => out.destroy());
    });
    expect(got.body).toContain("(cut)");
    expect(told.ends).toEqual(["aborted"]);
  });

  it("shows the handler the fields that the exchange wants, and puts them back", async () => {
    const seen: unknown[] = [];
    const told = new Told(undefined, { "if-none-match": '"stored"', range: null });
    let after: IncomingMessage["headers"] = {};
    await follow(
      (incoming, out) => {
        seen.push(incoming.headers["if-none-match"], incoming.headers.range);
        seen.push(incoming.rawHeaders.map((text) => text.toLowerCase()).includes("range"));
        out.end();
        after = incoming.headers;
      },
      told,
      { headers: { "If-None-Match": '"mine"', Range: "bytes=0-1" } },
    );
    expect(seen).toEqual(['"stored"', undefined, false]);
    expect(after).toMatchObject({ "if-none-match": '"mine"', range: "bytes=0-1" });
  });

  it("to HEAD has no body to be known", async () => {
    const { told, got } = await follow(
      (_in, out) => {
        out.setHeader("Content-Length", "4");
        out.end();
      },
      new Told(),
      { method: "HEAD" },
    );
    expect(got.headers["content-length"]).toBe("4");
    expect(told).toMatchObject({ whole: undefined, ends: ["complete"] });
  });
});
