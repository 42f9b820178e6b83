import type { ConnectionOptions } from "node:tls";

export interface MemcachedOptions {
  /** The user to log in as. @default the one of the location */
  username?: string;
  /** The password to log in with. @default the one of the location */
  password?: string;
  /** How to speak TLS, or whether to. @default false */
  tls?: boolean | ConnectionOptions;
}
