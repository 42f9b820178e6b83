import { locmem } from "@cullet/backend-locmem";
import { type Cache, createCache } from "@cullet/core";
import { beforeEach, describe, expect, it } from "vitest";
import { fragment, fragmentKey } from "../src/index.js";
import { cacheTag as liquidTag } from "../src/liquid.js";
import { cacheTag as nunjucksTag } from "../src/nunjucks.js";

let names = 0;
let cache: Cache;
beforeEach(() => {
  cache = createCache({ backend: locmem, location: `fragment-${++names}` });
});

describe("fragment", () => {
  it("renders once for those who ask together, and those who come later", async () => {
    let times = 0;
    const ask = () =>
      fragment(cache, { name: "sidebar", vary: ["ada"], timeout: 60 }, async () => {
        times += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return `<p>${times}</p>`;
      });
    const texts = await Promise.all(Array.from({ length: 50 }, ask));
    expect(new Set([...texts, await ask()])).toEqual(new Set(["<p>1</p>"]));
  });

  it("keeps an empty text", async () => {
    await fragment(cache, { name: "part" }, () => "");
    expect(await fragment(cache, { name: "part" }, () => "not rendered")).toBe("");
  });

  it("keeps a text that an engine has marked as safe", async () => {
    const safe = Object.assign(Object("<b>") as string, { isEscaped: true });
    expect(await fragment(cache, { name: "part" }, () => safe)).toBe("<b>");
    expect(await cache.get(fragmentKey("part"))).toBe("<b>");
  });

  it("is dropped by its key, by its tags, and when its timeout is over", async () => {
    const options = { name: "part", vary: [1], tags: ["news"], timeout: null };
    await fragment(cache, options, () => "one");
    expect(await cache.ttl(fragmentKey("part", [1]))).toBeNull();
    await cache.delete(fragmentKey("part", [1]));
    expect(await fragment(cache, options, () => "two")).toBe("two");
    await cache.invalidateTags(["news"]);
    expect(await fragment(cache, { ...options, timeout: 0 }, () => "three")).toBe("three");
    expect(await fragment(cache, options, () => "four")).toBe("four");
  });

  it("takes what else getOrSet takes", async () => {
    const options = { name: "part", timeout: 0.01, staleIfError: "1h" };
    await fragment(cache, options, () => "old");
    await new Promise((resolve) => setTimeout(resolve, 20));
    const fail = () => {
      throw new Error("no database");
    };
    expect(await fragment(cache, options, fail)).toBe("old");
  });

  it("keeps nothing where rendering fails", async () => {
    const fail = async () => Promise.reject(new Error("no database"));
    await expect(fragment(cache, { name: "part" }, fail)).rejects.toThrow("no database");
    expect(await fragment(cache, { name: "part" }, () => "text")).toBe("text");
  });

  it("renders one that is inside itself", async () => {
    const render = (depth: number): Promise<string> =>
      fragment(cache, { name: "tree" }, async () => `(${depth === 0 ? "" : await render(depth - 1)})`);
    expect(await render(2)).toBe("((()))");
    expect(await cache.get(fragmentKey("tree"))).toBe("((()))");
  });

  it.each([
    [{ name: "" }, "text", 'the name of a fragment must be text that is not empty; got ""'],
    [{ name: 5 }, "text", "the name of a fragment must be text that is not empty; got 5"],
    [{ name: "part", vary: "ada" }, "text", 'what a fragment varies by must be a list; got "ada"'],
    [
      { name: "part", vary: [new (class User {})()] },
      "text",
      /^fragment\[1\] is an instance of User, which makes no key/,
    ],
    [{ name: "part", timeout: "soon" }, "text", /^timeout must be seconds/],
    [{ name: "part", timeuot: 5 }, "text", /timeuot/],
    [{ name: "part" }, undefined, 'the fragment "part" must be rendered to text; got undefined'],
    [
      { name: "part" },
      Buffer.from("text"),
      'the fragment "part" must be rendered to text; got an instance of Buffer',
    ],
  ])("refuses %j, rendered to %j", async (options, text, message) => {
    const asked = fragment(cache, options as { name: string }, () => text as string);
    await expect(asked).rejects.toThrow(message);
    await expect(asked).rejects.toBeInstanceOf(TypeError);
  });
});

describe("what is no cache", () => {
  it.each([undefined, null, {}, "locmem://"])("is refused: %j", async (given) => {
    const message = /^fragments need a cache; got /;
    await expect(fragment(given as Cache, { name: "part" }, () => "")).rejects.toThrow(message);
    for (const makeTag of [liquidTag, nunjucksTag]) {
      expect(() => makeTag({ cache: given as Cache })).toThrow(message);
    }
    expect(() => (liquidTag as () => unknown)()).toThrow(message);
  });
});

describe("fragmentKey", () => {
  it("is readable where it is short, and always portable", () => {
    expect(fragmentKey("sidebar", ["ada", 3])).toBe('template.cache("sidebar","ada",3)');
    for (const key of [fragmentKey("s i d e"), fragmentKey("é"), fragmentKey("part", ["x".repeat(1_000)])]) {
      expect(key).toMatch(/^template\.cache\(~[\w-]{43}\)$/);
    }
  });

  it("never is the same for what differs", () => {
    const lists: readonly [string, unknown[]?][] = [
      ["a"],
      ["a", [""]],
      ["a", ["a:b"]],
      ["a", ["a", "b"]],
      ["a", ["a:", "b"]],
      ["a", ["a", ":b"]],
      ["a", [null]],
      ["a", ["None"]],
      ["a", ["null"]],
      ["a", [undefined]],
      ["a", [1]],
      ["a", ["1"]],
      ["a", [true]],
      ["a", [["a", "b"]]],
      ["a", [{ a: "b" }]],
      ["a,b"],
      ['a","b'],
      ["a(b)"],
    ];
    expect(new Set(lists.map(([name, vary]) => fragmentKey(name, vary))).size).toBe(lists.length);
  });
});
