import type { Awaitable } from "../awaitable.js";
import { BaseBackend, type Copy } from "./base-backend.js";
import type { ChangeListener, Stop } from "./changes.js";

const READS = ["connect", "get", "getMany", "has", "ttl", "keys"] as const;
const WRITES = ["set", "setMany", "delete", "deleteMany", "add", "touch", "incr", "clear"] as const;

/** What a backend is asked to do. */
export type Operation = (typeof READS)[number] | (typeof WRITES)[number];

export const OPERATIONS: readonly Operation[] = [...READS, ...WRITES];

const writes: ReadonlySet<Operation> = new Set(WRITES);

/** Whether an operation may change something. */
export function isWrite(operation: Operation): boolean {
  return writes.has(operation);
}

/** A backend around another, with one place through which every call to that passes. */
export abstract class WrappedBackend extends BaseBackend<unknown> {
  protected readonly wrapped: BaseBackend<unknown>;

  constructor(wrapped: BaseBackend<unknown>) {
    super();
    this.wrapped = wrapped;
  }

  /** Does what `call` does, or what becomes of it. */
  protected abstract pass<T>(operation: Operation, call: () => Awaitable<T>): Awaitable<T>;

  override load(): Awaitable<void> {
    return this.wrapped.load();
  }

  override connect(): Awaitable<void> {
    return this.pass("connect", () => this.wrapped.connect());
  }

  get(key: string): Awaitable<unknown> {
    return this.pass("get", () => this.wrapped.get(key));
  }

  override peek(key: string): Awaitable<unknown> {
    return this.pass("get", () => this.wrapped.peek(key));
  }

  override async getMany(keys: readonly string[]): Promise<Map<string, unknown>> {
    return this.pass("getMany", () => this.wrapped.getMany(keys));
  }

  override getEach(keys: readonly string[]): Awaitable<readonly unknown[]> {
    return this.pass("getMany", () => this.wrapped.getEach(keys));
  }

  override peekEach(keys: readonly string[]): Awaitable<readonly unknown[]> {
    return this.pass("getMany", () => this.wrapped.peekEach(keys));
  }

  override async getCopies(keys: readonly string[]): Promise<readonly (Copy<unknown> | undefined)[]> {
    return this.pass("getMany", () => this.wrapped.getCopies(keys));
  }

  override watch(prefix: string, listener: ChangeListener): Stop | undefined {
    return this.wrapped.watch(prefix, listener);
  }

  set(key: string, payload: unknown, ttlMs: number | null): Awaitable<void> {
    return this.pass("set", () => this.wrapped.set(key, payload, ttlMs));
  }

  override async setMany(payloads: ReadonlyMap<string, unknown>, ttlMs: number | null): Promise<string[]> {
    return this.pass("setMany", () => this.wrapped.setMany(payloads, ttlMs));
  }

  delete(key: string): Awaitable<boolean> {
    return this.pass("delete", () => this.wrapped.delete(key));
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    return this.pass("deleteMany", () => this.wrapped.deleteMany(keys));
  }

  override async add(key: string, payload: unknown, ttlMs: number | null): Promise<boolean> {
    return this.pass("add", () => this.wrapped.add(key, payload, ttlMs));
  }

  override has(key: string): Awaitable<boolean> {
    return this.pass("has", () => this.wrapped.has(key));
  }

  override async touch(key: string, ttlMs: number | null): Promise<boolean> {
    return this.pass("touch", () => this.wrapped.touch(key, ttlMs));
  }

  override async incr(key: string, delta: number): Promise<number> {
    return this.pass("incr", () => this.wrapped.incr(key, delta));
  }

  override async ttl(key: string): Promise<number | null | undefined> {
    return this.pass("ttl", () => this.wrapped.ttl(key));
  }

  override async *keys(prefix: string): AsyncGenerator<string, void, undefined> {
    const listed = this.wrapped.keys(prefix)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.pass("keys", () => listed.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await this.pass("keys", () => listed.return?.());
    }
  }

  clear(prefix: string): Awaitable<void> {
    return this.pass("clear", () => this.wrapped.clear(prefix));
  }

  override close(): Awaitable<void> {
    return this.wrapped.close();
  }
}
