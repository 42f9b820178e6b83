import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import type { TestServer } from "@cullet/test-servers";
import { failureOf, makeCertificate, soon } from "@cullet/test-servers";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { handOn, newCacheAt, newFront, newServer } from "./helpers.js";

const LOGIN = 0x21;
const UNAUTHORIZED = 0x20;

let server: TestServer;

beforeEach(async () => {
  server = await newServer();
});

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cullet-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

function portOf(front: Server): number {
  return (front.address() as AddressInfo).port;
}

describe("a server", () => {
  it("may listen on a Unix socket", async () => {
    const path = join(await newDirectory(), "memcached.sock");
    await newFront({ path }, (client) => handOn(client, server));
    for (const location of [path, `unix:${path}`, `memcached://${path}`]) {
      const cache = newCacheAt(location);
      await cache.set("key", location);
      expect(await cache.get("key")).toBe(location);
    }
  });

  it("may listen on IPv6", async () => {
    const front = await newFront({ host: "::1", port: 0 }, (client) => handOn(client, server));
    const cache = newCacheAt(`memcached://[::1]:${portOf(front)}/`);
    await cache.set("key", "value");
    expect(await cache.get("key")).toBe("value");
  });
});

describe("TLS", () => {
  async function newTlsFront() {
    const { certificate: cert, key } = await makeCertificate();
    const front = await newFront({ host: "127.0.0.1", port: 0 }, (client) => handOn(client, server), {
      key,
      cert,
    });
    return { port: portOf(front), ca: cert };
  }

  it("is spoken with a server whose certificate is trusted", async () => {
    const { port, ca } = await newTlsFront();
    for (const host of ["localhost", "127.0.0.1"]) {
      const cache = newCacheAt(`${host}:${port}`, { tls: { ca } });
      await cache.set("key", "x".repeat(200_000));
      expect(await cache.get("key")).toBe("x".repeat(200_000));
    }
  });

  it("is an error where the certificate is not trusted", async () => {
    const { port } = await newTlsFront();
    const cache = newCacheAt(`127.0.0.1:${port}`, { tls: true });
    expect((await failureOf(() => cache.get("key"))).message).toMatch(
      /^memcached:\/\/127\.0\.0\.1:\d+ cannot be reached: self-signed certificate/,
    );
  });

  it("with a server that does not speak it is an error in time", async () => {
    const cache = newCacheAt(`127.0.0.1:${server.port}`, { tls: true });
    await failureOf(() => cache.get("key"));
  });
});

describe("a login", () => {
  /** Hands on to the server after a login with these words, and refuses all else, as memcached's -S does. */
  async function newGuardedFront(
    username: string,
    password: string,
  ): Promise<{ port: number; logins: () => number }> {
    let logins = 0;
    const front = await newFront({ host: "127.0.0.1", port: 0 }, (client) => {
      client.once("data", (request: Buffer) => {
        const right = Buffer.from(`PLAIN\0${username}\0${password}`);
        if (request[1] === LOGIN) logins += 1;
        const isRight = request[1] === LOGIN && request.subarray(24).equals(right);
        reply(client, request, isRight ? 0 : UNAUTHORIZED);
        if (isRight) handOn(client, server);
        else client.end();
      });
    });
    return { port: portOf(front), logins: () => logins };
  }

  function reply(client: Socket, request: Buffer, status: number): void {
    const header = Buffer.alloc(24);
    header[0] = 0x81;
    header.writeUInt8(request[1] as number, 1);
    header.writeUInt16BE(status, 6);
    // memcached tells who has not logged in without the number of the request.
    if (request[1] === LOGIN) request.copy(header, 12, 12, 16);
    client.write(header);
  }

  it("is made before anything else, with the words of the location or the options", async () => {
    const { port } = await newGuardedFront("my user", "p@ss:word;é");
    const address = `127.0.0.1:${port}`;
    const words = `${encodeURIComponent("my user")}:${encodeURIComponent("p@ss:word;é")}`;
    for (const cache of [
      newCacheAt(`memcached://${words}@${address}/`),
      newCacheAt(address, { username: "my user", password: "p@ss:word;é" }),
    ]) {
      const calls = Array.from({ length: 20 }, (_, n) => cache.set(`key-${n}`, n));
      await Promise.all(calls);
      expect(await cache.get("key-7")).toBe(7);
    }
  });

  it("that is refused says so, shows no password, and is not tried in a storm", async () => {
    const { port, logins } = await newGuardedFront("user", "right-secret");
    const cache = newCacheAt(`memcached://user:wrong-secret@127.0.0.1:${port}/`);
    const error = await failureOf(() => cache.get("key"));
    expect(error).toMatchObject({
      code: "CULLET_BACKEND",
      message: `memcached://127.0.0.1:${port} cannot be reached: it refused the login: it wants a login, or another one`,
      indeterminate: false,
    });
    const later = await failureOf(() => cache.set("key", 1));
    await failureOf(() => cache.ready());
    expect(inspect([error, later, error.cause, cache], { depth: 9, showHidden: true })).not.toContain(
      "secret",
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(logins()).toBeLessThan(15);
  });

  it("that is missing is an error that says so", async () => {
    const { port } = await newGuardedFront("user", "right-secret");
    const cache = newCacheAt(`127.0.0.1:${port}`);
    expect((await failureOf(() => cache.get("key"))).message).toBe(
      `memcached://127.0.0.1:${port} was lost during this get: it wants a login, or another one`,
    );
  });

  it("that one of several servers refuses is an error, and no outage to sit out", async () => {
    const { port } = await newGuardedFront("user", "right-secret");
    const cache = newCacheAt([`127.0.0.1:${server.port}`, `127.0.0.1:${port}`], {
      username: "user",
      password: "wrong-secret",
    });
    expect((await failureOf(() => cache.ready())).message).toContain("it refused the login");
  });

  it("is made again on each new connection", async () => {
    const { port, logins } = await newGuardedFront("user", "right-secret");
    const cache = newCacheAt(`memcached://user:right-secret@127.0.0.1:${port}/`);
    await cache.set("key", "value");
    await server.kill();
    await server.restart();
    await soon(() => cache.set("key", "value"));
    expect(logins()).toBeGreaterThan(1);
  });
});
