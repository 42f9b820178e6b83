import type { ChangeListener, Stop } from "@cullet/core";
import type { SubscriberClient } from "./client.js";
import type { Subscriber } from "./subscriber.js";
import { Subscription } from "./subscription.js";

/** Where Redis says which keys have changed. */
const CHANNEL = "__redis__:invalidate";

/** What is to be known of the changes of one server. */
export interface TrackingOptions extends Subscriber {
  /** What the keys begin with. */
  readonly prefix: string;
}

/**
 * Has a server tell which keys change that begin with a prefix: its client-side caching, in broadcasting mode. The
 * connection that asks is also the one that is told, so that one cannot be lost without the other.
 *
 * https://redis.io/docs/latest/develop/reference/client-side-caching/
 */
export function trackChanges({ prefix, ...options }: TrackingOptions, listener: ChangeListener): Stop {
  const prepare = async (client: SubscriberClient) => {
    const id = await client.client("ID");
    const ofPrefix = prefix === "" ? [] : ["PREFIX", prefix];
    await client.client("TRACKING", "ON", "REDIRECT", String(id), "BCAST", ...ofPrefix);
  };
  const subscription = new Subscription(
    { ...options, channel: CHANNEL, prepare },
    {
      listening: () => listener.listening(),
      deaf: (reason) => listener.deaf(reason),
      heard: (keys) => {
        if (Array.isArray(keys)) listener.changed(keys.map(String));
        // The database was emptied.
        else listener.listening();
      },
    },
  );
  return subscription.start();
}
