import {
  type Bus,
  type BusListener,
  ClosedError,
  fillBackendConfig,
  InvalidConfigError,
  type PartialBackendConfig,
  type Stop,
} from "@cullet/core";
import { openRedis } from "./redis.js";
import type { RedisOptions } from "./redis-options.js";
import type { Servers } from "./servers.js";

/** What a bus is told: where the server is, in the words of a cache, and the channel. */
export interface RedisBusOptions
  extends Pick<PartialBackendConfig<RedisOptions>, "location" | "operationTimeoutMs" | "options"> {
  /** What is said on other channels is not heard. @default "cullet" */
  channel?: string;
}

/** The longest text. It is no limit of the server's, which would serve nobody else while it carries more. */
const MAX_BYTES = 65_536;

/**
 * Makes a bus over the pub/sub of Redis, for caches whose store is elsewhere. It is connected while somebody listens.
 *
 * @throws InvalidConfigError naming the setting that is wrong; also for a cluster.
 */
export function redisBus({ channel = "cullet", ...given }: RedisBusOptions = {}): Bus {
  const config = fillBackendConfig({ path: "redisBus", ...given });
  const open = () => openRedis(config);
  if (open().subscribe === undefined) {
    throw new InvalidConfigError(
      "redisBus.location must be one server, replicas or Sentinel; it is a cluster",
    );
  }
  return new RedisBus(open, channel);
}

/** Says on a channel of Redis what is to be heard, and hears what others say there. */
class RedisBus implements Bus {
  readonly maxBytes = MAX_BYTES;
  readonly #open: () => Servers;
  readonly #channel: string;
  readonly #listeners = new Set<BusListener>();
  #servers: Servers | undefined;

  constructor(open: () => Servers, channel: string) {
    this.#open = open;
    this.#channel = channel;
  }

  listen(listener: BusListener): Stop {
    this.#servers ??= this.#open();
    this.#listeners.add(listener);
    const stop = this.#servers.subscribe?.(this.#channel, {
      heard: (text) => listener.heard(String(text)),
      listening: () => listener.listening(),
      deaf: (reason) => listener.deaf(reason),
    });
    return () => {
      stop?.();
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
      this.#servers?.close();
      this.#servers = undefined;
    };
  }

  async publish(text: string): Promise<void> {
    if (this.#servers === undefined)
      throw new ClosedError("nobody listens to the bus in this process any more");
    const keeper = this.#servers.keeper(this.#channel);
    await keeper.write("publish", (redis) => redis.publish(this.#channel, text));
  }
}
