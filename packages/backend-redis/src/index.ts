export type { ClusterClient, NodeClient, RedisCommands } from "./client.js";
export { redis, redis as default } from "./redis.js";
export { RedisBackend } from "./redis-backend.js";
export type { RedisOptions } from "./redis-options.js";
