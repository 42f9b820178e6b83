import { expect, it } from "vitest";
import { httpCache, purge } from "../../src/index.js";
import { memoryCache } from "../suite/memory-cache.js";

function site(
  cache = memoryCache(),
  { noVarySearch = true, say = (_url: string): string | null => 'params=("utm")' } = {},
) {
  let runs = 0;
  const handler = httpCache({ cache, noVarySearch })((request) => {
    runs += 1;
    if (request.method === "POST") return new Response(null, { status: 204 });
    const headers = new Headers({ "Cache-Control": "max-age=60" });
    const said = say(request.url);
    if (said !== null) headers.set("No-Vary-Search", said);
    return new Response(`run ${runs}`, { headers });
  });
  const ask = async (target: string, method = "GET") =>
    (await handler(new Request(`http://a.example${target}`, { method }))).text();
  return { cache, ask, runs: () => runs };
}

it("answers URLs that differ only in what a response says to ignore, once its path is known", async () => {
  const { ask } = site();
  expect(await ask("/a?id=1&utm=x")).toBe("run 1");
  expect(await ask("/a?id=1&utm=x")).toBe("run 2");
  expect(await ask("/a?utm=y&id=1")).toBe("run 2");
  expect(await ask("/a?id=1")).toBe("run 2");
  expect(await ask("/a?id=2&utm=x")).toBe("run 3");
  expect(await ask("/b?id=1")).toBe("run 4");
});

it("tells all URLs apart where it was not asked to heed the field", async () => {
  const { ask } = site(memoryCache(), { noVarySearch: false });
  expect(await ask("/a?utm=x")).toBe("run 1");
  expect(await ask("/a?utm=x")).toBe("run 1");
  expect(await ask("/a?utm=y")).toBe("run 2");
});

it.each(["/a?id=1", "/a?id=1&utm=z"])(
  "finds nothing after a purge of %s, or an unsafe request",
  async (url) => {
    const { cache, ask } = site();
    await ask("/a?id=1&utm=x");
    expect(await ask("/a?id=1&utm=x")).toBe("run 2");
    await purge(cache, `http://a.example${url}`);
    expect(await ask("/a?id=1&utm=x")).toBe("run 3");
    expect(await ask("/a?id=1&utm=y")).toBe("run 3");
    await ask(url, "POST");
    expect(await ask("/a?id=1&utm=y")).toBe("run 5");
  },
);

it("goes by what the path said last, and never finds again what was stored before that changed", async () => {
  let said: string | null = 'params=("utm")';
  const { ask } = site(memoryCache(), { say: () => said });
  await ask("/a?utm=1");
  expect(await ask("/a?utm=1")).toBe("run 2");
  said = null;
  expect(await ask("/a?utm=2&x")).toBe("run 3");
  expect(await ask("/a?utm=1")).toBe("run 4");
  expect(await ask("/a?utm=2")).toBe("run 5");
  said = 'params=("utm")';
  expect(await ask("/a?utm=3")).toBe("run 6");
  expect(await ask("/a?utm=3")).toBe("run 7");
  expect(await ask("/a?utm=1")).toBe("run 7");
});
