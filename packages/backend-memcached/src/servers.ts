import type { BackendError } from "@cullet/core";
import { isOutage, wasLost } from "./failure.js";
import { Ring } from "./ring.js";
import type { Ask, Server } from "./server.js";

/** One server's part of several keys. */
interface Share {
  readonly server: Server;
  readonly keys: readonly string[];
}

/**
 * The servers that keys are spread over. One that is away costs misses: what is asked of it is answered as if it were
 * empty, and it drops what it missed when it comes back. Where none is there, that is an error.
 */
export class Servers {
  readonly #servers: readonly Server[];
  readonly #ring: Ring;

  /** @param servers at least one. */
  constructor(servers: readonly Server[]) {
    this.#servers = servers;
    this.#ring = new Ring(servers.map(({ ringName }) => ringName));
  }

  /** Reaches every server: fails where none answers, or where one would never do. */
  async connect(): Promise<void> {
    await Promise.all(
      this.#servers.map((server) =>
        this.#orMiss(
          server,
          server.read("connect", (transport) => transport.noop()),
          () => {},
        ),
      ),
    );
  }

  /** Asks the server of `key` for what changes nothing; `missed` is the answer of one that is away. */
  read<T>(operation: string, key: string, ask: Ask<T>, missed: T): Promise<T> {
    const server = this.#serverOf(key);
    return this.#orMiss(server, server.read(operation, ask), () => missed);
  }

  /** Asks the server of `key` for what stores or drops it, whatever was there before. */
  write<T>(operation: string, key: string, ask: Ask<T>, missed: T): Promise<T> {
    const server = this.#serverOf(key);
    return this.#orMiss(server, server.write(operation, ask), () => {
      server.missed.note([key]);
      return missed;
    });
  }

  /** Asks the server of `key` for what depends on what is there: not to know whether it was done is an error. */
  change<T>(operation: string, key: string, ask: Ask<T>, missed: T): Promise<T> {
    const server = this.#serverOf(key);
    return this.#orMiss(server, server.write(operation, ask), (error) => {
      if (error.indeterminate) throw error;
      return missed;
    });
  }

  /** Asks each server for its share of what changes nothing. */
  readShares<T>(
    operation: string,
    keys: readonly string[],
    ask: (keys: readonly string[]) => Ask<T>,
    missed: T,
  ): Promise<T[]> {
    return Promise.all(
      this.#sharesOf(keys).map(({ server, keys }) =>
        this.#orMiss(server, server.read(operation, ask(keys)), () => missed),
      ),
    );
  }

  /** Asks each server for its share of what stores or drops keys. */
  writeShares<T>(
    operation: string,
    keys: readonly string[],
    ask: (keys: readonly string[]) => Ask<T>,
    missed: (keys: readonly string[]) => T,
  ): Promise<T[]> {
    return Promise.all(
      this.#sharesOf(keys).map(({ server, keys }) =>
        this.#orMiss(server, server.write(operation, ask(keys)), () => {
          server.missed.note(keys);
          return missed(keys);
        }),
      ),
    );
  }

  /** Drops all that every server holds. */
  async flush(): Promise<void> {
    await Promise.all(
      this.#servers.map((server) =>
        this.#orMiss(
          server,
          server.write("clear", (transport) => transport.flush()),
          () => server.missed.noteAll(),
        ),
      ),
    );
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }

  #serverOf(key: string): Server {
    const at = this.#servers.length === 1 ? 0 : this.#ring.ownerOf(key);
    return this.#servers[at] as Server;
  }

  #sharesOf(keys: readonly string[]): readonly Share[] {
    if (keys.length === 0) return [];
    if (this.#servers.length === 1) return [{ server: this.#servers[0] as Server, keys }];
    const shares = new Map<Server, string[]>();
    for (const key of keys) {
      const server = this.#serverOf(key);
      const share = shares.get(server);
      if (share === undefined) shares.set(server, [key]);
      else share.push(key);
    }
    return Array.from(shares, ([server, keys]) => ({ server, keys }));
  }

  #orMiss<T>(server: Server, answer: Promise<T>, missed: (error: BackendError) => T): Promise<T> {
    if (this.#servers.length === 1) return answer;
    return answer.then(
      (result) => {
        server.isAway = false;
        return result;
      },
      (error: unknown) => {
        if (!isOutage(error)) throw error;
        if (!wasLost(error.cause)) server.isAway = true;
        if (this.#servers.every(({ isAway }) => isAway)) throw error;
        return missed(error);
      },
    );
  }
}
