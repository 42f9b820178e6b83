/** A server program, and where to get it. */
export interface Program {
  /** For people and for names of temporary things. */
  readonly name: string;
  /** Looked for in PATH and where Debian keeps servers. */
  readonly binary: string;
  readonly debianPackage: string;
  /** The official image. */
  readonly image: string;
  /** Asks it to end soon, in order. */
  readonly stopSignal: NodeJS.Signals;
}

export const REDIS: Program = {
  name: "redis",
  binary: "redis-server",
  debianPackage: "redis-server",
  image: "redis:7.4",
  stopSignal: "SIGTERM",
};

export const MEMCACHED: Program = {
  name: "memcached",
  binary: "memcached",
  debianPackage: "memcached",
  image: "memcached:1.6",
  stopSignal: "SIGTERM",
};

export const POSTGRES: Program = {
  name: "postgres",
  binary: "postgres",
  debianPackage: "postgresql",
  image: "postgres:17",
  // Does not wait for clients to leave, as SIGTERM does.
  stopSignal: "SIGINT",
};

export const MARIADB: Program = {
  name: "mariadb",
  binary: "mariadbd",
  debianPackage: "mariadb-server",
  image: "mariadb:11.4",
  stopSignal: "SIGTERM",
};
