import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type RedisServer, startRedis } from "@cullet/test-servers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

const SITE = fileURLToPath(new URL("programs/site.js", import.meta.url));
// The same URL in each process, whichever port it listens on.
const HOST = "site.example";
const PROCESSES = 3;

/** A process that serves the site. */
interface Site {
  readonly child: ChildProcess;
  readonly port: number;
  /** How often its handler ran. */
  runs: number;
}

let redis: RedisServer;
let sites: Site[] = [];
beforeAll(async () => {
  redis = await startRedis({ own: true });
});
afterAll(() => redis.stop());
beforeEach(async () => {
  sites = await Promise.all(Array.from({ length: PROCESSES }, startSite));
});
afterEach(async () => {
  await Promise.all(sites.map(({ child }) => stop(child)));
});

async function startSite(): Promise<Site> {
  const child = fork(SITE, [redis.url]);
  const [port] = (await once(child, "message")) as [number];
  const site: Site = { child, port, runs: 0 };
  child.on("message", (said) => {
    if (said === "ran") site.runs += 1;
  });
  return site;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

function ask({ port }: Site, path: string, method = "GET"): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, method, headers: { Host: HOST }, agent: false }, async (response) => {
      const pieces = await response.toArray();
      resolve(Buffer.concat(pieces).toString());
    });
    sent.on("error", reject).end();
  });
}

const runsOf = (some: readonly Site[]) => some.reduce((sum, { runs }) => sum + runs, 0);
const letGo = () => {
  for (const { child } of sites) if (child.connected) child.send({ go: true });
};

describe("processes that share a store", () => {
  it("run the handler once for all who ask for a page together", async () => {
    const asked = Promise.all(sites.flatMap((site) => [1, 2, 3, 4].map(() => ask(site, "/together"))));
    await vi.waitFor(() => expect(runsOf(sites)).toBe(1), 5_000);
    await sleep(200);
    expect(runsOf(sites)).toBe(1);
    letGo();
    expect(new Set(await asked).size).toBe(1);
    expect(runsOf(sites)).toBe(1);
  });

  it("see the purge of one in all, and run the handler once after it", async () => {
    const [one, two, three] = sites as [Site, Site, Site];
    letGo();
    const first = await ask(one, "/purged");
    expect(await ask(two, "/purged")).toBe(first);
    expect(runsOf(sites)).toBe(1);
    for (let purges = 1; purges <= 50; purges += 1) {
      const told = once(two.child, "message");
      two.child.send({ purged: `http://${HOST}/purged` });
      expect(await told).toEqual(["purged", undefined]);
      // The first has its answer before the page is stored.
      const made = await ask(three, "/purged");
      expect(await Promise.all([ask(one, "/purged"), ask(two, "/purged")])).toEqual([made, made]);
      expect(runsOf(sites)).toBe(1 + purges);
    }
  });

  it("see a group that one invalidates", async () => {
    const [one, two, three] = sites as [Site, Site, Site];
    letGo();
    await ask(one, "/grouped");
    await ask(three, "/grouped");
    expect(runsOf(sites)).toBe(1);
    await ask(two, "/elsewhere", "POST");
    await vi.waitFor(async () => {
      await ask(three, "/grouped");
      expect(runsOf(sites)).toBe(2);
    }, 5_000);
  });

  it("take over from one that was killed while its handler ran", async () => {
    const [leader, ...others] = sites as [Site, Site, Site];
    const lost = expect(ask(leader, "/killed")).rejects.toThrow();
    await vi.waitFor(() => expect(leader.runs).toBe(1), 5_000);
    const asked = Promise.all(others.map((site) => ask(site, "/killed")));
    await sleep(100);
    expect(runsOf(others)).toBe(0);
    await stop(leader.child);
    await lost;
    letGo();
    expect(new Set(await asked).size).toBe(1);
    expect(runsOf(others)).toBe(1);
  });
});
