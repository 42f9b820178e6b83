import type { Connection, Reply } from "./connection.js";

/** What is used of memjs. */
export interface Driver {
  /** Makes its client over one connection, in the place of a `Server` of its own. */
  makeClient(connection: Connection): Client;
  readonly parseReply: (reply: Buffer) => Reply;
}

/** The way on which memjs sends all of its commands, and matches replies to them. */
export interface Client {
  perform(
    key: string,
    request: Buffer,
    opaque: number,
    callback: (error: Error | null, reply: Reply) => void,
  ): void;
}

const settings = {
  // In attempts: what was sent once may have been done, and is not sent again.
  retries: 1,
  failover: false,
  logger: { log: () => {} },
};

let loading: Promise<Driver> | undefined;

/** Loads memjs, which takes some milliseconds: when it is first needed. */
export function loadDriver(): Promise<Driver> {
  loading ??= import("memjs").then(({ Client, Utils }) => ({
    makeClient: (connection) =>
      // Of a server it uses what a connection has, and the types ask for all.
      new Client([connection as unknown as InstanceType<typeof import("memjs").Server>], settings),
    parseReply: Utils.parseMessage,
  }));
  return loading;
}
