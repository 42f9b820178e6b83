import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Failure, ServerGuard } from "../../src/network/server-guard.js";

const unreachable = failing("unreachable");
const never = () => new Promise<never>(() => {});

/** A guard over a server that the test plays. */
function guarded({
  probe = never,
  maxWaiting,
}: {
  probe?: () => Promise<unknown>;
  maxWaiting?: number;
} = {}) {
  return new ServerGuard({
    server: "store://here",
    timeoutMs: 1_000,
    maxWaiting,
    probe,
    failureOf: (error) => (error as { failure: Failure }).failure,
  });
}

function failing(failure: Failure) {
  return () => Promise.reject(Object.assign(new Error("so says the driver"), { failure }));
}

describe("a guard", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("hands on what the server answers", async () => {
    expect(await guarded().read("get", async () => 5)).toBe(5);
    expect(await guarded().write("set", async () => "OK")).toBe("OK");
  });

  it("ends a call that waits too long, and not one that does not", async () => {
    const guard = guarded();
    const inTime = guard.read("get", () => new Promise((resolve) => setTimeout(resolve, 850, "in time")));
    const late = guard.read("get", never);
    const caught = late.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await inTime).toBe("in time");
    expect(await caught).toMatchObject({
      code: "CULLET_BACKEND_TIMEOUT",
      message: "store://here did not answer this get within 1000 ms",
      indeterminate: false,
    });
  });

  it("says of a write that waited too long that it may have happened", async () => {
    const late = guarded()
      .write("incr", never)
      .catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await late).toMatchObject({ code: "CULLET_BACKEND_TIMEOUT", indeterminate: true });
  });

  it("lets no call wait for a server that is silent, until it answers a probe", async () => {
    let alive = false;
    const guard = guarded({ probe: () => (alive ? Promise.resolve() : never()) });
    const first = guard.read("get", never).catch(() => {});
    await vi.advanceTimersByTimeAsync(1_000);
    await first;
    await expect(guard.read("get", never)).rejects.toThrow(
      "store://here is down, and is asked in the background whether it is back: " +
        "store://here did not answer this get within 1000 ms",
    );
    alive = true;
    await vi.advanceTimersByTimeAsync(2_100);
    expect(await guard.read("get", async () => "back")).toBe("back");
  });

  it("takes a server that answers others for slow, and not for down", async () => {
    const guard = guarded();
    const slow = guard.read("get", never).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(500);
    await guard.read("get", async () => "others");
    await vi.advanceTimersByTimeAsync(500);
    expect(await slow).toMatchObject({ code: "CULLET_BACKEND_TIMEOUT" });
    expect(await guard.read("get", async () => "still there")).toBe("still there");
  });

  it.each([
    ["refused", "store://here refused this set: so says the driver", false],
    ["lost", "store://here was lost during this set: so says the driver", true],
    ["unreachable", "store://here cannot be reached: so says the driver", false],
  ] as const)("says what it means that a call was %s", async (failure, message, indeterminate) => {
    await expect(guarded().write("set", failing(failure))).rejects.toMatchObject({
      code: "CULLET_BACKEND",
      message,
      indeterminate,
    });
  });

  it("takes a server that falls silent right after an answer for down", async () => {
    const guard = guarded();
    await guard.read("get", async () => "answered");
    const late = guard.read("get", never).catch(() => {});
    await vi.advanceTimersByTimeAsync(1_000);
    await late;
    await expect(guard.read("get", async () => 1)).rejects.toThrow("is down");
  });

  it("takes a server that loses one call after another for down, and not one that loses many at once", async () => {
    const guard = guarded();
    const lost = failing("lost");
    await Promise.all([1, 2, 3].map(() => expect(guard.read("get", lost)).rejects.toThrow("was lost")));
    await guard.read("get", async () => "answered");
    await expect(guard.read("get", lost)).rejects.toThrow("store://here was lost during this get");
    await expect(guard.write("set", lost)).rejects.toMatchObject({ indeterminate: true });
    await expect(guard.read("get", async () => 1)).rejects.toThrow(
      "store://here is down, and is asked in the background whether it is back: " +
        "store://here was lost during this set: so says the driver",
    );
  });

  it("asks a server that cannot be reached again and again, until it can be", async () => {
    let probes = 0;
    const guard = guarded({
      probe: () => {
        probes += 1;
        return probes < 5 ? failing("unreachable")() : Promise.resolve();
      },
    });
    await expect(guard.read("get", unreachable)).rejects.toThrow("cannot be reached");
    await expect(guard.read("get", async () => 1)).rejects.toThrow("is down");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(probes).toBe(5);
    expect(await guard.read("get", async () => 1)).toBe(1);
  });

  it("takes no more calls than may wait", async () => {
    const guard = guarded({ maxWaiting: 2 });
    let answer = (_value: unknown): void => {};
    const waiting = [1, 2].map(() => guard.read("get", () => new Promise((resolve) => (answer = resolve))));
    await expect(guard.read("get", never)).rejects.toMatchObject({
      code: "CULLET_OVERLOAD",
      message: "store://here has 2 calls to answer before this get",
    });
    answer("done");
    expect(await waiting[1]).toBe("done");
    expect(await guard.read("get", async () => "room again")).toBe("room again");
    guard.close();
    await expect(waiting[0]).rejects.toMatchObject({ code: "CULLET_CLOSED" });
  });

  it("counts each of the callers that one call serves", async () => {
    const guard = guarded({ maxWaiting: 2 });
    await guard.read("get", async () => "answered", 2);
    const late = guard.write("set", never, 2).catch(() => {});
    await expect(guard.read("get", never)).rejects.toThrow(
      "store://here has 2 calls to answer before this get",
    );
    guard.close();
    await late;
  });

  it("ends what waits when it is closed, and leaves no timer", async () => {
    const guard = guarded();
    const waiting = guard.write("set", never);
    guard.close();
    await expect(waiting).rejects.toMatchObject({
      code: "CULLET_CLOSED",
      message: "the connection to store://here was closed during this set",
      indeterminate: true,
    });
    await expect(guard.read("get", never)).rejects.toThrow("the connection to store://here is closed");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no timer behind calls that were answered", async () => {
    const guard = guarded();
    await guard.read("get", async () => 1);
    await vi.advanceTimersByTimeAsync(200);
    expect(vi.getTimerCount()).toBe(0);
  });
});
