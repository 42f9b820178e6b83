import type { ChangeListener, Stop } from "@cullet/core";
import { addressOf, type ClusterClient, type NodeClient } from "./client.js";
import { makeSubscriber } from "./driver.js";
import { trackChanges } from "./tracking.js";

/** How often it is looked for servers that have become primaries, while one of them is not heard, in milliseconds. */
const LOOK_AFTER = 1_000;

interface Tracked {
  readonly stop: Stop;
  isHeard: boolean;
}

/** What is to be known of the changes of a cluster. */
export interface ClusterTrackingOptions {
  /** Returns the client of the cluster when it is connected. */
  open(): Promise<ClusterClient>;
  /** Asks the cluster which servers it has now. */
  refresh(client: ClusterClient): Promise<void>;
  readonly prefix: string;
  readonly timeoutMs: number;
}

/** Has every primary of a cluster tell what changes; whoever listens is deaf while one of them is not heard. */
export class ClusterTracking {
  readonly #options: ClusterTrackingOptions;
  readonly #listener: ChangeListener;
  readonly #tracked = new Map<string, Tracked>();
  #client: ClusterClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: ClusterTrackingOptions, listener: ChangeListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Begins to listen; returns what ends that. */
  start(): Stop {
    void this.#look();
    return () => {
      this.#isStopped = true;
      clearTimeout(this.#timer);
      this.#client?.off("refresh", this.#follow);
      for (const { stop } of this.#tracked.values()) stop();
    };
  }

  /** Reaches the cluster, and looks at which primaries it has. */
  async #look(): Promise<void> {
    try {
      const client = await this.#options.open();
      if (this.#isStopped) return;
      if (this.#client === undefined) {
        this.#client = client;
        client.on("refresh", this.#follow);
      }
      await this.#options.refresh(client);
      this.#follow();
    } catch (error) {
      if (!this.#isStopped) this.#listener.deaf(error as Error);
    }
    if (!this.#isAllHeard()) this.#lookLater();
  }

  /** Tracks the primaries that the client knows of, and no others. */
  readonly #follow = (): void => {
    if (this.#isStopped || this.#client === undefined) return;
    const wasHeard = this.#isAllHeard();
    const primaries = new Map(this.#client.nodes("master").map((node) => [addressOf(node), node]));
    for (const [name, { stop }] of this.#tracked) {
      if (primaries.has(name)) continue;
      stop();
      this.#tracked.delete(name);
    }
    for (const [name, node] of primaries) if (!this.#tracked.has(name)) this.#track(name, node);
    const isHeard = this.#isAllHeard();
    if (wasHeard && !isHeard) this.#listener.deaf(new Error("the cluster has another primary"));
    if (!wasHeard && isHeard) this.#listener.listening();
  };

  #track(name: string, node: NodeClient): void {
    const { prefix, timeoutMs } = this.#options;
    const makeClient = async () => makeSubscriber(node, timeoutMs);
    const stop = trackChanges(
      { makeClient, prefix, timeoutMs },
      {
        changed: (keys) => this.#listener.changed(keys),
        listening: () => {
          tracked.isHeard = true;
          if (this.#isAllHeard()) this.#listener.listening();
        },
        deaf: (reason) => {
          tracked.isHeard = false;
          this.#listener.deaf(reason);
          this.#lookLater();
        },
      },
    );
    const tracked = { stop, isHeard: false };
    this.#tracked.set(name, tracked);
  }

  #isAllHeard(): boolean {
    return this.#tracked.size > 0 && [...this.#tracked.values()].every(({ isHeard }) => isHeard);
  }

  #lookLater(): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
    }, LOOK_AFTER).unref();
  }
}
