import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { chaos, fakeClock } from "@cullet/core/testing";
import { createRates } from "../rates.js";

describe("rates", () => {
  let clock;
  let store;
  let cache;

  beforeEach(() => {
    clock = fakeClock();
    store = chaos(locmem({ location: "rates" }), { seed: 7 });
    cache = createCache({ backend: () => store, operationTimeout: "50ms", failOpen: true });
  });
  afterEach(async () => {
    store.calm();
    await cache.clear();
    await cache.close();
    clock[Symbol.dispose]();
  });

  it("are asked for once an hour", async () => {
    const fetchRates = mock.fn(async () => 1.1);
    const rates = createRates(cache, fetchRates);
    await rates.find("EUR");
    await clock.advance("59m");
    await rates.find("EUR");
    assert.equal(fetchRates.mock.callCount(), 1);
    await clock.advance("1m");
    await rates.find("EUR");
    assert.equal(fetchRates.mock.callCount(), 2);
  });

  it("are those of an hour ago where there are no others, for a day", async () => {
    let isUp = true;
    const rates = createRates(cache, async () => {
      if (!isUp) throw new Error("nobody there");
      return 1.1;
    });
    await rates.find("EUR");
    isUp = false;
    await clock.advance("20h");
    assert.equal(await rates.find("EUR"), 1.1);
    await clock.advance("5h");
    await assert.rejects(rates.find("EUR"), { message: "nobody there" });
  });

  it("are there while the store fails, and while it does not answer", async () => {
    const rates = createRates(cache, async () => 1.1);
    store.cause({ errors: 0.5, delays: 0.5, delay: ["1ms", "5ms"] });
    for (let n = 0; n < 20; n += 1) assert.equal(await rates.find("EUR"), 1.1);
    store.cause({ hangs: 1, operations: ["get"] });
    assert.equal(await rates.find("EUR"), 1.1);
    assert.ok(cache.stats().errors > 0);
  });
});
