import { join } from "node:path";
import type { Bus } from "@cullet/core";
import { type FaultProxy, Recorder, startFaultProxy, startPostgres } from "@cullet/test-servers";
import { afterAll, describe, expect, it } from "vitest";
import { db, postgresBus } from "../src/index.js";
import { newDirectory, removeDirectories } from "./helpers.js";

const server = await startPostgres({ own: true });

afterAll(removeDirectories);
afterAll(() => server.stop());

/** How long it may take until a connection that hangs is given up, and there is another. */
const HUNG_MS = 8_000;

function busThrough({ host, port }: FaultProxy, operationTimeoutMs?: number): Bus {
  const connectionString = server.url.replace(/@[^/]*/, `@${host}:${port}`);
  return postgresBus({ connectionString, ...(operationTimeoutMs && { operationTimeoutMs }) });
}

describe("postgresBus", () => {
  it("carries what is said to all who listen on the channel", async () => {
    const connectionString = server.url;
    const channel = 'a "channel", é';
    const recorders = Array.from({ length: 4 }, () => new Recorder());
    const [one, same, other, elsewhere] = recorders as [Recorder, Recorder, Recorder, Recorder];
    const bus = postgresBus({ connectionString, channel });
    const stops = [
      bus.listen(one),
      bus.listen(same),
      postgresBus({ connectionString, channel }).listen(other),
      postgresBus({ connectionString }).listen(elsewhere),
    ];
    for (const recorder of recorders) await recorder.until("listening");
    await bus.publish("hello 'é'");
    for (const recorder of [one, same, other]) await recorder.until("hello 'é'");
    await bus.publish("x".repeat(bus.maxBytes));
    await other.until("x".repeat(bus.maxBytes));
    expect(elsewhere.told).toEqual(["listening"]);
    for (const stop of stops) stop();
  });

  it("carries many texts at once, each of them and in order", async () => {
    const recorder = new Recorder();
    const bus = postgresBus({ connectionString: server.url });
    const stop = bus.listen(recorder);
    await recorder.until("listening");
    const texts = Array.from({ length: 500 }, (_, at) => `text ${at}`);
    await Promise.all(texts.map((text) => bus.publish(text)));
    await recorder.until("text 499");
    expect(recorder.told).toEqual(["listening", ...texts]);
    stop();
  });

  it("carries what is said by who has only begun to listen", async () => {
    const recorder = new Recorder();
    const stop = postgresBus({ connectionString: server.url }).listen(recorder);
    await recorder.until("listening");
    const bus = postgresBus({ connectionString: server.url });
    const stopAnother = bus.listen(new Recorder());
    await bus.publish("at once");
    await recorder.until("at once");
    stopAnother();
    stop();
  });

  it("is deaf when the connection is lost, and says nothing, until there is another", async () => {
    await using proxy = await startFaultProxy({ target: server });
    const bus = busThrough(proxy);
    const recorder = new Recorder();
    const stop = bus.listen(recorder);
    await recorder.until("listening");
    for (let time = 0; time < 3; time += 1) {
      await proxy.refuse();
      proxy.cut();
      await recorder.until("deaf");
      await expect(bus.publish("lost")).rejects.toMatchObject({ code: "CULLET_BACKEND" });
      await proxy.accept();
      await recorder.until("listening");
      await bus.publish(`back ${time}`);
      await recorder.until(`back ${time}`);
    }
    stop();
  });

  it("is deaf when the server hangs, until it goes on", async () => {
    await using proxy = await startFaultProxy({ target: server });
    const recorder = new Recorder();
    const bus = busThrough(proxy, 300);
    const stop = bus.listen(recorder);
    await recorder.until("listening");
    proxy.blackhole();
    await expect(bus.publish("lost")).rejects.toMatchObject({ code: "CULLET_BACKEND" });
    await recorder.until("deaf", HUNG_MS);
    await proxy.passThrough();
    await recorder.until("listening", HUNG_MS);
    stop();
  });

  it("is deaf where the login is refused, and says why without the password", async () => {
    const recorder = new Recorder();
    const connectionString = server.url.replace(/:[^:@]*@/, ":wrong-secret@");
    const stop = postgresBus({ connectionString }).listen(recorder);
    await recorder.until("deaf");
    expect(recorder.reason).toMatch(/password authentication failed/);
    expect(recorder.reason).not.toContain("wrong-secret");
    stop();
  });

  it("can be listened to again, when nobody did", async () => {
    const bus = postgresBus({ connectionString: server.url });
    for (let time = 0; time < 2; time += 1) {
      const recorder = new Recorder();
      const stop = bus.listen(recorder);
      await recorder.until("listening");
      await bus.publish("again");
      await recorder.until("again");
      stop();
      stop();
      await expect(bus.publish("nobody")).rejects.toMatchObject({ code: "CULLET_BACKEND" });
    }
  });

  it.each([
    [
      { connectionString: "mysql://host/app" },
      "postgresBus.connectionString must be a URL of postgres; it is one of mysql",
    ],
    [{ connectionString: "host" }, "postgresBus.connectionString must be a URL of"],
    [{ connectionString: server.url, channel: "" }, "postgresBus.channel must have 1 to 63 bytes; it has 0"],
    [{ connectionString: server.url, channel: "é".repeat(32) }, "it has 64"],
  ])("refuses %j", (options, message) => {
    expect(() => postgresBus(options)).toThrow(message);
  });
});

describe("getCopies", () => {
  it.each([
    ["postgres", () => server.url],
    ["sqlite", () => `sqlite://${join(newDirectory(), "cache.db")}`],
  ])("tells what is left of each entry, in one statement: %s", async (_dialect, location) => {
    const backend = db({ location: location(), options: { table: "copies" } });
    await backend.clear("");
    await backend.set("brief", Buffer.from("a"), 60_000);
    await backend.setMany(new Map([["lasting", 7]]), null);
    const [brief, none, lasting] = await backend.getCopies(["brief", "none", "lasting"]);
    expect(brief?.payload).toEqual(Buffer.from("a"));
    expect(brief?.ttlMs).toBeGreaterThan(50_000);
    expect(brief?.ttlMs).toBeLessThanOrEqual(60_000);
    expect(none).toBeUndefined();
    expect(lasting).toEqual({ payload: 7, ttlMs: null });
    await backend.close();
  });
});
