import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startRedis } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DemoProcess, type Ended } from "./demo-process.js";

const MINUTE = 60_000;

describe("the demo, left to itself", { timeout: MINUTE }, () => {
  it("starts cold, compares first and cached calls, and ends", async () => {
    const { code, output, errors } = await new DemoProcess().ended();
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(output).toContain("Cold start");
    expect(output).toMatch(/Shortest round trip, United States .* 100\.0 % /);
    expect(output).toContain("the job ran 1 time,");
    expect(output).toMatch(/hit ratio \d\d\.\d %/);
    expect(output).toMatch(/GET \/ +nobody +200 .* site; hit; ttl=\d+\n {2}A hit, per site/);
    expect(output).toMatch(/GET \/countries\/FR +Ada +200 .* Ada +fragment; hit, site; fwd=bypass\n/);
  });

  it("starts warm where another run has filled the files", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cullet-demo-"));
    try {
      await runTwice(pathToFileURL(folder).href);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("starts warm where another run has filled a Redis", async () => {
    await using server = await startRedis({ own: true });
    await runTwice(server.url);
  });
});

async function runTwice(uri: string): Promise<void> {
  const first = await new DemoProcess(uri).ended();
  expect(first).toMatchObject({ code: 0, errors: "" });
  expect(first.output).toContain("Cold start");
  const second = await new DemoProcess(uri).ended();
  expect(second).toMatchObject({ code: 0, errors: "" });
  expect(second.output).toMatch(/Warm start: the cache holds \d+ of the 30 popular answers/);
  expect(second.output).toMatch(/Shortest round trip, United States .* \(hit\) /);
  expect(second.output).toContain("hit ratio 100.0 %");
  expect(second.output).toContain("the jobs ran 0 times");
}

describe("the demo, left up", { timeout: MINUTE }, () => {
  let demo: DemoProcess;
  let address: string;
  let site: string;

  beforeAll(async () => {
    demo = new DemoProcess("--serve");
    [, address = "", site = ""] = await demo.printed(/Still serving (\S+) \(atlas\) and (\S+) \(site\)/);
  }, MINUTE);

  afterAll(async () => {
    demo.stop("SIGTERM");
    expect(await demo.ended()).toMatchObject({ code: 0, errors: "" });
  });

  const open = (path: string, init?: RequestInit) => fetch(new URL(path, address), init);
  const source = async (path: string) => (await open(path)).headers.get("x-cache");

  it("computes an answer for the first caller and has it for the second", async () => {
    const cold = await open("/api/depots/CH");
    expect(cold.headers.get("x-cache")).toBe("miss");
    const answer = await cold.json();
    expect(answer).toMatchObject({ job: "depots", country: "CH", finding: { marks: { length: 7 } } });
    const warm = await open("/api/depots/CH");
    expect(warm.headers.get("x-cache")).toBe("hit");
    expect(await warm.json()).toEqual(answer);
  });

  it("runs a job once for callers who come together", async () => {
    const sources = await Promise.all(Array.from({ length: 20 }, () => source("/api/tour/CH")));
    expect(sources.filter((from) => from === "miss")).toHaveLength(1);
  });

  it("shows an answer as a page with a map, and counts the visits", async () => {
    const page = await (await open("/?job=range&country=AT")).text();
    expect(page).toMatch(/A vehicle needs a range of \d+ km to reach every town of Austria\./);
    expect(page).toContain("<svg");
    const visits = async () => Number(/Visits<\/td><td>(\d+)/.exec(await (await open("/")).text())?.[1]);
    const before = await visits();
    expect(await visits()).toBe(before + 1);
  });

  it("keeps an answer longer, and forgets it, when told to", async () => {
    await open("/api/range/CH");
    const kept = await open("/keep?job=range&country=CH", { method: "POST" });
    expect(await kept.text()).toMatch(/It is kept for another 86[34]\d\d s\./);
    await open("/forget?job=range&country=CH", { method: "POST" });
    expect(await source("/api/range/CH")).toBe("miss");
  });

  it("leaves the site up, too", async () => {
    const page = await fetch(site);
    expect(page.headers.get("cache-status")).toMatch(/^site; hit/);
    expect(await page.text()).toContain('<a href="/countries/FR">France</a>');
  });

  it("answers 404 for a question it does not know", async () => {
    for (const path of ["/api/tour/XX", "/api/toString/CH", "/?job=tour", "/nowhere"]) {
      expect((await open(path)).status, path).toBe(404);
    }
  });
});

describe("the demo, told wrong", { timeout: MINUTE }, () => {
  const run = (...args: string[]): Promise<Ended> => new DemoProcess(...args).ended();

  it("says what is wrong with a cache URI", async () => {
    const { code, errors } = await run("locmem://demo?max_entries=many");
    expect(code).toBe(1);
    expect(errors).toMatch(/^cache\S* .*max_?entries.*\n$/i);
  });

  it("says which package an unknown scheme would need", async () => {
    const { code, errors } = await run("nosuch://anywhere");
    expect(code).toBe(1);
    expect(errors).toMatch(/nosuch/);
    expect(errors).not.toMatch(/^ {4}at /m);
  });

  it("shows its usage for an argument that it does not take", async () => {
    const { code, errors } = await run("--sevre");
    expect(code).toBe(1);
    expect(errors).toContain("Usage: npm run demo");
  });
});

it("ends when it is interrupted at work", { timeout: MINUTE }, async () => {
  const demo = new DemoProcess();
  await demo.printed(/Serving/);
  demo.stop("SIGINT");
  expect(await demo.ended()).toMatchObject({ code: 130, errors: "" });
});
