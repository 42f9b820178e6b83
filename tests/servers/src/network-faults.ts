import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "./given-server.js";
import { BACK_MS, failureOf, soon } from "./outcome.js";
import { type FaultProxy, startFaultProxy } from "./proxy/fault-proxy.js";
import type { TestServer } from "./server.js";
import { waitUntil } from "./wait.js";

/** What these tests use of a cache. */
export interface CacheUnderFaults extends AsyncDisposable {
  ready(): Promise<unknown>;
  get(key: string, fallback?: unknown): Promise<unknown>;
  getMany(keys: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  getOrSet(key: string, make: () => unknown): Promise<unknown>;
  set(key: string, value: unknown, timeout?: number | null): Promise<unknown>;
  setMany(values: Readonly<Record<string, unknown>>, timeout?: number | null): Promise<readonly string[]>;
  incr(key: string): Promise<number>;
  stats(): { readonly errors: number };
  close(): Promise<void>;
}

/** A network backend, to be seen under faults. */
export interface FaultSubject {
  /** A server of the tests' own. */
  readonly server: TestServer;
  /** Starts another one. */
  start(): Promise<TestServer>;
  /** Makes a cache over what listens there, whose operations take a second at most. */
  cacheAt(address: Address, options?: { readonly failOpen?: boolean }): CacheUnderFaults;
  /** What messages call a server that listens there. */
  nameAt(address: Address): string;
}

/** What every network backend does when its server fails it, by what a runner calls the tests. */
export const NETWORK_FAULTS: Readonly<Record<string, (subject: FaultSubject) => Promise<void>>> = {
  async "a server that is not there at the start is an error in time, and used when it comes"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await proxy.refuse();
    await using cache = subject.cacheAt(proxy);
    assertFailure(await failureOf(() => cache.set("key", "value")), {
      code: "CULLET_BACKEND",
      message: `${subject.nameAt(proxy)} cannot be reached: connect ECONNREFUSED ${proxy.host}:${proxy.port}`,
      indeterminate: false,
    });
    assert.match((await failureOf(() => cache.ready())).message, /ECONNREFUSED/);
    await proxy.accept();
    await soon(() => cache.set("key", "value"));
    assert.equal(await cache.get("key"), "value");
  },

  async "a server whose name is not known is an error that says so"(subject) {
    const address = { host: "nowhere.invalid", port: 1_234 };
    await using cache = subject.cacheAt(address);
    const { message } = await failureOf(() => cache.get("key"));
    assert.ok(message.startsWith(`${subject.nameAt(address)} cannot be reached: `), message);
  },

  async "a server that is killed fails what is under way, and is used again when it is back"(subject) {
    const victim = await subject.start();
    await using proxy = await startFaultProxy({ target: victim });
    await using cache = subject.cacheAt(proxy);
    const callEach = () => [cache.get("key"), cache.incr("counter"), cache.set("key", "value")] as const;
    try {
      await cache.set("counter", 0, null);
      await Promise.all(callEach());
      proxy.dropReplies();
      const underWay = callEach().map((call) => failureOf(() => call));
      await sleep(50);
      await victim.kill();
      const [read, ...writes] = await Promise.all(underWay);
      assert.equal(codedFailure(read).indeterminate, false);
      for (const write of writes) {
        const { code, indeterminate, message } = codedFailure(write);
        assert.match(code, /^CULLET_BACKEND/);
        // A connection that was still being made has sent nothing. On a busy machine the kill comes after the timeout.
        assert.equal(indeterminate, /was lost during this|did not answer this/.test(message), message);
      }
      await failureOf(() => cache.get("key"));
      await proxy.passThrough();
      await victim.restart();
      await soon(() => cache.set("key", "new"));
      assert.equal(await cache.get("key"), "new");
    } finally {
      await victim.stop();
    }
  },

  async "a server that is stopped for a while is used again"(subject) {
    await using cache = subject.cacheAt(subject.server);
    await cache.set("key", "value", null);
    await subject.server.pause();
    try {
      await failureOf(() => cache.get("key"));
    } finally {
      await subject.server.resume();
    }
    assert.equal(await soon(() => cache.get("key")), "value");
  },

  async "a server that hangs is not waited for longer than configured, nor again and again"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy);
    await cache.set("key", "value", null);
    proxy.blackhole();
    assertFailure(await failureOf(() => cache.get("key")), {
      code: "CULLET_BACKEND_TIMEOUT",
      message: `${subject.nameAt(proxy)} did not answer this get within 1000 ms`,
      indeterminate: false,
    });
    const startedAt = performance.now();
    for (let n = 0; n < 20; n += 1) await failureOf(() => cache.set("key", n));
    assert.ok(performance.now() - startedAt < 500, "the breaker keeps calls from a server that hangs");
    await proxy.passThrough();
    assert.equal(await soon(() => cache.get("key")), "value");
  },

  async "a server that hangs under a steady load ends every call in time"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy);
    await cache.set("key", "value", null);
    proxy.dropReplies();
    const calls = [];
    for (let n = 0; n < 30; n += 1) {
      calls.push(failureOf(() => cache.get("key")));
      await sleep(50);
    }
    await Promise.all(calls);
    await proxy.passThrough();
    assert.equal(await soon(() => cache.get("key")), "value");
  },

  async "a server that hangs from the start is an error that tells whether anything was sent"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    proxy.blackhole();
    await using cache = subject.cacheAt(proxy);
    const { code, indeterminate } = codedFailure(await failureOf(() => cache.incr("counter")));
    // Where a connection begins with a handshake, nothing was.
    assert.equal(code, indeterminate ? "CULLET_BACKEND_TIMEOUT" : "CULLET_BACKEND");
    await proxy.passThrough();
    await soon(() => cache.set("key", "value"));
  },

  async "a server that hangs does not hold up who closes"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    const cache = subject.cacheAt(proxy);
    await cache.ready();
    proxy.blackhole();
    const pending = failureOf(() => cache.set("key", "value"));
    await sleep(20);
    const startedAt = performance.now();
    await Promise.all([cache.close(), cache.close()]);
    assertFailure(await pending, { code: "CULLET_CLOSED", indeterminate: true });
    assert.ok(performance.now() - startedAt < 500, "close waits for nobody");
    await waitUntil("no connection is left", () => proxy.counters.open === 0, { timeout: BACK_MS });
  },

  async "an operation whose answer is lost is not done twice"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy);
    const losses: readonly ((proxy: FaultProxy) => void)[] = [
      (proxy) => proxy.dropReplies(),
      (proxy) => proxy.delay({ replies: 1_400 }),
      (proxy) => proxy.resetAfter(0),
      (proxy) => proxy.endAfter(0),
    ];
    for (const lose of losses) {
      await soon(() => cache.set("counter", 10, null));
      // What has to be told the server before it can count is told by then: it is the answer itself that is lost.
      await cache.incr("counter");
      lose(proxy);
      assert.equal((await failureOf(() => cache.incr("counter"))).indeterminate, true);
      await proxy.passThrough();
      proxy.cut();
      assert.equal(await soon(() => cache.get("counter")), 12);
    }
  },

  async "a connection that is cut while nothing is under way is made anew without an error"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy);
    await cache.set("key", "value", null);
    for (let n = 0; n < 5; n += 1) {
      const { connections } = proxy.counters;
      proxy.cut();
      const isCut = () => proxy.counters.open === 0 || proxy.counters.connections > connections;
      await waitUntil("the connection is cut", isCut, { timeout: BACK_MS });
      // The client learns of it a little later.
      await sleep(20);
      assert.equal(await cache.get("key"), "value");
    }
  },

  async "a connection that is slow is no error"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy);
    await cache.set("key", "value", null);
    const getBoth = () => Promise.all(["key", "none"].map((key) => cache.get(key)));
    await getBoth();
    proxy.delay({ replies: 400 });
    assert.deepEqual(await getBoth(), ["value", undefined]);
  },

  async "a connection that hands on one byte at a time changes nothing"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy);
    proxy.oneByteAtATime();
    const values = { value: { text: "é".repeat(50), bytes: Buffer.from([0, 13, 10, 255]) }, counter: 2 };
    await soon(() => cache.setMany(values, null));
    assert.deepEqual(
      await cache.getMany(["value", "none", "counter"]),
      new Map<string, unknown>(Object.entries(values)),
    );
    assert.deepEqual(await cache.get("value"), values.value);
    assert.equal(await cache.incr("counter"), 3);
  },

  async "a connection that is reset or ended after any byte of a reply never gives a wrong value"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy);
    const values = { a: "value of a", b: "value of b" };
    await cache.setMany(values, null);
    const readAll = () =>
      Promise.allSettled([cache.get("a"), cache.get("b"), cache.getMany(["b", "a"])] as const);
    let bytes = 0;
    for (let isWhole = false; !isWhole; bytes += 1) {
      await proxy.passThrough();
      assert.equal(await soon(() => cache.get("a")), values.a);
      if (bytes % 2 === 0) proxy.resetAfter(bytes);
      else proxy.endAfter(bytes);
      const [a, b, both] = await readAll();
      if (a.status === "fulfilled") assert.equal(a.value, values.a);
      if (b.status === "fulfilled") assert.equal(b.value, values.b);
      if (both.status === "fulfilled") assert.deepEqual(Object.fromEntries(both.value), values);
      isWhole = [a, b, both].every(({ status }) => status === "fulfilled");
    }
    assert.ok(bytes > values.a.length, `the replies are ${bytes} bytes long`);
  },

  async "a server that is down is a miss where the cache is to fail open, counted, until it is back"(
    subject,
  ) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy, { failOpen: true });
    await cache.set("key", "value", null);
    await proxy.refuse();
    proxy.cut();
    assert.equal(await cache.get("key", "default"), "default");
    assert.equal(await cache.getOrSet("key", () => "made"), "made");
    await cache.set("key", "unsaved");
    assert.deepEqual(await cache.setMany({ a: 1 }), ["a"]);
    assert.ok(cache.stats().errors >= 4);
    await proxy.accept();
    const isBack = async () => (await cache.get("key")) === "value";
    await waitUntil("the value is found again", isBack, { timeout: BACK_MS });
  },
};

/** Checks what a call failed with. */
function assertFailure(
  failure: unknown,
  wanted: { code: string; message?: string; indeterminate: boolean },
): void {
  const { code, message, indeterminate } = codedFailure(failure);
  const got = { code, ...(wanted.message !== undefined && { message }), indeterminate };
  assert.deepEqual(got, wanted, message);
}

function codedFailure(failure: unknown) {
  return failure as { code: string; message: string; indeterminate: boolean };
}
