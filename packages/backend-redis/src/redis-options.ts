import type { ConnectionOptions } from "node:tls";
import type { ClusterClient, NodeClient } from "./client.js";

export interface RedisOptions {
  /**
   * A client of ioredis that the application has already, a `Redis` or a `Cluster`, in place of a location. Its
   * settings stay as they are, and it is not closed with the cache.
   */
  client?: NodeClient | ClusterClient;
  /** The user to log in as. @default the one of the location */
  username?: string;
  /** The password to log in with. @default the one of the location */
  password?: string;
  /** The number of the database. @default the one of the location, else 0 */
  db?: number;
  /** How to speak TLS, or whether to. @default true for `rediss` and `valkeys` */
  tls?: boolean | ConnectionOptions;
  /** The user to log in at the sentinels as. */
  sentinelUsername?: string;
  /** The password to log in at the sentinels with. */
  sentinelPassword?: string;
}
