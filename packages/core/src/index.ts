export { argumentKey } from "./argument-key.js";
export { type Awaitable, whenReady } from "./awaitable.js";
export { BaseBackend, type Copy, copyOf, foundAmong, type Payload } from "./backend/base-backend.js";
export type { Bus, BusListener, ChangeListener, Listening, Stop } from "./backend/changes.js";
export { type CullOptions, cullCount } from "./backend/cull.js";
export { type BackendFeatures, baseFeatures } from "./backend/features.js";
export type { ComputeMany } from "./batch.js";
export { Cache } from "./cache.js";
export { type CachedDecorator, type CachedFunction, type CachedOptions, cached } from "./cached.js";
export { type CacheSource, type Caches, createBackend, createCache, createCaches } from "./caches.js";
export type {
  ClearOptions,
  KeyOptions,
  SetOptions,
  TaggedOptions,
  TimeoutOrOptions,
} from "./call-options.js";
export { elapsed, now, startTimer, type Timer } from "./clock.js";
export type { Compute, ComputeContext } from "./compute.js";
export { fillBackendConfig, isBackend } from "./config/backend-config.js";
export type { CompressionOptions, CompressionSetting } from "./config/compression.js";
export { cullOptions, option, readOptions } from "./config/options.js";
export type { Reader } from "./config/readers.js";
export { redact } from "./config/redact.js";
export type { SecretOptions, SecretSetting } from "./config/secret.js";
export type {
  Backend,
  BackendConfig,
  BackendFactory,
  CacheConfig,
  CacheSettings,
  CreateOptions,
  FactoryCacheConfig,
  NamedCacheConfig,
  PartialBackendConfig,
} from "./config/types.js";
export { parseCacheUri } from "./config/uri.js";
export { addDelta } from "./counter.js";
export { describe, quote } from "./describe.js";
export {
  ArgumentError,
  BackendError,
  type BackendErrorOptions,
  BackendTimeoutError,
  ClosedError,
  ComputationTimeoutError,
  CulletError,
  InvalidConfigError,
  InvalidKeyError,
  KeyNotFoundError,
  NotAnIntegerError,
  OverloadError,
  SerializationError,
  UnsupportedError,
} from "./errors.js";
export type { Explanation } from "./explain.js";
export type { KeyFunction } from "./key.js";
export type { CacheLock, LockOptions } from "./lock.js";
export type { GetOrSetOptions, Span } from "./make-options.js";
export { Deadlines, type Wait } from "./network/deadlines.js";
export { type Failure, ServerGuard, type ServerGuardOptions } from "./network/server-guard.js";
export type { CacheStats } from "./stats.js";
export { durationMs, isTimeout, type Timeout, toTtlMs, windowMs } from "./timeout.js";
export type { CacheTrace } from "./trace.js";
export { payloadSize } from "./values/payload-size.js";
export type { Serializer } from "./values/serializer.js";
export { DAMAGED_PAYLOAD } from "./values/undecodable.js";
