export { type Certificate, makeCertificate } from "./certificate.js";
export { canLimitDisk, type DatabaseOptions } from "./database.js";
export { ServerUnavailableError } from "./errors.js";
export { freePort } from "./free-port.js";
export type { Address } from "./given-server.js";
export { startMariaDb } from "./mariadb.js";
export { type MemcachedGroup, type MemcachedOptions, startMemcached } from "./memcached.js";
export {
  type CacheUnderFaults,
  type FaultOptions,
  type FaultSubject,
  NETWORK_FAULTS,
} from "./network-faults.js";
export { BACK_MS, BOUND_MS, expectNoRejections, type Failure, failureOf, soon } from "./outcome.js";
export { startPostgres } from "./postgres.js";
export { prepareServers, type ServerName } from "./prepare.js";
export {
  FaultProxy,
  type FaultProxyOptions,
  type ProxyCounters,
  startFaultProxy,
} from "./proxy/fault-proxy.js";
export { Recorder } from "./recorder.js";
export { type RedisOptions, type RedisServer, startRedis } from "./redis.js";
export type { Reply } from "./redis-client.js";
export { type RedisCluster, startRedisCluster } from "./redis-cluster.js";
export { type RedisPair, startRedisWithReplica } from "./redis-pair.js";
export { type RedisSentinel, startSentinel } from "./redis-sentinel.js";
export type { OwnOption, TestServer } from "./server.js";
export { engineSocket } from "./way/engine.js";
export type { Way } from "./way/way.js";
