import { Recorder, startFaultProxy, startRedis } from "@cullet/test-servers";
import { afterAll, describe, expect, it } from "vitest";
import { redisBus } from "../src/index.js";

const server = await startRedis({ own: true });

afterAll(() => server.stop());

describe("redisBus", () => {
  it("carries what is said to all who listen on the channel", async () => {
    const [one, other, elsewhere] = [new Recorder(), new Recorder(), new Recorder()];
    const bus = redisBus({ location: server.url });
    const stops = [
      bus.listen(one),
      redisBus({ location: server.url }).listen(other),
      redisBus({ location: server.url, channel: "elsewhere" }).listen(elsewhere),
    ];
    for (const recorder of [one, other, elsewhere]) await recorder.until("listening");
    await bus.publish("hello é");
    await one.until("hello é");
    await other.until("hello é");
    expect(elsewhere.told).toEqual(["listening"]);
    for (const stop of stops) stop();
  });

  it("carries what is said by who has only begun to listen", async () => {
    const recorder = new Recorder();
    const stop = redisBus({ location: server.url }).listen(recorder);
    await recorder.until("listening");
    const bus = redisBus({ location: server.url });
    const stopAnother = bus.listen(new Recorder());
    await bus.publish("at once");
    await recorder.until("at once");
    stopAnother();
    stop();
  });

  it("is deaf when the connection is lost, and says nothing, until there is another", async () => {
    await using proxy = await startFaultProxy({ target: server });
    const bus = redisBus({ location: `redis://${proxy.host}:${proxy.port}` });
    const recorder = new Recorder();
    const stop = bus.listen(recorder);
    await recorder.until("listening");
    await proxy.refuse();
    proxy.cut();
    await recorder.until("deaf");
    await expect(bus.publish("lost")).rejects.toMatchObject({ code: "CULLET_BACKEND" });
    await proxy.accept();
    await recorder.until("listening");
    await expect
      .poll(() =>
        Promise.resolve(bus.publish("back")).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await recorder.until("back");
    stop();
  });

  it("can be listened to again, when nobody did", async () => {
    const bus = redisBus({ location: server.url });
    for (let time = 0; time < 2; time += 1) {
      const recorder = new Recorder();
      const stop = bus.listen(recorder);
      await recorder.until("listening");
      await bus.publish("again");
      await recorder.until("again");
      stop();
      stop();
      await expect(bus.publish("nobody")).rejects.toMatchObject({ code: "CULLET_CLOSED" });
    }
  });

  it("refuses a cluster, which tells of changes itself", () => {
    expect(() => redisBus({ location: "redis+cluster://a:6379" })).toThrow(
      "redisBus.location must be one server, replicas or Sentinel; it is a cluster",
    );
  });
});
