/** What comes of a statement whose rows are asked for as arrays. */
interface PostgresResult {
  readonly rows: unknown[][];
  readonly rowCount: number | null;
}

/** A connection of pg. */
export interface PostgresConnection {
  query(
    config: object,
    values: readonly unknown[],
    done: (error: unknown, result: PostgresResult) => void,
  ): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** A connection that was borrowed from a `Pool` of pg. */
interface PostgresPoolConnection extends PostgresConnection {
  release(isBroken?: boolean): void;
}

/** What is used of a `Pool` of pg. */
export interface PostgresPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  connect(): Promise<PostgresPoolConnection>;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** What is used of a `Client` of pg, which is connected already. */
interface PostgresSingleClient extends PostgresConnection {
  escapeIdentifier(text: string): string;
}

/** A `Pool` or a `Client` of pg. */
export type PostgresClient = PostgresPool | PostgresSingleClient;

/** Whether `value` is a `Pool` or a `Client` of pg. */
export function isPostgresClient(value: unknown): value is PostgresClient {
  if (typeof value !== "object" || value === null || typeof Reflect.get(value, "query") !== "function")
    return false;
  return isPostgresPool(value) || typeof Reflect.get(value, "escapeIdentifier") === "function";
}

/** Whether it is a `Pool`. */
export function isPostgresPool(value: object): value is PostgresPool {
  return typeof Reflect.get(value, "totalCount") === "number";
}
