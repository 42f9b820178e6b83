import type { Socket } from "node:net";
import type { Client, ClientConfig } from "pg";
import { loadDriver } from "../driver.js";

/** A connection of pg, and how to be rid of it at once. */
export interface ConnectedClient {
  readonly client: Client;
  destroy(): void;
}

/**
 * Connects to the database at `url`.
 *
 * @param options.path where that is configured, for errors.
 * @param options.timeoutMs the longest that anything is waited for.
 */
export async function connectPostgres(
  url: string,
  { path, timeoutMs }: { path: string; timeoutMs: number },
): Promise<ConnectedClient> {
  const { default: pg } = await loadDriver("pg", path, () => import("pg"));
  const settings: ClientConfig = {
    connectionString: url,
    application_name: "cullet",
    connectionTimeoutMillis: timeoutMs,
    // The server gives up before the caller does, so that it is known that nothing was done.
    statement_timeout: Math.ceil(timeoutMs * 0.8),
    keepAlive: true,
  };
  const client = new pg.Client(settings);
  // It is told by the end, too.
  client.on("error", () => {});
  await client.connect();
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  return { client, destroy: () => stream.destroy() };
}
