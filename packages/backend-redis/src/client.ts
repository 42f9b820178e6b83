import type { Encoded } from "./resp.js";
import type { Corkable } from "./tick.js";

/** An integer, which a client may be set to return as text. */
type Integer = number | string;

/** The commands this backend sends, as ioredis 5 and 6, its Cluster, and clients like them name them. */
export interface RedisCommands {
  getBuffer(key: string): Promise<Buffer | null>;
  mgetBuffer(keys: string[]): Promise<(Buffer | null)[]>;
  set(key: string, value: Buffer | number): Promise<unknown>;
  set(key: string, value: Buffer | number, px: "PX", ttlMs: number): Promise<unknown>;
  set(key: string, value: Buffer | number, nx: "NX"): Promise<unknown>;
  set(key: string, value: Buffer | number, px: "PX", ttlMs: number, nx: "NX"): Promise<unknown>;
  unlink(keys: string[]): Promise<Integer>;
  exists(key: string): Promise<Integer>;
  pexpire(key: string, ttlMs: number): Promise<Integer>;
  pttl(key: string): Promise<Integer>;
  evalsha(
    sha: string,
    keyCount: number,
    ...keysAndParameters: (Buffer | number | string)[]
  ): Promise<unknown>;
  eval(
    script: string,
    keyCount: number,
    ...keysAndParameters: (Buffer | number | string)[]
  ): Promise<unknown>;
  scan(
    cursor: string,
    match: "MATCH",
    pattern: string,
    count: "COUNT",
    atOnce: number,
  ): Promise<[string, string[]]>;
  flushdb(mode: "ASYNC"): Promise<unknown>;
  publish(channel: string, text: string): Promise<unknown>;
  ping(): Promise<unknown>;

  // Only clients of our own making can do these.

  /** Sends a command named `name` that is encoded already. */
  sendEncoded?: (name: string, encoded: Encoded) => Promise<unknown>;
  /** Sends `count` such commands in one piece, and returns the replies: errors in the place of results. */
  sendEach?: (name: string, encoded: Encoded, count: number) => Promise<unknown[]>;
}

interface Connectable {
  readonly status: string;
  connect(): Promise<void>;
  disconnect(reconnect?: boolean): void;
  on(event: string, listener: (error: Error) => void): unknown;
  off(event: string, listener: (error: Error) => void): unknown;
}

/** A socket that leads to a server. */
export interface Stream extends Corkable {
  readonly writable: boolean;
  destroy(reason: Error): unknown;
}

/** A client of one server: what ioredis calls `Redis`. */
export interface NodeClient extends RedisCommands, Connectable {
  readonly options: { readonly host?: string; readonly port?: number; readonly keyPrefix?: string };
  /** The socket; not there before the first connection. */
  readonly stream?: Stream;
  /** Makes a client of the same server, and with the same settings but these. */
  duplicate(settings: object): SubscriberClient;
}

/** A client of one server that only listens. */
export interface SubscriberClient extends Connectable {
  client(...parameters: string[]): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  ping(): Promise<unknown>;
  on(event: "messageBuffer", listener: (channel: Buffer, message: unknown) => void): unknown;
  on(event: string, listener: (error: Error) => void): unknown;
}

/** A client of a whole cluster: what ioredis calls `Cluster`. */
export interface ClusterClient extends RedisCommands, Connectable {
  readonly options: { readonly keyPrefix?: string };
  /** The addresses of the servers that keep a slot, the primary first. */
  readonly slots: readonly (readonly string[] | undefined)[];
  nodes(role: "master"): NodeClient[];
  /** Asks the cluster which server keeps which slot. */
  refreshSlotsCache(done: (error?: Error | null) => void): void;
}

/** Whether `client` is one of a cluster. */
export function isCluster(client: NodeClient | ClusterClient): client is ClusterClient {
  return "nodes" in client;
}

/** Returns the sockets that lead to the servers of `client` now. */
export function streamsOf(client: NodeClient | ClusterClient): Stream[] {
  const nodes = isCluster(client) ? client.nodes("master") : [client];
  return nodes.map(({ stream }) => stream).filter((stream) => stream !== undefined);
}

/** Returns the address of a node of a cluster, as the map of the slots has it. */
export function addressOf({ options: { host, port } }: NodeClient): string {
  return `${host}:${port}`;
}
