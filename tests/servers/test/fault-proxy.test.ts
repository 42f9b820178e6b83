import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FaultProxy, freePort, startFaultProxy } from "../src/index.js";
import { waitUntil } from "../src/wait.js";
import { isOpen, talk } from "./answers.js";

const REPLY = "0123456789\n";

describe("the fault proxy", () => {
  const received: string[] = [];
  const target = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received.push(chunk.toString());
      if (chunk.includes("\n")) socket.write(REPLY);
    });
  });
  let proxy: FaultProxy;

  beforeEach(async () => {
    received.length = 0;
    const port = await freePort();
    target.listen(port, "127.0.0.1");
    await once(target, "listening");
    proxy = await startFaultProxy({ target: { host: "127.0.0.1", port } });
  });
  afterEach(async () => {
    await proxy.close();
    target.close();
  });

  /** A connection that is open and has had one reply. */
  async function connected(): Promise<Socket> {
    const socket = connect(proxy.port, proxy.host);
    socket.on("error", () => {});
    socket.write("hello\n");
    await once(socket, "data");
    return socket;
  }

  /** What one request on a connection brings until it is closed, and how it is closed. */
  async function ask(socket: Socket): Promise<{ answer: string; end: string }> {
    let answer = "";
    let end = "end";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      end = error.code ?? "";
    });
    socket.write("ask\n");
    await new Promise((resolve) => socket.on("close", resolve));
    return { answer, end };
  }

  it("hands everything on, and counts it", async () => {
    expect(await talk(proxy, "hello\n")).toBe(REPLY);
    await waitUntil("the connection is closed", () => proxy.counters.open === 0, { timeout: 1000 });
    expect(proxy.counters).toEqual({ connections: 1, open: 0, requestBytes: 6, replyBytes: REPLY.length });
  });

  it("hands on a megabyte unchanged in each direction", async () => {
    const big = `${"x".repeat(2 ** 20)}\n`;
    const port = await freePort();
    const echo = createServer((socket) => socket.pipe(socket)).listen(port, "127.0.0.1");
    await once(echo, "listening");
    await using through = await startFaultProxy({ target: { host: "127.0.0.1", port } });
    expect(await talk(through, big)).toBe(big);
    echo.close();
  });

  it.each(Array.from({ length: REPLY.length + 1 }, (_, bytes) => bytes))(
    "resets a connection after %i bytes of a reply, and the next one too",
    async (bytes) => {
      const socket = await connected();
      proxy.resetAfter(bytes);
      expect(await ask(socket)).toEqual({ answer: REPLY.slice(0, bytes), end: "ECONNRESET" });
      expect(await ask(connect(proxy.port, proxy.host))).toEqual({
        answer: REPLY.slice(0, bytes),
        end: "ECONNRESET",
      });

      await proxy.passThrough();
      expect(await talk(proxy, "hello\n")).toBe(REPLY);
    },
  );

  it.each([0, 1, 5, REPLY.length])("ends a connection in order after %i bytes of a reply", async (bytes) => {
    const socket = await connected();
    proxy.endAfter(bytes);
    expect(await ask(socket)).toEqual({ answer: REPLY.slice(0, bytes), end: "end" });
  });

  it("sends one byte at a time", async () => {
    const socket = await connected();
    const chunks: string[] = [];
    socket.on("data", (chunk) => chunks.push(chunk.toString()));
    proxy.oneByteAtATime();
    socket.write("ask\n");
    await waitUntil("the reply is whole", () => chunks.join("") === REPLY, { timeout: 1000 });
    expect(chunks.length).toBeGreaterThan(1);
    expect(received.slice(1).join("")).toMatch(/^ask\n/);
    socket.destroy();
  });

  it("delays requests and replies, in order", async () => {
    proxy.delay({ requests: 100, replies: 100 });
    const start = performance.now();
    expect(await talk(proxy, "hello\n")).toBe(REPLY);
    expect(performance.now() - start).toBeGreaterThan(190);
  });

  it("swallows replies to requests that were executed", async () => {
    const socket = await connected();
    proxy.dropReplies();
    let answered = false;
    socket.on("data", () => {
      answered = true;
    });
    socket.write("ask\n");
    await waitUntil("the target got the request", () => received.length === 2, { timeout: 1000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    socket.destroy();
  });

  it("swallows everything as a black hole", async () => {
    proxy.blackhole();
    const socket = connect(proxy.port, proxy.host);
    await once(socket, "connect");
    socket.write("hello\n");
    await waitUntil("the request came", () => proxy.counters.requestBytes === 6, { timeout: 1000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(received).toEqual([]);
    socket.destroy();
  });

  it("replaces each reply by garbage", async () => {
    proxy.garbage("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect(await talk(proxy, "hello\n")).toBe("HTTP/1.1 400 Bad Request\r\n\r\n");
  });

  it("refuses new connections and keeps open ones", async () => {
    const socket = await connected();
    await proxy.refuse();
    expect(await isOpen(proxy)).toBe(false);
    socket.write("ask\n");
    expect(`${await once(socket, "data")}`).toBe(REPLY);

    await proxy.passThrough();
    expect(await talk(proxy, "hello\n")).toBe(REPLY);
    socket.destroy();
  });

  it("cuts all connections at once", async () => {
    const sockets = [await connected(), await connected()];
    const errors = sockets.map((socket) => once(socket, "error"));
    proxy.cut();
    for (const error of errors) expect(await error).toMatchObject([{ code: "ECONNRESET" }]);
    expect(await talk(proxy, "hello\n")).toBe(REPLY);
  });

  it("resets the client where the target is gone", async () => {
    await using lonely = await startFaultProxy({ target: { host: "127.0.0.1", port: await freePort() } });
    await expect(talk(lonely, "hello\n")).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});
