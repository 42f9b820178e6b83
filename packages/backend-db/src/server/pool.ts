/** What came of a statement. */
export interface Result {
  readonly rows: readonly (readonly unknown[])[];
  /** How many rows were changed; of some databases, how many were found to be changed. */
  readonly changed: number;
  /** What `LAST_INSERT_ID` was given, where the database has it. */
  readonly insertId: number;
}

/** A statement, and what stands for its `?`. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Whether it comes again with other values, so that it is worth preparing. */
  readonly prepare: boolean;
}

/** A connection that was borrowed from a pool. Errors are those of the driver. */
export interface Connection {
  run(statement: Statement): Promise<Result>;
  /** Gives it back; a broken one is not used again. */
  release(isBroken: boolean): void;
}

/** The connections to a server. */
export interface Pool {
  /** Borrows a connection that is free, where one is known to be. */
  tryAcquire(): Connection | undefined;
  /** Borrows a connection. */
  acquire(): Promise<Connection>;
  /** Says why there is none yet, as far as that is known. */
  describe(): string;
  /** Releases them, if they are its own, without waiting for anything. */
  close(): void;
}
