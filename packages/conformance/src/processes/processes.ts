import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { BackendFeatures, CreateOptions, NamedCacheConfig } from "@cullet/core";
import type { Runner } from "../runner.js";
import type { Create } from "../subject.js";
import { BRIEF, outlive } from "../time.js";
import { Peer } from "./peer.js";
import type { Tasks } from "./tasks.js";

const PROCESSES = 4;
const TIMES = 200;
const PROGRAM = new URL("./worker.js", import.meta.url);

/** How other processes reach the store under test. */
export interface Processes {
  /**
   * Returns what `createCache` in another process is to be given: a URI, or a configuration that names its backend. It
   * is asked once a test; whatever the store holds then is dropped.
   */
  cache(): string | NamedCacheConfig | Promise<string | NamedCacheConfig>;
  /** From where the backend is resolved by name: `import.meta.url`. @default the working directory */
  from?: CreateOptions["from"];
  /**
   * How many milliseconds may pass until one process sees what another has done: for a backend that keeps copies, and is told
   * of changes a moment after they were made.
   * @default 0
   */
  seenWithinMs?: number;
}

interface Shared {
  readonly peers: readonly Peer<Tasks>[];
  readonly features: BackendFeatures;
  /** Claims that a process finds a value at a key, at once or as soon as it must. */
  sees(peer: Peer<Tasks>, key: string, value: unknown): Promise<void>;
}

/** Declares the tests of a store that several processes share. */
export function testProcesses(
  create: Create,
  { cache, from, seenWithinMs = 0 }: Processes,
  runner: Runner,
): void {
  const { describe, beforeAll, afterAll } = runner;

  async function sees(peer: Peer<Tasks>, key: string, value: unknown): Promise<void> {
    const until = performance.now() + seenWithinMs;
    let found = await peer.do("get", key);
    while (!isDeepStrictEqual(found, value) && performance.now() < until) {
      await sleep(5);
      found = await peer.do("get", key);
    }
    assert.deepEqual(found, value);
  }

  describe("several processes", () => {
    const peers: Peer<Tasks>[] = [];

    beforeAll(async () => {
      for (let index = 0; index < PROCESSES; index += 1) peers.push(new Peer(PROGRAM));
    });

    afterAll(async () => {
      await Promise.all(peers.map((peer) => peer.end()));
    });

    function it(name: string, body: (shared: Shared) => Promise<void>): void {
      runner.it(name, async () => {
        const features = await featuresOf(create);
        const place = { config: await cache(), from };
        await Promise.all(peers.map((peer) => peer.do("open", place)));
        await peers[0]?.do("clearAll");
        await body({ peers, features, sees });
      });
    }

    it("features.shared says that they see the same entries", async ({ peers, features, sees }) => {
      assert.equal(features.shared, true, "testBackend was given `processes`");
      const [first, ...others] = peers;
      const value = { text: "from the first", bytes: Buffer.from([0, 255]) };
      await first?.do("set", "key", value);
      for (const other of others) await sees(other, "key", value);
    });

    it("what one sets over, deletes or clears is so for the others", async ({ peers, sees }) => {
      const [first, second] = peers as [Peer<Tasks>, Peer<Tasks>];
      await first.do("set", "key", "old");
      await sees(second, "key", "old");
      await second.do("set", "key", "new");
      await sees(first, "key", "new");
      assert.equal(await second.do("delete", "key"), true);
      await sees(first, "key", undefined);
      await first.do("set", "key", "again");
      await second.do("clear");
      await sees(first, "key", undefined);
    });

    it("an entry expires for all of them", async ({ peers }) => {
      const [first, ...others] = peers;
      await first?.do("set", "key", "value", BRIEF);
      await outlive(BRIEF);
      for (const other of others) assert.equal(await other.do("get", "key"), undefined);
    });

    it(`${PROCESSES} processes that count ${TIMES} times each lose nothing`, async ({
      peers,
      features,
      sees,
    }) => {
      const [first] = peers as [Peer<Tasks>];
      await first.do("set", "counter", 0, null);
      await Promise.all(peers.map((peer) => peer.do("incrOften", "counter", TIMES)));
      if (features.atomic) return sees(first, "counter", PROCESSES * TIMES);
      const sum = await first.do("get", "counter");
      assert.ok(Number.isInteger(sum) && Number(sum) <= PROCESSES * TIMES, "no sum is made up");
    });

    it(`of ${PROCESSES} processes that add a key ${TIMES} times each, one did, once`, async ({
      peers,
      features,
    }) => {
      const added = await Promise.all(peers.map((peer) => peer.do("addOften", "key", TIMES)));
      const winners = added.reduce((sum, count) => sum + count, 0);
      if (features.atomic) assert.equal(winners, 1);
      else assert.ok(winners >= 1 && winners <= PROCESSES, `${winners} calls stored`);
    });

    it("no reader sees half of what others write", async ({ peers }) => {
      const [first, second, ...readers] = peers as [Peer<Tasks>, Peer<Tasks>, ...Peer<Tasks>[]];
      await first.do("set", "key", "a");
      const [, , ...torn] = await Promise.all([
        first.do("writeRuns", "key", 100),
        second.do("writeRuns", "key", 100),
        ...readers.map((reader) => reader.do("findTorn", "key", 150)),
      ]);
      assert.deepEqual(torn.flat(), []);
    });

    it("a process that closed its cache ends by itself", async ({ peers }) => {
      const [first] = peers as [Peer<Tasks>];
      await first.do("set", "key", "value", 60);
      assert.equal(await first.leave(), 0);
    });
  });
}

/** Declares the one test of a store that no other process was named for. */
export function testNoProcesses(create: Create, { describe, it }: Runner): void {
  describe("several processes", () => {
    it("features.shared is false, or testBackend is given `processes` to prove it", async () => {
      const { shared } = await featuresOf(create);
      assert.equal(
        shared,
        false,
        "features.shared is true: give testBackend `processes`, by which others reach the store",
      );
    });
  });
}

async function featuresOf(create: Create): Promise<BackendFeatures> {
  const backend = await create();
  await backend.load();
  await backend.close();
  return backend.features;
}
