import type { ConnectionOptions } from "node:tls";
import type { ClusterOptions, Command, RedisOptions as DriverOptions } from "ioredis";
import type { ClusterClient, NodeClient, SubscriberClient } from "./client.js";
import type { Address, RedisLocation } from "./location.js";
import type { Encoded } from "./resp.js";

/** What is used of ioredis. */
export interface Driver {
  readonly Redis: new (options: DriverOptions) => DriverClient;
  readonly Command: new (name: string, args: string[], options: { replyEncoding: "utf8" }) => Command;
  readonly Cluster: new (nodes: { host: string; port: number }[], options: ClusterOptions) => ClusterClient;
}

interface DriverClient extends NodeClient {
  /** @param to what the command is written to, in place of the socket. */
  sendCommand(command: Command, to?: { write(encoded: Encoded): void }): unknown;
}

/** How to reach servers, besides where they are. */
export interface Access {
  readonly location: RedisLocation;
  readonly tls: ConnectionOptions | undefined;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
  /** The longest that an operation may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** The delay before a lost connection is made anew, in milliseconds: doubled from the least to the most. */
const RETRY_AFTER = { least: 20, most: 1_000 };

/** For what has been written already. */
const NOWHERE = { write() {} };

/** Loads ioredis, which takes some 40 ms: when it is first needed. */
export function loadDriver(): Promise<Driver> {
  return import("ioredis");
}

/** Makes a client of the server at `address`. */
export function makeNode(driver: Driver, access: Access, address: Address): NodeClient {
  const settings = { ...nodeSettings(access), ...address, db: access.location.db, retryStrategy };
  return makeClient(driver, settings);
}

/** Makes a client of whichever server the sentinels say is the master. */
export function makeMaster(driver: Driver, access: Access): NodeClient {
  const { location, tls, timeoutMs, sentinelUsername, sentinelPassword } = access;
  return makeClient(driver, {
    ...nodeSettings(access),
    sentinels: location.addresses.filter((address) => "host" in address),
    name: location.master,
    db: location.db,
    sentinelUsername,
    sentinelPassword,
    sentinelTLS: tls,
    enableTLSForSentinelMode: tls !== undefined,
    sentinelCommandTimeout: timeoutMs / 2,
    retryStrategy,
    // The sentinels are asked again when there is something to send, and not in the background for ever.
    sentinelRetryStrategy: () => null,
  });
}

/** Makes a client of a cluster. */
export function makeCluster({ Cluster }: Driver, access: Access): ClusterClient {
  const { location, tls, timeoutMs } = access;
  return new Cluster(
    location.addresses.filter((address) => "host" in address),
    {
      lazyConnect: true,
      // A node is connected when it is first needed. Without a queue, what comes meanwhile would be refused.
      enableOfflineQueue: true,
      // What was under way when a connection was lost may have been done: nothing is sent twice.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      maxRedirections: 3,
      slotsRefreshTimeout: timeoutMs,
      clusterRetryStrategy: retryStrategy,
      // A certificate names the host, not its address.
      ...(tls && { dnsLookup: (host, done) => done(null, host) }),
      redisOptions: nodeSettings(access),
    },
  );
}

/** Makes a client that only listens to the server of `client`, without connecting it. */
export function makeSubscriber(client: NodeClient, timeoutMs: number): SubscriberClient {
  return client.duplicate({
    ...patience(timeoutMs),
    // ioredis 6 hides what the server says in the newer one.
    protocol: 2,
    autoResubscribe: false,
    // A node of a cluster is not connected anew by itself, and may have been a replica.
    retryStrategy,
    readOnly: false,
  });
}

/**
 * Makes a client that also sends what is encoded already. The driver itself takes as long to encode a command of many keys as
 * all else takes together that is done for each of them.
 */
function makeClient({ Redis, Command }: Driver, settings: DriverOptions): NodeClient {
  const client = new Redis(settings);
  const commandOf = (name: string, encoded: Encoded) => {
    const command = new Command(name, [], { replyEncoding: "utf8" });
    command.toWritable = () => encoded;
    return command;
  };
  client.sendEncoded = (name, encoded) => client.sendCommand(commandOf(name, encoded)) as Promise<unknown>;
  client.sendEach = (name, encoded, count) =>
    new Promise((resolve) => {
      const replies: unknown[] = [];
      const command = commandOf(name, encoded);
      const take = (reply: unknown) => {
        if (replies.push(reply) === count) resolve(replies);
      };
      command.resolve = take;
      command.reject = take;
      client.sendCommand(command);
      // Each time that it is sent, the driver waits for one more reply. A driver that sent anything again, or that ended what
      // takes long, would lose count: ours does neither.
      for (let sent = 1; sent < count; sent += 1) client.sendCommand(command, NOWHERE);
    });
  return client;
}

function nodeSettings({ location, tls, timeoutMs }: Access) {
  const { username, password } = location;
  return {
    username,
    // A user without a password has an empty one.
    password: password ?? (username === undefined ? undefined : ""),
    tls,
    ...patience(timeoutMs),
    keepAlive: 30_000,
    // What it adds to the handshake has no use here, and lets ioredis 5 stop reconnecting for good.
    disableClientInfo: true,
    // A master that has become a replica: 1 is to connect anew, without sending the command again.
    reconnectOnError: (error: Error) => (error.message.startsWith("READONLY") ? 1 : false),
  } satisfies DriverOptions;
}

/** Lets nothing wait for long, nor be sent twice. */
function patience(timeoutMs: number) {
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    // What was under way when a connection was lost may have been done: nothing is sent twice.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    // A connection that is silent for longer than any caller waits is given up, with all that waits on it.
    socketTimeout: Math.ceil(timeoutMs * 1.2),
    disconnectTimeout: 100,
    maxLoadingRetryTime: 500,
  } satisfies DriverOptions;
}

// Spread out, so that a server that comes back is not met by all at the same moment.
function retryStrategy(attempt: number): number {
  const doubled = Math.min(RETRY_AFTER.most, RETRY_AFTER.least * 2 ** (attempt - 1));
  return doubled * (0.75 + Math.random() / 4);
}
