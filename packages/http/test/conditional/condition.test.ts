import { describe, expect, it } from "vitest";
import { type ConditionOptions, conditionLayer } from "../../src/conditional/condition.js";
import type { Turn } from "../../src/layer.js";

async function begin(options: object): Promise<Turn> {
  const layer = conditionLayer(options as ConditionOptions);
  const request = { method: "GET", url: "http://a/", headers: new Headers(), source: {} };
  return await layer.begin(request, { isRefresh: false, again: undefined });
}

describe("condition", () => {
  it.each([
    [{}, "condition needs one of the functions etag and lastModified; got neither"],
    [{ etag: "v1" }, 'etag must be a function of the request; got "v1"'],
    [
      { lastModified: new Date(0) },
      "lastModified must be a function of the request; got an instance of Date",
    ],
    [{ etag: () => 5 }, "etag must give an entity tag or null; got 5"],
    [{ etag: () => 'a"b' }, 'etag must give an entity tag or null; got "a\\"b"'],
    [{ lastModified: () => 5 }, "lastModified must give a Date or null; got 5"],
    [
      { lastModified: () => new Date("soon") },
      "lastModified must give a Date or null; got an instance of Date",
    ],
  ])("refuses %j", async (options, message) => {
    await expect(begin(options)).rejects.toThrow(new TypeError(message));
  });

  it("passes on what its functions throw", async () => {
    const failure = new Error("the database is down");
    await expect(begin({ etag: () => Promise.reject(failure) })).rejects.toBe(failure);
  });
});
