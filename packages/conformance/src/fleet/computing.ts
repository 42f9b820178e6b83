import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { DeclareFleet } from "./test-fleet.js";
import { eventually } from "./wait.js";

const LEASE_MS = 5_000;
/** What a busy machine and the last look of those who wait may add to a lease. */
const SLACK_MS = 3_000;
/** How long a function takes in which something is to happen elsewhere, on a busy machine too. */
const LONG_MS = 1_000;

const locked = { lock: true, timeout: 600 };

/** `getOrSet` with a lock. */
export function computing(it: DeclareFleet): void {
  it("1,000 calls in each of 4 processes run the function once", async ({ members, log }) => {
    const asked = members.map((member, at) =>
      member.do("ask", "cold", 1_000, { value: `of ${at}`, takesMs: 300 }, locked),
    );
    const values = (await Promise.all(asked)).flat();
    assert.equal(values.length, 4, `each process got one value, not ${values}`);
    assert.equal(new Set(values).size, 1, `all got the same value, not ${values}`);
    assert.equal(log.read("run").length, 1);
  });

  it("when the one that runs it is killed, it runs once more, within the lease", async ({ members, log }) => {
    const [holder, ...others] = members;
    const lost = holder.do("ask", "cold", 10, { value: "lost", takesMs: 60_000 }, locked).catch(String);
    await eventually(() => log.read("run").length === 1);
    const asked = others.map((other) =>
      other.do("ask", "cold", 1_000, { value: "made", takesMs: 50 }, locked),
    );
    await sleep(300);
    const killedAt = Date.now();
    await holder.end();
    assert.deepEqual((await Promise.all(asked)).flat(), ["made", "made", "made"]);
    assert.match(String(await lost), /the process ended: SIGKILL/);
    const [, second, ...more] = log.read("run");
    assert.deepEqual(more, []);
    const tookMs = Number(second?.[2]) - killedAt;
    assert.ok(tookMs < LEASE_MS + SLACK_MS, `the next ran it after ${tookMs} ms`);
  });

  for (const [what, timeout] of [
    ["a missing", undefined],
    ["an old", 0.01],
  ] as const) {
    it(`a process that stood still stores nothing over a newer value, in place of ${what} one`, async ({
      members: [slow, quick, looker],
      log,
    }) => {
      const options = { timeout: 600, staleWhileRevalidate: 600, lock: { lease: 1 } };
      if (timeout !== undefined) {
        await quick.do("ask", "key", 1, { value: "old", takesMs: 0 }, { ...options, timeout });
        await sleep(100);
      }
      const runs = log.read("run").length;
      const late = slow.do("ask", "key", 1, { value: "slow", takesMs: LONG_MS }, options);
      await eventually(() => log.read("run").length > runs);
      slow.suspend();
      await sleep(1_300);
      const asked = { timeout: 600, lock: { lease: 1 } };
      assert.deepEqual(await quick.do("ask", "key", 1, { value: "new", takesMs: 0 }, asked), ["new"]);
      slow.resume();
      assert.deepEqual(await late, [timeout === undefined ? "new" : "old"]);
      await eventually(() => log.read("made").length === log.read("run").length);
      // What it may store now, it would store in this time.
      await sleep(300);
      for (const member of [looker, slow, quick]) assert.equal(await member.do("get", "key"), "new");
    });
  }

  it("what one deletes while another makes it is not stored", async ({ members: [maker, other], log }) => {
    const asked = maker.do("ask", "key", 10, { value: "old", takesMs: LONG_MS }, locked);
    await eventually(() => log.read("run").length === 1);
    await other.do("delete", "key");
    assert.deepEqual(await asked, ["old"]);
    assert.equal(await other.do("get", "key"), undefined);
  });

  it("what one sets while another makes it stands", async ({ members: [maker, other], log }) => {
    const asked = maker.do("ask", "key", 10, { value: "made", takesMs: LONG_MS }, locked);
    await eventually(() => log.read("run").length === 1);
    await other.do("set", "key", "set");
    assert.deepEqual(await asked, ["set"]);
    assert.equal(await other.do("get", "key"), "set");
  });

  it("an old value is returned at once, and refreshed by one", async ({ members, log }) => {
    const options = { timeout: 0.01, staleWhileRevalidate: 600, lock: true };
    await members[0].do("ask", "key", 1, { value: "old", takesMs: 0 }, options);
    await sleep(100);
    const asked = members.map((member) =>
      member.do("ask", "key", 200, { value: "new", takesMs: LONG_MS }, { ...options, timeout: 600 }),
    );
    // Who came late may have met the new one already.
    for (const values of await Promise.all(asked)) assert.deepEqual(values.slice(0, 1), ["old"]);
    const made = { value: "another", takesMs: 0 };
    for (const member of members) assert.deepEqual(await member.do("ask", "key", 1, made, locked), ["new"]);
    assert.equal(log.read("run").length, 2);
  });

  it("a process that closes its cache while it makes a value ends, and the next need not wait", async ({
    members: [leaver, other],
    log,
  }) => {
    const left = leaver.do("ask", "key", 1, { value: "late", takesMs: 60_000 }, locked).catch(String);
    await eventually(() => log.read("run").length === 1);
    assert.equal(await leaver.leave(), 0);
    assert.match(String(await left), /is closed|the process ended/);
    const leftAt = performance.now();
    assert.deepEqual(await other.do("ask", "key", 1, { value: "next", takesMs: 0 }, locked), ["next"]);
    assert.ok(performance.now() - leftAt < LEASE_MS / 2, "the lease was given back");
  });
}
