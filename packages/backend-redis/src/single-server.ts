import type { NodeClient } from "./client.js";
import type { Link } from "./link.js";
import { GuardedServer, type GuardedServerOptions, type Keeper, type Server } from "./server.js";
import type { Servers, Share } from "./servers.js";

/** One server that keeps everything; behind Sentinel, whichever is the master. */
export class SingleServer implements Servers {
  readonly #link: Link<NodeClient>;
  readonly #server: GuardedServer;

  constructor(link: Link<NodeClient>, options: GuardedServerOptions) {
    this.#link = link;
    this.#server = new GuardedServer(link, () => link.streams, options);
  }

  keeper(): Keeper {
    return this.#server;
  }

  reader(): Keeper {
    return this.#server;
  }

  keepers(keys: readonly string[]): Share<Keeper>[] {
    return [{ server: this.#server, keys: [...keys] }];
  }

  readers(keys: readonly string[]): Share<Keeper>[] {
    return this.keepers(keys);
  }

  async all(): Promise<readonly Server[]> {
    return [this.#server];
  }

  noteWriteOfAll(): void {}

  async connect(): Promise<void> {
    await this.#server.read("connect", (redis) => redis.ping());
  }

  close(): void {
    this.#server.close();
    this.#link.close();
  }
}
