import {
  Recorder,
  startFaultProxy,
  startRedis,
  startRedisCluster,
  startRedisWithReplica,
  startSentinel,
} from "@cullet/test-servers";
import { afterAll, describe, expect, it } from "vitest";
import { redis } from "../src/index.js";
import { backendOver, clients, drivers } from "./helpers.js";

const server = await startRedis({ own: true });

afterAll(() => server.stop());

/** How long it may take until a connection that hangs is given up, and there is another. */
const HUNG_MS = 8_000;

describe.each(Object.entries(drivers))("watch over %s", (_name, driver) => {
  it("tells of every change of every key with the prefix, by whomever, and of no other", async () => {
    const backend = backendOver(driver, server.url);
    const recorder = new Recorder();
    const stop = backend.watch("app:", recorder);
    await recorder.until("listening");
    const other = redis({ location: server.url });
    await other.set("app:a,é \n", Buffer.from("value"), null);
    await recorder.until("app:a,é \n");
    await other.set("other:a", 1, null);
    await other.setMany(new Map([["app:many", 1]]), 60_000);
    await recorder.until("app:many");
    await backend.incr("app:many", 1);
    await other.add("app:new", 1, 60_000);
    await recorder.until("app:new");
    await other.touch("app:many", 1_000);
    await recorder.until("app:many");
    await other.delete("app:a,é \n");
    await recorder.until("app:a,é \n");
    await other.clear("app:many");
    await recorder.until("app:many");
    expect(recorder.told).not.toContain("other:a");
    stop();
    await other.set("app:after", 1, null);
    await other.close();
    await backend.close();
    expect(recorder.told).not.toContain("app:after");
  });

  it("says that all may have changed where the database was emptied", async () => {
    const backend = backendOver(driver, server.url);
    const recorder = new Recorder();
    const stop = backend.watch("own:", recorder);
    await recorder.until("listening");
    await backend.set("own:key", 1, null);
    await recorder.until("own:key");
    await backend.clear("");
    await recorder.until("listening");
    stop();
    await backend.close();
  });

  it("is deaf when the connection is lost, until there is another", async () => {
    await using proxy = await startFaultProxy({ target: server });
    const backend = backendOver(driver, `redis://${proxy.host}:${proxy.port}/0`);
    const recorder = new Recorder();
    const stop = backend.watch("", recorder);
    await recorder.until("listening");
    await proxy.refuse();
    proxy.cut();
    await recorder.until("deaf");
    await proxy.accept();
    await recorder.until("listening");
    const other = redis({ location: server.url });
    await other.set("back", 1, null);
    await recorder.until("back");
    stop();
    await other.close();
    await backend.close();
  });

  it("is deaf when the server hangs, until it goes on", async () => {
    await using proxy = await startFaultProxy({ target: server });
    const backend = backendOver(driver, `redis://${proxy.host}:${proxy.port}/0`, 300);
    const recorder = new Recorder();
    const stop = backend.watch("", recorder);
    await recorder.until("listening");
    proxy.blackhole();
    await recorder.until("deaf", HUNG_MS);
    await proxy.passThrough();
    await recorder.until("listening", HUNG_MS);
    stop();
    await backend.close();
  });

  it("is deaf where the server does not let this user ask, and says why", async () => {
    await server.command(
      "ACL",
      "SETUSER",
      "reader",
      "reset",
      "on",
      ">pw",
      "~*",
      "&*",
      "+get",
      "+info",
      "+select",
      "+ping",
    );
    const backend = backendOver(driver, server.url.replace("redis://", "redis://reader:pw@"));
    const recorder = new Recorder();
    const stop = backend.watch("", recorder);
    await recorder.until("deaf");
    expect(recorder.reason).toContain("NOPERM");
    await server.command("ACL", "SETUSER", "reader", "+@all");
    await recorder.until("listening");
    stop();
    await backend.close();
  });

  it("is deaf where there is no server, until there is one", async () => {
    const later = await startRedis({ own: true });
    try {
      await later.kill();
      const backend = backendOver(driver, later.url);
      const recorder = new Recorder();
      const stop = backend.watch("", recorder);
      await recorder.until("deaf");
      expect(recorder.reason).toContain("ECONNREFUSED");
      await later.restart();
      await recorder.until("listening");
      stop();
      await backend.close();
    } finally {
      await later.stop();
    }
  });
});

describe.each(Object.entries(clients))(
  "watch of a client of %s that the application has",
  (_name, makeClient) => {
    it("tells of changes over a connection of its own", async () => {
      const client = makeClient(server.url);
      const backend = redis({ options: { client } });
      const recorder = new Recorder();
      const stop = backend.watch("", recorder);
      await recorder.until("listening");
      await client.set("theirs", "value");
      await recorder.until("theirs");
      stop();
      await backend.close();
      expect(await client.get("theirs")).toBe("value");
      await client.quit();
    });
  },
);

describe("watch of several servers", () => {
  it("listens to the primary of replicas, and copies come from there", async () => {
    const pair = await startRedisWithReplica({ own: true });
    try {
      await using proxy = await startFaultProxy({ target: pair.replica });
      const { host, port } = pair.primary;
      const backend = redis({ location: `redis://${host}:${port};${proxy.host}:${proxy.port}/0` });
      const recorder = new Recorder();
      const stop = backend.watch("", recorder);
      await recorder.until("listening");
      await pair.primary.command("SET", "key", "1");
      await recorder.until("key");
      expect(await backend.getCopies(["key"])).toEqual([{ payload: Buffer.from("1"), ttlMs: null }]);
      expect(proxy.counters.connections).toBe(0);
      stop();
      await backend.close();
    } finally {
      await pair.stop();
    }
  });

  it("follows the master that the sentinels name", async () => {
    const { primary, replica, ...sentinel } = await startSentinel({ own: true });
    try {
      const backend = redis({ location: sentinel.url });
      const recorder = new Recorder();
      const stop = backend.watch("", recorder);
      await recorder.until("listening");
      await primary.kill();
      await recorder.until("deaf");
      await recorder.until("listening", 40_000);
      await replica.command("SET", "key", "1");
      await recorder.until("key");
      stop();
      await backend.close();
    } finally {
      await sentinel.stop();
    }
  }, 60_000);

  it("listens to every primary of a cluster, and to another in the place of one that is gone", async () => {
    const cluster = await startRedisCluster({ own: true });
    try {
      const backend = redis({ location: cluster.url });
      const recorder = new Recorder();
      const stop = backend.watch("", recorder);
      await recorder.until("listening");
      const keys = Array.from({ length: 30 }, (_, at) => `key-${at}`);
      for (const key of keys) {
        await backend.set(key, 1, null);
        await recorder.until(key);
      }
      await cluster.nodes[0]?.kill();
      await recorder.until("deaf", HUNG_MS);
      await recorder.until("listening", 40_000);
      for (const key of keys) {
        await expect.poll(() => backend.set(key, 2, null).then(() => true), { timeout: 10_000 }).toBe(true);
        await recorder.until(key);
      }
      stop();
      await backend.close();
    } finally {
      await cluster.stop();
    }
  }, 90_000);
});
