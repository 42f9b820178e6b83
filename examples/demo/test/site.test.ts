import { locmem } from "@cullet/backend-locmem";
import { type Cache, createCache } from "@cullet/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Listening, listen } from "../src/listen.js";
import { createSiteServer } from "../src/site/server.js";
import { Visitor } from "../src/traffic/visitor.js";
import { walkSite } from "../src/traffic/walk.js";

const { signal } = new AbortController();
let cache: Cache;
let site: Listening;

beforeEach(async () => {
  cache = createCache({ backend: locmem, location: crypto.randomUUID() });
  site = await listen(createSiteServer(cache), 0);
});

afterEach(async () => {
  await site[Symbol.asyncDispose]();
  await cache.close();
});

const visitor = (name: string) => new Visitor(name, site.address, signal);

async function loggedIn(user: string): Promise<Visitor> {
  const visiting = visitor(user);
  expect(await visiting.ask({ path: "/login", form: { user } })).toMatchObject({ status: 303 });
  return visiting;
}

it("a walk shows what its lines say", async () => {
  const steps = await walkSite(site.address, signal);
  const left = / ttl=\d+/;
  const seen = steps.map(({ visitor, method, path, status, welcomes, cacheStatus }) =>
    [visitor, method, path, status, welcomes ?? "-", cacheStatus.replace(left, "")].join(" "),
  );
  expect(seen).toEqual([
    "nobody GET / 200 - site; fwd=uri-miss; stored",
    "nobody GET / 200 - site; hit;",
    "nobody GET / 304 - site; hit;",
    "nobody GET /countries/FR 200 - fragment; fwd=miss; stored, site; fwd=uri-miss; stored",
    "nobody GET /countries/FR 200 - fragment; fwd=miss; stored, site; hit;",
    "nobody GET /countries/FR/towns 200 - view; fwd=uri-miss; stored, site; fwd=uri-miss; stored",
    "Ada POST /login 303 - site; fwd=bypass",
    "Bob POST /login 303 - site; fwd=bypass",
    "Ada GET /countries/FR 200 Ada fragment; hit, site; fwd=bypass",
    "Bob GET /countries/FR 200 Bob fragment; hit, site; fwd=bypass",
    "nobody GET /countries/FR 200 - fragment; fwd=miss; stored, site; hit;",
    "Ada GET /countries/FR/towns 200 - view; hit;, site; fwd=bypass",
    "Ada GET /account 200 Ada site; fwd=bypass",
    "nobody GET /account 303 - site; fwd=uri-miss",
    "Ada POST /countries/FR/refresh 303 - site; fwd=bypass",
    "nobody GET /countries/FR 200 - fragment; hit, site; fwd=uri-miss; stored",
  ]);
});

it("who comes first does not decide what others get", async () => {
  const ada = await loggedIn("Ada");
  for (const path of ["/", "/countries/CH", "/login"]) {
    expect(await ada.ask({ path })).toMatchObject({ welcomes: "Ada", status: 200 });
    expect(await visitor("nobody").ask({ path })).toMatchObject({ welcomes: undefined, status: 200 });
    expect(await ada.ask({ path })).toMatchObject({ welcomes: "Ada", status: 200 });
  }
});

it("visitors who ask at once get their own pages", async () => {
  const users = Array.from({ length: 10 }, (_, at) => `user ${at}`);
  const visitors = await Promise.all(users.map(loggedIn));
  const nobody = visitor("nobody");
  const both = visitors.flatMap((user) => [user, nobody].map((who) => who.ask({ path: "/countries/AT" })));
  const seen = (await Promise.all(both)).map(({ welcomes }) => welcomes);
  expect(seen).toEqual(users.flatMap((user) => [user, undefined]));
});

it("who has logged out is nobody again", async () => {
  const ada = await loggedIn("Ada");
  expect(await ada.ask({ path: "/account" })).toMatchObject({ status: 200, welcomes: "Ada" });
  expect(await ada.ask({ path: "/logout", form: {} })).toMatchObject({ status: 303 });
  expect(await ada.ask({ path: "/account" })).toMatchObject({ status: 303, welcomes: undefined });
});

it("a name is shown as text", async () => {
  const { welcomes } = await (await loggedIn("<b>Ada</b>")).ask({ path: "/account" });
  expect(welcomes).toBe("&lt;b&gt;Ada&lt;/b&gt;");
});

it("a country that is not there, and a login without a name, are refused", async () => {
  const nobody = visitor("nobody");
  for (const path of ["/countries/XX", "/countries/XX/towns", "/nowhere"]) {
    expect(await nobody.ask({ path })).toMatchObject({ status: 404 });
  }
  expect(await nobody.ask({ path: "/login", form: {} })).toMatchObject({ status: 400 });
  expect(await nobody.ask({ path: "/login", form: { user: "" } })).toMatchObject({ status: 400 });
});
