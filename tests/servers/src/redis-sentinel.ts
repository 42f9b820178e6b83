import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Certificate, makeCertificate, writeCertificate } from "./certificate.js";
import { type Address, type GivenUrl, givenUrl } from "./given-server.js";
import { HOST, type Launch, type Place } from "./launch.js";
import { startOwn } from "./own-server.js";
import { REDIS } from "./program.js";
import { commandTo, givenRedis, ownAddress, type RedisServer, tlsSettings, urlOf } from "./redis.js";
import { type Reply, redisCommand } from "./redis-client.js";
import { type RedisPair, startOwnPair } from "./redis-pair.js";
import { type OwnOption, orStop, startAll, stopsAll } from "./server.js";
import { waitUntil } from "./wait.js";

/** What the sentinels call the primary. */
const NAME = "mymaster";
const SENTINELS = 3;
const QUORUM = 2;

export interface SentinelOptions extends OwnOption {
  /** All of them take TLS connections and no others; `ca` is then the certificate to trust. @default false */
  tls?: boolean;
}

/** A primary and its replica, watched by three sentinels that replace a primary gone for half a second. */
export interface RedisSentinel extends AsyncDisposable {
  /** `redis+sentinel://a;b;c/mymaster/0`, or `rediss+sentinel:` */
  readonly url: string;
  readonly name: string;
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly sentinels: readonly RedisServer[];
  /** The certificate to trust, where `tls` was asked for. */
  readonly ca?: string | undefined;
  stop(): Promise<void>;
}

/** Gives servers watched by sentinels, or those of `CULLET_TEST_SENTINEL_URL`. */
export async function startSentinel({ own, tls }: SentinelOptions = {}): Promise<RedisSentinel> {
  const given = own || tls ? undefined : givenUrl("SENTINEL", 26_379);
  if (given) return givenSentinel(given);
  const certificate = tls ? await makeCertificate() : undefined;
  const pair = await startOwnPair(certificate);
  return orStop([pair.primary, pair.replica], () => watch(pair, certificate));
}

async function watch(
  { primary, replica }: RedisPair,
  certificate: Certificate | undefined,
): Promise<RedisSentinel> {
  const sentinels = await startAll(Array.from({ length: SENTINELS }, () => startOne(primary, certificate)));
  await orStop(sentinels, () =>
    waitUntil("the sentinels agree", () => agree(sentinels), { timeout: 30_000 }),
  );
  const hosts = sentinels.map(({ host, port }) => `${host}:${port}`).join(";");
  const url = `${certificate ? "rediss" : "redis"}+sentinel://${hosts}/${NAME}/0`;
  const ca = certificate?.certificate;
  return { url, name: NAME, primary, replica, sentinels, ca, ...stopsAll([...sentinels, replica, primary]) };
}

async function startOne(primary: Address, certificate: Certificate | undefined): Promise<RedisServer> {
  const addressAt = (port: number) => ownAddress(port, certificate);
  const launch: Launch = {
    program: REDIS,
    prepare: async (place) => {
      if (certificate) await writeCertificate(place.shared, certificate);
      await writeFile(configFile(place), configuration(place, primary, certificate !== undefined));
      // A sentinel writes down there what it learns.
      await chmod(configFile(place), 0o666);
    },
    command: (place) => ["redis-server", configFile(place), "--sentinel"],
    ready: async ({ port }) => (await redisCommand(addressAt(port), "PING")) === "PONG",
  };
  const server = await startOwn(launch, (port) => urlOf(addressAt(port)));
  return Object.assign(server, { command: commandTo(addressAt(server.port)) });
}

function configFile({ shared }: Place): string {
  return join(shared, "sentinel.conf");
}

function configuration(place: Place, primary: Address, tls: boolean): string {
  const listening = tls ? tlsSettings(place) : [["port", `${place.port}`] as const];
  return [
    ...listening.map(([name, value]) => `${name} ${value}`),
    `bind ${HOST}`,
    `dir ${place.data}`,
    `sentinel monitor ${NAME} ${primary.host} ${primary.port} ${QUORUM}`,
    `sentinel down-after-milliseconds ${NAME} 500`,
    `sentinel failover-timeout ${NAME} 2000`,
    "",
  ].join("\n");
}

async function agree(sentinels: readonly RedisServer[]): Promise<boolean> {
  const views = await Promise.all(sentinels.map(({ command }) => command("SENTINEL", "MASTER", NAME)));
  return views.map(pairs).every((view) => {
    const others = Number(view.get("num-other-sentinels"));
    return view.get("flags") === "master" && view.get("num-slaves") === "1" && others === SENTINELS - 1;
  });
}

function pairs(reply: Reply): Map<Reply, Reply> {
  const items = Array.isArray(reply) ? reply : [];
  return new Map(items.flatMap((item, i) => (i % 2 === 0 ? [[item, items[i + 1] ?? null] as const] : [])));
}

async function givenSentinel(given: GivenUrl): Promise<RedisSentinel> {
  const name = given.path.split("/")[0] || NAME;
  // The credentials and the database of the URL are those of the servers, not of the sentinels.
  const open: GivenUrl = { ...given, username: "", password: "", path: "" };
  const sentinels = await Promise.all(given.servers.map((address) => givenRedis(open, address)));
  const ask = async (...args: string[]) => (await sentinels[0]?.command("SENTINEL", ...args)) ?? null;
  const [host, port] = asArray(await ask("GET-MASTER-ADDR-BY-NAME", name));
  const follower = pairs(asArray(await ask("REPLICAS", name))[0] ?? null);
  const servers: GivenUrl = { ...given, path: given.path.split("/")[1] ?? "" };
  const primary = await givenRedis(servers, { host: `${host}`, port: Number(port) });
  const replica = await givenRedis(servers, {
    host: `${follower.get("ip")}`,
    port: Number(follower.get("port")),
  });
  return { url: given.url, name, primary, replica, sentinels, ...stopsAll([]) };
}

function asArray(reply: Reply): Reply[] {
  return Array.isArray(reply) ? reply : [];
}
