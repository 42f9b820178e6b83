import type { ChangeListener, Stop } from "@cullet/core";
import { addressOf, type ClusterClient, type NodeClient, type Stream, streamsOf } from "./client.js";
import { ClusterTracking } from "./cluster-tracking.js";
import { nodeCommandsOf } from "./commands-of.js";
import { toFailure } from "./failure.js";
import type { Link } from "./link.js";
import { GuardedServer, type GuardedServerOptions, type Keeper, type Server } from "./server.js";
import type { Servers, Share } from "./servers.js";
import { slotOf } from "./slot.js";

/** One node of a cluster, and a key that it was asked for, if it was. */
interface Node {
  readonly server: GuardedServer;
  sample?: string;
}

/** The servers of a cluster, each with a guard of its own: one that is down must not stop the keys of the others. */
export class ClusterServers implements Servers {
  readonly #link: Link<ClusterClient>;
  readonly #timeoutMs: number;
  readonly #whole: GuardedServer;
  readonly #nodes = new Map<string, Node>();

  constructor(link: Link<ClusterClient>, options: GuardedServerOptions) {
    this.#link = link;
    this.#timeoutMs = options.timeoutMs;
    this.#whole = new GuardedServer(link, () => link.streams, options);
  }

  keeper(key: string): Keeper {
    const address = this.#link.connected?.slots[slotOf(key)]?.[0];
    // Before there is a map of the slots, the cluster is asked as a whole.
    if (address === undefined) return this.#whole;
    const node = this.#nodeAt(address);
    node.sample = key;
    return node.server;
  }

  reader(key: string): Keeper {
    return this.keeper(key);
  }

  keepers(keys: readonly string[]): Share<Keeper>[] {
    const shares = new Map<Keeper, string[]>();
    for (const key of keys) {
      const server = this.keeper(key);
      const share = shares.get(server);
      if (share === undefined) shares.set(server, [key]);
      else share.push(key);
    }
    return Array.from(shares, ([server, share]) => ({ server, keys: share }));
  }

  readers(keys: readonly string[]): Share<Keeper>[] {
    return this.keepers(keys);
  }

  async all(): Promise<readonly Server[]> {
    const client = await this.#whole.read("look at the cluster", async () => {
      const [opened] = await this.#link.open();
      // Of yesterday's nodes one may be forgotten, and its keys with it.
      await refreshSlots(opened);
      return opened;
    });
    return client.nodes("master").map((node) => this.#overNode(node));
  }

  noteWriteOfAll(): void {}

  watch(prefix: string, listener: ChangeListener): Stop {
    const open = async () => (await this.#link.open())[0];
    return new ClusterTracking(
      { open, refresh: refreshSlots, prefix, timeoutMs: this.#timeoutMs },
      listener,
    ).start();
  }

  async connect(): Promise<void> {
    await this.#whole.read("connect", (redis) => redis.ping());
  }

  close(): void {
    this.#whole.close();
    for (const { server } of this.#nodes.values()) server.close();
    this.#link.close();
  }

  #nodeAt(address: string): Node {
    const known = this.#nodes.get(address);
    if (known !== undefined) return known;
    const node: Node = {
      server: new GuardedServer(this.#link, () => this.#streamsAt(address), {
        name: `redis://${address}`,
        timeoutMs: this.#timeoutMs,
        // Whoever keeps the key now answers, so that a node whose slots went to another is no longer waited for.
        probe: (redis) => (node.sample === undefined ? redis.ping() : redis.has(node.sample)),
      }),
    };
    this.#nodes.set(address, node);
    return node;
  }

  #streamsAt(address: string): Stream[] {
    const node = this.#link.connected?.nodes("master").find((node) => addressOf(node) === address);
    return node === undefined ? [] : streamsOf(node);
  }

  #overNode(node: NodeClient): Server {
    const commands = nodeCommandsOf(node);
    const { server } = this.#nodeAt(addressOf(node));
    return {
      read: (operation, send) => server.read(operation, () => send(commands)),
      write: (operation, send) => server.write(operation, () => send(commands)),
    };
  }
}

function refreshSlots(client: ClusterClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.refreshSlotsCache((error) => (error ? reject(toFailure(error)) : resolve()));
  });
}
