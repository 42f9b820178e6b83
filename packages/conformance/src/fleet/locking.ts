import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./log.js";
import type { DeclareFleet } from "./test-fleet.js";

const ROUNDS = 6;

/** `lock`. */
export function locking(it: DeclareFleet): void {
  it("has one holder at a time, also when holders are killed", async ({ members, log, start }) => {
    // Some die while they hold it, some whenever it comes.
    const settled: Promise<unknown>[] = members
      .slice(0, 2)
      .map((member) => member.do("hold", "job", { times: 25, holdMs: 5, timeout: 2 }));
    for (let round = 0; round < ROUNDS; round += 1) {
      const victim = await start();
      const dieAt = round % 2 === 0 ? 3 : 0;
      const dying = victim.do("hold", "job", { times: 1_000, holdMs: 5, timeout: 0.3, dieAt });
      settled.push(dying.catch(() => {}));
      if (dieAt === 0) await sleep(100 + Math.random() * 200);
      else await dying.catch(() => {});
      await victim.end();
    }
    await Promise.all(settled);
    const { holds, overlaps } = readHolds(log);
    assert.deepEqual(overlaps, []);
    assert.ok(holds > 2 * 25 + ROUNDS, `it was held ${holds} times`);
  });

  it("is released by its owner alone", async ({ members: [slow, quick, third] }) => {
    assert.equal(await slow.do("lock", "job", { timeout: 0.4 }), true);
    slow.suspend();
    assert.equal(await quick.do("lock", "job", { timeout: 30, wait: 10 }), true);
    slow.resume();
    assert.equal(await slow.do("release"), false);
    assert.equal(await third.do("lock", "job", {}), false);
    assert.equal(await quick.do("release"), true);
    assert.equal(await third.do("lock", "job", {}), true);
  });

  it("is waited for no longer than was said, or until it is released", async ({
    members: [holder, brief, long],
  }) => {
    assert.equal(await holder.do("lock", "job", { timeout: 30 }), true);
    const since = performance.now();
    assert.equal(await brief.do("lock", "job", { wait: 0.3 }), false);
    const waitedMs = performance.now() - since;
    assert.ok(waitedMs >= 290 && waitedMs < 3_000, `it waited ${waitedMs} ms`);
    const waiting = long.do("lock", "job", { wait: null });
    assert.equal(await holder.do("release"), true);
    assert.equal(await waiting, true);
  });

  it("is renewed while its holder lives, and had by the next when it died", async ({
    members: [holder, other],
  }) => {
    assert.equal(await holder.do("lock", "job", { timeout: 1, renew: true }), true);
    assert.equal(await other.do("lock", "job", { wait: 2.5 }), false);
    await holder.end();
    assert.equal(await other.do("lock", "job", { wait: 10 }), true);
  });
}

/**
 * Returns how often the lock was held, and where one took it before another had left it who had it all the time: of a
 * holder that died nothing is known but that it noted `left` before it did.
 */
function readHolds(log: Log): { holds: number; overlaps: string[] } {
  const overlaps: string[] = [];
  let holds = 0;
  let others = new Map<string, string[]>();
  for (const [word = "", pid = ""] of log.read("held", "left")) {
    if (word === "held") {
      holds += 1;
      for (const taken of others.values()) taken.push(pid);
      others.set(pid, []);
      continue;
    }
    const taken = others.get(pid) ?? [];
    if (taken.length > 0) overlaps.push(`${taken} took it while ${pid} had it`);
    others = new Map([...others].filter(([other]) => other !== pid));
  }
  return { holds, overlaps };
}
