export type { ClusterClient, NodeClient, RedisCommands, SubscriberClient } from "./client.js";
export { redis, redis as default } from "./redis.js";
export { RedisBackend } from "./redis-backend.js";
export { type RedisBusOptions, redisBus } from "./redis-bus.js";
export type { RedisOptions } from "./redis-options.js";
