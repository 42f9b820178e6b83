import type { NodeClient, SubscriberClient } from "./client.js";
import { makeSubscriber } from "./driver.js";
import type { Link } from "./link.js";

/** What makes clients that only listen. */
export interface Subscriber {
  /** Makes one, without connecting it. */
  makeClient(): Promise<SubscriberClient>;
  /** The longest that it waits for an answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** Returns what makes clients that listen to the server that `link` leads to. */
export function subscriberOf(link: Link<NodeClient>, timeoutMs: number): Subscriber {
  return { makeClient: async () => makeSubscriber(await link.client(), timeoutMs), timeoutMs };
}
