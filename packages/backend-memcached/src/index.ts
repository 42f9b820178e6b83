export { memcached, memcached as default } from "./memcached.js";
export { MemcachedBackend } from "./memcached-backend.js";
export type { MemcachedOptions } from "./memcached-options.js";
