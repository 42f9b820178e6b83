import type { Certificate } from "./certificate.js";
import { givenUrl } from "./given-server.js";
import { givenRedis, type RedisServer, startOwnRedis } from "./redis.js";
import { type OwnOption, orStop, stopsAll } from "./server.js";

/** A primary and a replica that follows it. */
export interface RedisPair extends AsyncDisposable {
  /** `redis://primary;replica/0` */
  readonly url: string;
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  stop(): Promise<void>;
}

/** Gives a Redis server and its replica, or those of `CULLET_TEST_REDIS_REPLICA_URL`, the primary first. */
export async function startRedisWithReplica({ own }: OwnOption = {}): Promise<RedisPair> {
  const given = own ? undefined : givenUrl("REDIS_REPLICA", 6379);
  const [first, second] = given?.servers ?? [];
  if (given && first && second) {
    const primary = await givenRedis(given, first);
    const replica = await givenRedis(given, second);
    return { url: given.url, primary, replica, ...stopsAll([primary, replica]) };
  }
  return startOwnPair();
}

/** Starts a pair, whatever the environment names; with a certificate, over TLS. */
export async function startOwnPair(certificate?: Certificate): Promise<RedisPair> {
  const primary = await startOwnRedis({ certificate });
  const { host, port } = primary;
  const replica = await orStop([primary], () =>
    startOwnRedis({ certificate, replicaOf: { host, port } }, isInStep),
  );
  const scheme = certificate ? "rediss" : "redis";
  const url = `${scheme}://${host}:${port};${replica.host}:${replica.port}/0`;
  return { url, primary, replica, ...stopsAll([replica, primary]) };
}

/** Whether a replica has all that its primary had when they met. */
export async function isInStep(command: RedisServer["command"]): Promise<boolean> {
  return `${await command("INFO", "replication")}`.includes("master_link_status:up");
}
