import { BaseBackend, type Payload } from "@cullet/core";
import type { Entry } from "./transport.js";

/** Returns the milliseconds that an entry has left, as a backend's `ttl` does. */
export async function ttlMsOf(key: string, entry: Entry | undefined): Promise<number | null | undefined> {
  if (entry === undefined) return undefined;
  return entry.counterTtlMs === undefined ? new ReadPayload(entry.payload).ttl(key) : entry.counterTtlMs;
}

/** Whether `payload` has yet to expire, where the server still has it. */
export async function isLive(key: string, payload: Payload): Promise<boolean> {
  return (await new ReadPayload(payload).ttl(key)) !== undefined;
}

/** Returns `payload` of `key` with another expiry inside. A counter has none there. */
export async function withTtlMs(key: string, payload: Payload, ttlMs: number | null): Promise<Payload> {
  const read = new ReadPayload(payload);
  await read.touch(key, ttlMs);
  return read.payload;
}

/**
 * A backend that holds one payload, which was read elsewhere: what is inside a payload is core's to know, and it tells
 * that of whatever a backend holds.
 */
class ReadPayload extends BaseBackend {
  payload: Payload;

  constructor(payload: Payload) {
    super();
    this.payload = payload;
  }

  get(): Payload {
    return this.payload;
  }

  set(_key: string, payload: Payload): void {
    this.payload = payload;
  }

  delete(): boolean {
    return false;
  }

  clear(): void {}
}
