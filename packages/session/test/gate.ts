import { once } from "node:events";

/** Lets a test hold a request until it has done something else. */
export class Gate {
  readonly #events = new EventTarget();

  /** Called by the request: waits until the gate is opened. */
  async pass(): Promise<void> {
    this.#events.dispatchEvent(new Event("reached"));
    await once(this.#events, "opened");
  }

  /** Waits until the next request has come to the gate. */
  async reached(): Promise<void> {
    await once(this.#events, "reached");
  }

  open(): void {
    this.#events.dispatchEvent(new Event("opened"));
  }
}
