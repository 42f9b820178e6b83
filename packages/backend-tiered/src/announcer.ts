import { randomBytes } from "node:crypto";
import type { Bus, ChangeListener, Stop } from "@cullet/core";

const ORIGIN_BYTES = 9;

/** What is said on the bus, as JSON: whose change it was, and the keys; without these, all may have changed. */
type Announcement = readonly [origin: string, keys?: readonly string[]];

const UNKNOWN: Announcement = [""];

/** Tells other processes what this one has changed, and hears of theirs. */
export class Announcer {
  readonly #bus: Bus;
  readonly #origin = randomBytes(ORIGIN_BYTES).toString("base64url");
  /** Whether something could not be told, so that others may have copies of what is gone. */
  #owes = false;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Tells `listener` of the changes of others. */
  listen(listener: ChangeListener): Stop {
    return this.#bus.listen({
      heard: (text) => this.#hear(text, listener),
      listening: () => {
        listener.listening();
        if (this.#owes) this.cleared();
      },
      deaf: (reason) => listener.deaf(reason),
    });
  }

  /** Says that `keys` have changed. What cannot be told is made up for when the bus is back, by dropping all copies. */
  async changed(keys: readonly string[]): Promise<void> {
    const text = this.#textOf(keys);
    if (Buffer.byteLength(text) <= this.#bus.maxBytes) return this.#publish(text);
    if (keys.length === 1) return this.cleared();
    const half = Math.ceil(keys.length / 2);
    await Promise.all([this.changed(keys.slice(0, half)), this.changed(keys.slice(half))]);
  }

  /** Says that all may have changed. */
  async cleared(): Promise<void> {
    this.#owes = false;
    await this.#publish(this.#textOf());
  }

  async #publish(text: string): Promise<void> {
    try {
      await this.#bus.publish(text);
    } catch {
      // The change itself is made, so that whoever asked for it must not be told otherwise.
      this.#owes = true;
    }
  }

  #textOf(keys?: readonly string[]): string {
    const announcement: Announcement = keys === undefined ? [this.#origin] : [this.#origin, keys];
    return JSON.stringify(announcement);
  }

  #hear(text: string, listener: ChangeListener): void {
    const [origin, keys] = read(text);
    if (origin === this.#origin) return;
    if (keys === undefined) listener.listening();
    else listener.changed(keys);
  }
}

/** Returns what `text` announces. What is not understood may be of a later release, and mean anything. */
function read(text: string): Announcement {
  let announcement: unknown;
  try {
    announcement = JSON.parse(text);
  } catch {
    return UNKNOWN;
  }
  if (!Array.isArray(announcement)) return UNKNOWN;
  const [origin, keys] = announcement as unknown[];
  if (typeof origin !== "string") return UNKNOWN;
  return Array.isArray(keys) && keys.every((key) => typeof key === "string") ? [origin, keys] : [origin];
}
