import type { Connection, Pool, Result, Statement } from "./pool.js";

/** A connection that was just made. */
export interface RawConnection {
  run(statement: Statement): Promise<Result>;
  /** Ends it in good order, as far as the server takes part. */
  end(): void;
  /** Ends it at once. */
  destroy(): void;
  /** Calls `listener` when it is lost, or ended. */
  onEnd(listener: () => void): void;
}

/** How many connections there are at most. */
const MOST = 10;

/** How often it is looked for connections that nobody has used since the last time, in milliseconds. */
const IDLE = 10_000;

/** The longest that a connection says goodbye, in milliseconds. */
const GOODBYE = 200;

interface Waiting {
  resolve(connection: Connection): void;
  reject(error: unknown): void;
}

/** Connections of our own: made when they are needed, lent to one caller at a time, and ended when they are not. */
export class OwnPool implements Pool {
  readonly #connect: () => Promise<RawConnection>;
  readonly #idle: Lent[] = [];
  readonly #all = new Set<Lent>();
  readonly #waiting: Waiting[] = [];
  #connecting = 0;
  #leastIdle = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(connect: () => Promise<RawConnection>) {
    this.#connect = connect;
  }

  tryAcquire(): Connection | undefined {
    const connection = this.#idle.pop();
    this.#leastIdle = Math.min(this.#leastIdle, this.#idle.length);
    return connection;
  }

  acquire(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#all.size + this.#connecting < MOST && this.#connecting < this.#waiting.length) this.#open();
    });
  }

  describe(): string {
    return `${this.#all.size} connections are in use, and ${this.#connecting} are being made`;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const { raw } of this.#all) raw.end();
    // A server that hangs never answers to the goodbye.
    setTimeout(() => {
      for (const { raw } of this.#all) raw.destroy();
    }, GOODBYE).unref();
  }

  /** Takes back a connection, or hands it on. */
  giveBack(connection: Lent): void {
    if (!this.#all.has(connection)) return;
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next.resolve(connection);
  }

  /** Forgets a connection that is lost. */
  forget(connection: Lent): void {
    if (!this.#all.delete(connection)) return;
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#waiting.length > this.#connecting && !this.#isClosed) this.#open();
  }

  async #open(): Promise<void> {
    this.#connecting += 1;
    try {
      const raw = await this.#connect();
      const connection = new Lent(raw, this);
      this.#all.add(connection);
      raw.onEnd(() => this.forget(connection));
      this.#timer ??= setInterval(() => this.#endIdle(), IDLE).unref();
      if (this.#isClosed) raw.end();
      else this.giveBack(connection);
    } catch (error) {
      // Those who wait for one that is in use still may get that.
      const inUse = this.#all.size - this.#idle.length;
      if (inUse === 0) for (const { reject } of this.#waiting.splice(0)) reject(error);
      else this.#waiting.shift()?.reject(error);
    } finally {
      this.#connecting -= 1;
    }
  }

  #endIdle(): void {
    // The last one used stands at the end. One stays, so that a quiet cache need not connect anew.
    const unused = this.#idle.splice(0, Math.min(this.#leastIdle, this.#all.size - 1));
    this.#leastIdle = this.#idle.length;
    for (const connection of unused) {
      this.#all.delete(connection);
      connection.raw.end();
    }
  }
}

/** A connection of the pool, which is lent again and again. */
class Lent implements Connection {
  readonly raw: RawConnection;
  readonly #pool: OwnPool;

  constructor(raw: RawConnection, pool: OwnPool) {
    this.raw = raw;
    this.#pool = pool;
  }

  run(statement: Statement): Promise<Result> {
    return this.raw.run(statement);
  }

  release(isBroken: boolean): void {
    if (!isBroken) {
      this.#pool.giveBack(this);
      return;
    }
    this.#pool.forget(this);
    this.raw.destroy();
  }
}
