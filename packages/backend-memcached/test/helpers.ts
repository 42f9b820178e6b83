import { once } from "node:events";
import { connect, createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { type Cache, createCache } from "@cullet/core";
import { type FaultProxy, startFaultProxy, startMemcached, type TestServer } from "@cullet/test-servers";
import { onTestFinished } from "vitest";
import { type MemcachedOptions, memcached } from "../src/index.js";

/** Where a server or a proxy listens. */
export interface Listener {
  readonly host: string;
  readonly port: number;
}

/** Starts memcached servers of the test's own, gone when it ends. */
export async function newServers(count: number, args?: readonly string[]): Promise<readonly TestServer[]> {
  const group = await startMemcached(count, { own: true, args });
  onTestFinished(() => group.stop());
  return group.servers;
}

/** Starts one memcached server of the test's own. */
export async function newServer(args?: readonly string[]): Promise<TestServer> {
  const [server] = await newServers(1, args);
  return server as TestServer;
}

/** Starts a proxy before a server, gone when the test ends. */
export async function newProxy(target: Listener): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ target });
  onTestFinished(() => proxy.close());
  return proxy;
}

/** Makes a cache over these servers, closed when the test ends. */
export function newCache(
  listeners: readonly Listener[],
  { operationTimeout = 0.5, ...options }: MemcachedOptions & { operationTimeout?: number } = {},
): Cache {
  return newCacheAt(listeners.map(addressOf), { operationTimeout, ...options });
}

/** Makes a cache over the servers of a location, closed when the test ends. */
export function newCacheAt(
  location: string | readonly string[],
  { operationTimeout = 0.5, ...options }: MemcachedOptions & { operationTimeout?: number } = {},
): Cache {
  const cache = createCache({ backend: memcached, location, operationTimeout, options });
  onTestFinished(() => cache.close());
  return cache;
}

/** Returns where a server listens, as a location names it. */
export function addressOf({ host, port }: Listener): string {
  return `${host}:${port}`;
}

/** Has connections taken at another place than a server's own, as `serve` says; gone when the test ends. */
export async function newFront(
  at: ListenOptions,
  serve: (client: Socket) => void,
  tls?: TlsOptions,
): Promise<Server> {
  const clients = new Set<Socket>();
  const take = (client: Socket) => {
    clients.add(client.on("error", () => {}).on("close", () => clients.delete(client)));
    serve(client);
  };
  const front = tls === undefined ? createServer(take) : createTlsServer(tls, take);
  front.listen(at);
  await once(front, "listening");
  onTestFinished(() => {
    front.close();
    for (const client of clients) client.destroy();
  });
  return front;
}

/** Hands on all that `client` sends to `target`, and back. */
export function handOn(client: Socket, { host, port }: Listener): void {
  const upstream = connect(port, host);
  upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
  client.on("close", () => upstream.destroy());
  client.pipe(upstream).pipe(client);
}

/** Says something to a server in the text protocol, as another program would, and returns its answer. */
export async function tell({ host, port }: Listener, command: string): Promise<string> {
  const socket = connect(port, host);
  socket.write(`${command}\r\n`);
  const [answer] = await once(socket, "data");
  socket.destroy();
  return String(answer).trim();
}

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
