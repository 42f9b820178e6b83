import { BOUND_MS, expectNoRejections, failureOf, soon } from "@cullet/test-servers";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { ringNameOf } from "../src/location.js";
import { Ring } from "../src/ring.js";
import { addressOf, type Listener, newCache, newProxy, newServers, sleep } from "./helpers.js";

expectNoRejections({ afterEach, afterAll });

const keys = Array.from({ length: 300 }, (_, n) => `key-${n}`);

/** Returns for each of the servers its own of `keys`. */
function sharesOf(listeners: readonly Listener[]): string[][] {
  const ring = new Ring(listeners.map(({ host, port }) => ringNameOf({ host, port })));
  return listeners.map((_, at) => keys.filter((key) => ring.ownerOf(`:1:${key}`) === at));
}

/** Starts three servers with a proxy before each, and a cache over these, which has stored "old" at every key. */
async function newTrio() {
  const servers = await newServers(3);
  const proxies = await Promise.all(servers.map((server) => newProxy(server)));
  const cache = newCache(proxies);
  await cache.setMany(
    keys.map((key) => [key, "old"] as const),
    null,
  );
  const [gone] = proxies;
  const [shareOfGone, ...others] = sharesOf(proxies);
  if (gone === undefined || shareOfGone === undefined) throw new Error("there are three");
  const lose = async () => {
    await gone.refuse();
    gone.cut();
  };
  /** Waits until the server that was lost is used again, by a key that is not among those of the test. */
  const find = () =>
    soon(async () => {
      const spare = shareOfGone.at(-1) as string;
      await cache.set(spare, "found");
      expect(await cache.get(spare)).toBe("found");
    });
  const [first, second, third] = shareOfGone as [string, string, string];
  return {
    servers,
    proxies,
    cache,
    gone,
    lose,
    find,
    shareOfGone,
    others: others.flat(),
    first,
    second,
    third,
  };
}

describe("keys", () => {
  it("are shared out as the ring says, and are many in one round trip to each server", async () => {
    const servers = await newServers(3);
    const cache = newCache(servers);
    const entries = keys.map((key, n) => [key, n] as const);
    expect(await cache.setMany(entries, 60)).toEqual([]);
    expect(await cache.getMany(keys)).toEqual(new Map(entries));
    for (const [at, share] of sharesOf(servers).entries()) {
      const alone = newCache([servers[at] as Listener]);
      expect([...(await alone.getMany(keys)).keys()]).toEqual(share);
    }
    expect(await cache.deleteMany(keys)).toBe(keys.length);
  });
});

describe("a server that is away", () => {
  it("costs misses and no errors", async () => {
    const { cache, lose, shareOfGone, others, first } = await newTrio();
    await lose();
    expect(await cache.get(first, "default")).toBe("default");
    expect([...(await cache.getMany(keys)).keys()].toSorted()).toEqual(others.toSorted());
    await cache.set(first, "new");
    expect(await cache.has(first)).toBe(false);
    expect(await cache.add(first, "new")).toBe(false);
    expect(await cache.touch(first, 60)).toBe(false);
    expect(await cache.ttl(first)).toBeUndefined();
    expect(await cache.delete(first)).toBe(false);
    await expect(cache.incr(first)).rejects.toMatchObject({ code: "CULLET_KEY_NOT_FOUND" });
    expect(await cache.getOrSet(first, () => "made")).toBe("made");
    expect((await cache.setMany(keys.map((key) => [key, "new"] as const))).toSorted()).toEqual(
      shareOfGone.toSorted(),
    );
    expect(await cache.deleteMany(keys)).toBe(others.length);
    await cache.clear();
    await cache.ready();
  });

  it("is used again within 3 s of coming back", async () => {
    const { cache, lose, gone, find, first } = await newTrio();
    await lose();
    await cache.get(first);
    await gone.accept();
    await find();
  });

  it("never serves again what was replaced or dropped without it", async () => {
    const { cache, lose, gone, find, first, second, third, shareOfGone } = await newTrio();
    await lose();
    await cache.set(first, "new");
    await cache.delete(second);
    await cache.deleteMany([third]);
    await cache.setMany({ [shareOfGone[3] as string]: "new" });
    await gone.accept();
    await find();
    expect(await cache.getMany([first, second, third, shareOfGone[3] as string])).toEqual(new Map());
    expect(await cache.get(shareOfGone[4] as string)).toBe("old");
  });

  it("never serves again what was cleared without it", async () => {
    const { cache, lose, gone, find, first } = await newTrio();
    await lose();
    await cache.clear();
    await gone.accept();
    await find();
    expect(await cache.get(first)).toBeUndefined();
  });

  it("for so short that its connection holds does not do so either", async () => {
    const { cache, servers, first, second } = await newTrio();
    await servers[0]?.pause();
    // Is under way when the server hangs, and known not to answer at its end.
    const late = cache.set(first, "late");
    await late;
    await cache.delete(first);
    await cache.set(second, "new");
    await servers[0]?.resume();
    for (let n = 0; n < 50; n += 1) {
      expect([undefined, "new"]).toContain(await cache.get(second));
      expect(await cache.get(first)).toBeUndefined();
      await sleep(20);
    }
  });

  it("is remembered to have missed everything where it missed very much", async () => {
    const { cache, lose, gone, find, first } = await newTrio();
    await lose();
    await cache.get(first);
    const many = Array.from({ length: 35_000 }, (_, n) => `other-${n}`);
    await cache.deleteMany(many);
    await gone.accept();
    await find();
    expect(await cache.get(first)).toBeUndefined();
  });

  it("is an error of the change that was under way, whose outcome nobody knows", async () => {
    const { cache, gone, first } = await newTrio();
    await cache.set(first, 1, null);
    gone.dropReplies();
    expect(await failureOf(() => cache.incr(first))).toMatchObject({
      code: "CULLET_BACKEND_TIMEOUT",
      message: `memcached://${addressOf(gone)} did not answer this incr within 500 ms`,
      indeterminate: true,
    });
  });

  it("costs no time once it is known to be", async () => {
    const { cache, servers, first } = await newTrio();
    await servers[0]?.pause();
    await cache.get(first);
    const startedAt = performance.now();
    for (let n = 0; n < 50; n += 1) expect(await cache.get(first)).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(400);
    await servers[0]?.resume();
  });

  it("is an error where no other is there", async () => {
    const { cache, proxies } = await newTrio();
    for (const proxy of proxies) {
      await proxy.refuse();
      proxy.cut();
    }
    // The first call may be the one that learns that a connection is broken.
    await cache.getMany(keys).catch(() => {});
    await failureOf(() => cache.getMany(keys));
    expect((await failureOf(() => cache.get("key"))).message).toMatch(/ECONNREFUSED/);
    await failureOf(() => cache.set("key", "value"));
    await failureOf(() => cache.ready());
    await proxies[1]?.accept();
    await soon(() => cache.ready());
    await cache.set("key", "value");
  });

  it("is no error where the one that was away before is back, asked or not", async () => {
    const { cache, proxies, lose, gone, others, first } = await newTrio();
    await lose();
    await cache.get(first);
    await gone.accept();
    // It is asked in the background.
    await expect.poll(() => gone.counters.open, { timeout: 3_000 }).toBe(1);
    await sleep(100);
    for (const proxy of proxies.slice(1)) {
      await proxy.refuse();
      proxy.cut();
    }
    expect((await cache.getMany(others)).size).toBe(0);
    expect(await cache.get(others[0] as string)).toBeUndefined();
  });
});

describe("one of three servers that is killed and brought back under load", () => {
  it("costs misses, nobody waits long, and nothing old is read", async () => {
    const servers = await newServers(3);
    const cache = newCache(servers);
    const wrong: unknown[] = [];
    let running = true;
    let slowest = 0;
    let hits = 0;
    const load = keys.slice(0, 40).map(async (key) => {
      for (let n = 1; running; n += 1) {
        const startedAt = performance.now();
        try {
          const value = `${key} ${n}`;
          await cache.set(key, value);
          const read = await cache.get(key);
          if (read === value) hits += 1;
          else if (read !== undefined) wrong.push([value, read]);
          await cache.delete(key);
          if ((await cache.getMany([key])).size > 0) wrong.push([key, "was deleted"]);
          await cache.add(key, n);
          await cache.incr(key).catch((error) => {
            if (error.code !== "CULLET_KEY_NOT_FOUND") throw error;
          });
        } catch (error) {
          if (!(error as { indeterminate?: boolean }).indeterminate) wrong.push(error);
        }
        slowest = Math.max(slowest, performance.now() - startedAt);
        await sleep(2);
      }
    });
    await sleep(500);
    await servers[1]?.kill();
    await sleep(1_500);
    await servers[1]?.restart();
    await sleep(1_500);
    const shareOfBack = sharesOf(servers)[1] as string[];
    running = false;
    await Promise.all(load);
    expect(wrong).toEqual([]);
    expect(hits).toBeGreaterThan(1_000);
    expect(slowest).toBeLessThan(BOUND_MS);
    await cache.set(shareOfBack[0] as string, "back");
    expect(await cache.get(shareOfBack[0] as string)).toBe("back");
  });
});
