import { join } from "node:path";
import { type Certificate, certificateFiles, makeCertificate, writeCertificate } from "./certificate.js";
import { type Address, GivenServer, type GivenUrl, givenUrl } from "./given-server.js";
import { HOST, type Launch, type Place } from "./launch.js";
import { startOwn } from "./own-server.js";
import { REDIS } from "./program.js";
import { type RedisAddress, type Reply, redisCommand } from "./redis-client.js";
import type { OwnOption, TestServer } from "./server.js";

/** A server that the environment names is used only where none of these but `own` is asked for. */
export interface RedisOptions extends OwnOption {
  /** More of redis-server's arguments: `["--maxmemory", "3mb"]`. */
  args?: readonly string[];
  password?: string;
  /** Takes TLS connections and no others; `ca` is then the certificate to trust. @default false */
  tls?: boolean;
  /** Listens on a Unix socket too, `socketPath`. @default false */
  unixSocket?: boolean;
  /** Follows this server. */
  replicaOf?: Address;
}

export interface RedisServer extends TestServer {
  /** Sends a command, aside from the client under test; an error reply is thrown. */
  command(...args: readonly string[]): Promise<Reply>;
  /** The certificate to trust, where `tls` was asked for. */
  readonly ca?: string;
  /** The Unix socket, where `unixSocket` was asked for. */
  readonly socketPath?: string;
}

/** Gives a Redis server that keeps nothing on disk, or that of `CULLET_TEST_REDIS_URL`. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { own, ...wishes } = options;
  const given = own || Object.keys(wishes).length > 0 ? undefined : givenUrl("REDIS", 6379);
  const [address] = given?.servers ?? [];
  return given && address ? givenRedis(given, address) : startOwnRedis(options);
}

/** What a server of our own may be told, besides. */
export interface OwnRedisOptions extends RedisOptions {
  /** Takes TLS connections and no others, by a certificate that others may have too. */
  certificate?: Certificate | undefined;
}

/** Starts a Redis server, whatever the environment names. `isReady` says when it does what it is there for. */
export async function startOwnRedis(
  options: OwnRedisOptions = {},
  isReady: (command: RedisServer["command"]) => Promise<boolean> = answers,
): Promise<RedisServer> {
  const certificate = options.certificate ?? (options.tls ? await makeCertificate() : undefined);
  const addressAt = (port: number) => ({ ...ownAddress(port, certificate), password: options.password });
  const launch: Launch = {
    program: REDIS,
    prepare: async ({ shared }) => {
      if (certificate) await writeCertificate(shared, certificate);
    },
    command: (place) => commandLine(place, { ...options, tls: certificate !== undefined }),
    ready: ({ port }) => isReady(commandTo(addressAt(port))),
  };
  const server = await startOwn(launch, (port) => urlOf(addressAt(port)));
  return Object.assign(server, {
    command: commandTo(addressAt(server.port)),
    ca: certificate?.certificate,
    socketPath: options.unixSocket ? socketPath(server.place) : undefined,
  });
}

/** Returns how a server of our own is reached that has this certificate, or none. */
export function ownAddress(port: number, certificate: Certificate | undefined): RedisAddress {
  return { host: HOST, port, tls: certificate !== undefined, ca: certificate?.certificate };
}

/** Returns the settings of a server, or a sentinel, that takes TLS connections and no others. */
export function tlsSettings({ port, shared }: Place): readonly (readonly [name: string, value: string])[] {
  const { certificate, key } = certificateFiles(shared);
  return [
    ["port", "0"],
    ["tls-port", `${port}`],
    ["tls-cert-file", certificate],
    ["tls-key-file", key],
    ["tls-ca-cert-file", certificate],
    ["tls-auth-clients", "no"],
    ["tls-replication", "yes"],
  ];
}

/** A Redis server of a URL that the environment gives. */
export async function givenRedis(given: GivenUrl, { host, port }: Address): Promise<RedisServer> {
  const { variable, scheme, username, password, path } = given;
  const tls = scheme.startsWith("rediss") || scheme.startsWith("valkeys");
  const database = Number.parseInt(path, 10) || 0;
  const address: RedisAddress = { host, port, username, password, tls, database };
  const command = commandTo(address);
  const server = new GivenServer(variable, urlOf(address), address);
  return Object.assign(await server.mustAnswer(() => answers(command)), { command });
}

function commandLine(
  place: Place,
  { args = [], password, tls, unixSocket, replicaOf }: RedisOptions,
): string[] {
  const listening = tls ? tlsSettings(place) : [["port", `${place.port}`] as const];
  return [
    "redis-server",
    ...["--bind", HOST],
    ...listening.flatMap(([name, value]) => [`--${name}`, value]),
    ...["--dir", place.data, "--save", "", "--appendonly", "no"],
    // Lets tests expire, reload and crash with DEBUG.
    ...["--enable-debug-command", "local"],
    ...["--repl-diskless-sync-delay", "0"],
    ...(password ? ["--requirepass", password, "--masterauth", password] : []),
    ...(unixSocket ? ["--unixsocket", socketPath(place), "--unixsocketperm", "777"] : []),
    ...(replicaOf ? ["--replicaof", replicaOf.host, `${replicaOf.port}`] : []),
    ...args,
  ];
}

/** Returns what sends commands to a server. */
export function commandTo(address: RedisAddress): RedisServer["command"] {
  return (...args) => redisCommand(address, ...args);
}

async function answers(command: RedisServer["command"]): Promise<boolean> {
  return (await command("PING")) === "PONG";
}

/** Returns the URL of a server. */
export function urlOf({ host, port, username = "", password, tls, database = 0 }: RedisAddress): string {
  const login = password ? `${encodeURIComponent(username)}:${encodeURIComponent(password)}@` : "";
  return `${tls ? "rediss" : "redis"}://${login}${host}:${port}/${database}`;
}

function socketPath({ shared }: Place): string {
  return join(shared, "socket");
}
