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
  /** Makes a cache over what listens there, whose operations take a second at most, unless it is told otherwise. */
  cacheAt(address: Address, options?: FaultOptions): CacheUnderFaults;
  /** What messages call a server that listens there. */
  nameAt(address: Address): string;
  /** After how many bytes of replies a connection has to be broken off at least, to be sure of each. */
  readonly repliesLength: number;
}

/** Settings of a cache. */
export interface FaultOptions {
  readonly failOpen?: boolean;
  /** In seconds. */
  readonly operationTimeout?: number;
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
    const { code, message } = codedFailure(await failureOf(() => cache.ready()));
    assert.equal(code, "CULLET_BACKEND");
    assert.match(message, /ECONNREFUSED/);
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
    await using cache = subject.cacheAt(proxy, { operationTimeout: 5 });
    const callEach = () => [cache.get("key"), cache.incr("counter"), cache.set("key", "value")] as const;
    try {
      await cache.set("counter", 0, null);
      await Promise.all(callEach());
      await untilQuiet(proxy);
      proxy.dropReplies();
      const underWay = callEach().map((call) => failureOf(() => call));
      await sleep(50);
      await victim.kill();
      const [read, ...writes] = await Promise.all(underWay);
      assertFailure(read, { code: "CULLET_BACKEND", indeterminate: false });
      for (const write of writes) {
        assertFailure(write, { code: "CULLET_BACKEND", indeterminate: true });
        assert.match(write.message, /was lost during this/);
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

  async "a server that is stopped is not waited for longer than configured, nor again and again"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await checkPatience(subject, proxy, {
      hang: () => subject.server.pause(),
      goOn: () => subject.server.resume(),
    });
  },

  async "a server that hangs is not waited for longer than configured, nor again and again"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await checkPatience(subject, proxy, {
      hang: async () => proxy.blackhole(),
      goOn: () => proxy.passThrough(),
    });
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

  async "a connection that is slow is no error"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy);
    await cache.set("key", "value", null);
    const getAll = () => Promise.all(["key", "key", "none"].map((key) => cache.get(key)));
    await getAll();
    await untilQuiet(proxy);
    proxy.delay({ replies: 500 });
    assert.deepEqual(await getAll(), ["value", "value", undefined]);
  },

  async "a connection that hands on one byte at a time changes nothing"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy);
    proxy.oneByteAtATime();
    const values = { value: { text: "é".repeat(50), bytes: Buffer.from([0, 13, 10, 255]) }, counter: 2 };
    await soon(() => cache.setMany(values, null));
    assert.deepEqual(await Promise.all([cache.get("value"), cache.getMany(["value", "none", "counter"])]), [
      values.value,
      new Map<string, unknown>(Object.entries(values)),
    ]);
    assert.equal(await cache.incr("counter"), 3);
  },

  async "a connection that is reset or ended after any byte of a reply never gives a wrong value"(subject) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy);
    const values = { a: "value of a", b: "value of b" };
    await cache.setMany(values, null);
    const readAll = () =>
      Promise.allSettled([cache.get("a"), cache.get("b"), cache.getMany(["b", "a"])] as const);
    let isWhole = false;
    for (let bytes = 0; bytes < subject.repliesLength || !isWhole; bytes += 1) {
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
  },

  async "a server that is down is a miss where the cache is to fail open, counted, until it is back"(
    subject,
  ) {
    await using proxy = await startFaultProxy({ target: subject.server });
    await using cache = subject.cacheAt(proxy, { failOpen: true });
    await cache.set("key", "value", null);
    await proxy.refuse();
    proxy.cut();
    await using late = subject.cacheAt(proxy, { failOpen: true });
    for (const open of [cache, late]) {
      assert.equal(await open.get("key", "default"), "default");
      assert.equal(await open.getOrSet("key", () => "made"), "made");
      await open.set("key", "unsaved");
      assert.deepEqual(await open.setMany({ a: 1 }), ["a"]);
      assert.ok(open.stats().errors >= 4);
    }
    await proxy.accept();
    const isBack = async () => (await cache.get("key")) === "value";
    await waitUntil("the value is found again", isBack, { timeout: BACK_MS });
  },
};

/** Checks that a server is waited for once, and no longer than a second, and used when it goes on. */
async function checkPatience(
  subject: FaultSubject,
  proxy: FaultProxy,
  { hang, goOn }: { hang(): Promise<void>; goOn(): Promise<void> },
): Promise<void> {
  await using cache = subject.cacheAt(proxy);
  await cache.set("key", "value", null);
  await hang();
  try {
    assertFailure(await failureOf(() => cache.get("key")), {
      code: "CULLET_BACKEND_TIMEOUT",
      message: `${subject.nameAt(proxy)} did not answer this get within 1000 ms`,
      indeterminate: false,
    });
    const startedAt = performance.now();
    for (let n = 0; n < 20; n += 1) await failureOf(() => cache.set("key", n));
    assert.ok(performance.now() - startedAt < 500, "the breaker keeps calls from a server that hangs");
  } finally {
    await goOn();
  }
  assert.equal(await soon(() => cache.get("key")), "value");
}

/** Waits until connections that are being made are made: until nothing is answered any more. */
async function untilQuiet(proxy: FaultProxy): Promise<void> {
  let before = -1;
  const isQuiet = () => {
    const { replyBytes } = proxy.counters;
    const isSame = replyBytes === before;
    before = replyBytes;
    return isSame;
  };
  await waitUntil("nothing is answered any more", isQuiet, { timeout: BACK_MS, interval: 200 });
}

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
