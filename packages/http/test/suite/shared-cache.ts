import type { Cache } from "@cullet/core";
import type { SharedCacheOptions } from "../../src/common.js";
import { purge } from "../../src/common.js";
import type { HeaderPair } from "../../src/message/header-list.js";
import type { Names } from "./adapter.js";
import type { Scenario } from "./run.js";

const RECENT = new Date(Date.now() - 5_000).toUTCString();

/** What `httpCache` does, by RFC 9111 and those that go with it. */
export const sharedCacheScenarios: readonly Scenario[] = [
  {
    name: "serves what it has, and tells its age and what it did",
    use: cached(),
    handler: fresh(["X-Page", "a"], ["Date", RECENT]),
    steps: [
      { runs: 1, headers: { "Cache-Status": "cullet; fwd=uri-miss; stored", Age: null, Date: RECENT } },
      {
        runs: 1,
        body: "run 1",
        headers: { "Cache-Status": /^cullet; hit; ttl=\d+$/, Age: /^\d+$/, Date: RECENT, "X-Page": "a" },
      },
    ],
  },
  {
    name: "gives no response a lifetime but its own",
    use: cached(),
    steps: [{ runs: 1 }, { runs: 2 }],
  },
  {
    name: "stores a failure that says how long it lasts, and no other",
    use: cached(),
    handler: ({ path }) => (path === "/told" ? { status: 404, ...fresh() } : { status: 404 }),
    steps: [
      { send: { path: "/told" }, status: 404, runs: 1 },
      { send: { path: "/told" }, status: 404, runs: 1 },
      { status: 404, runs: 2 },
      { status: 404, runs: 3 },
    ],
  },
  {
    name: "prefers s-maxage, and takes Expires where there is no max-age",
    use: cached(),
    handler: ({ path }) =>
      path === "/expires"
        ? { headers: [["Expires", new Date(Date.now() + 60_000).toUTCString()]] }
        : { headers: [["Cache-Control", "max-age=60, s-maxage=0"]] },
    steps: [
      { runs: 1 },
      { runs: 2 },
      { send: { path: "/expires" }, runs: 3 },
      { send: { path: "/expires" }, runs: 3 },
    ],
  },
  {
    name: "does not count what was used up upstream",
    use: cached(),
    handler: fresh(["Age", "60"]),
    steps: [{ runs: 1 }, { runs: 2 }],
  },
  ...notStored("with no-store, in any case and place", {
    headers: [["Cache-Control", "max-age=60,\tNO-STORE"]],
  }),
  ...notStored("that is private", { headers: [["Cache-Control", "Private, max-age=60"]] }),
  ...notStored("with a cookie", fresh(["Set-Cookie", "sid=1"])),
  ...notStored("that varies on everything", fresh(["Vary", "Accept"], ["Vary", "\t*"])),
  ...notStored("to a request with no-store", fresh(), { "Cache-Control": "no-store" }),
  ...notStored("to a request with credentials", fresh(), { Authorization: "Bearer a" }),
  {
    name: "shares a response to a request with credentials that says it may be",
    use: cached(),
    handler: { headers: [["Cache-Control", "public, max-age=60"]] },
    steps: [
      { send: { headers: { Authorization: "Bearer a" } }, runs: 1 },
      { send: { headers: { Authorization: "Bearer b" } }, runs: 1 },
    ],
  },
  {
    name: "leaves out fields that are private, and cookies where it is told to",
    use: cached({ stripCookies: true }),
    handler: {
      headers: [
        ["Cache-Control", 'max-age=60, private="X-Name"'],
        ["Set-Cookie", "sid=1"],
        ["X-Name", "Ann"],
      ],
    },
    steps: [
      { runs: 1, headers: { "Set-Cookie": "sid=1", "X-Name": "Ann" } },
      { runs: 1, headers: { "Set-Cookie": null, "X-Name": null } },
    ],
  },
  {
    name: "obeys the targeted field that it is told of, in the place of Cache-Control",
    use: cached({ targets: ["CDN-Cache-Control"] }),
    handler: {
      headers: [
        ["Cache-Control", "no-store"],
        ["CDN-Cache-Control", "max-age=60"],
      ],
    },
    steps: [{ runs: 1 }, { runs: 1, headers: { "Cache-Control": "no-store" } }],
  },
  {
    name: "keeps a response for each value of what it varies on, in two steps",
    use: cached(),
    handler: ({ field }) =>
      field("X-Tint") === undefined ? fresh(["Vary", "X-Tint"]) : fresh(["Vary", "X-Tint, Accept"]),
    steps: [
      { runs: 1 },
      { send: { headers: { "X-Tint": "red", Accept: "a" } }, runs: 2 },
      { send: { headers: { "X-Tint": "red", Accept: "b" } }, runs: 3 },
      { send: { headers: { "X-Tint": "" } }, runs: 4 },
      { runs: 4, body: "run 1" },
      { send: { headers: { "X-Tint": "red", Accept: "a" } }, runs: 4, body: "run 2" },
      { send: { headers: { "X-Tint": "red", Accept: "b" } }, runs: 4, body: "run 3" },
    ],
  },
  {
    name: "answers conditional requests itself, on a miss after the whole was made",
    use: cached(),
    handler: ({ field }) => fresh(["ETag", '"v1"'], ["X-Saw", field("If-None-Match") ?? "nothing"]),
    steps: [
      { send: { headers: { "If-None-Match": '"v1"' } }, runs: 1, status: 304, body: "" },
      { runs: 1, body: "run 1", headers: { "X-Saw": "nothing" } },
      { send: { headers: { "If-None-Match": '"a,b", W/"v1"' } }, runs: 1, status: 304, body: "" },
      { send: { headers: { "If-Match": '"v2"' } }, runs: 1, status: 412, body: "" },
      { send: { headers: { "If-Match": '"v1"' } }, runs: 1, body: "run 1" },
    ],
  },
  {
    name: "answers HEAD from the response to GET, and not the other way round",
    use: cached(),
    handler: fresh(),
    steps: [
      { send: { method: "HEAD" }, runs: 1, body: "" },
      { runs: 2, body: "run 2" },
      { send: { method: "HEAD" }, runs: 2, body: "", headers: { Age: /^\d+$/, "Content-Length": "5" } },
      { runs: 2, body: "run 2" },
    ],
  },
  {
    name: "asks the handler whether a stale response is still good, and keeps it with what is new",
    use: cached(),
    handler: (request, run) =>
      request.field("If-None-Match") === '"v1"'
        ? {
            status: 304,
            headers: [
              ["ETag", '"v1"'],
              ["Cache-Control", "max-age=60"],
              ["X-Run", `${run}`],
            ],
            body: "",
          }
        : {
            headers: [
              ["ETag", '"v1"'],
              ["Cache-Control", "max-age=0"],
              ["X-Run", `${run}`],
              ["X-Kept", "a"],
            ],
          },
    steps: [
      { runs: 1, body: "run 1", headers: { "X-Run": "1" } },
      {
        send: { headers: { "If-None-Match": '"other"' } },
        runs: 2,
        body: "run 1",
        headers: { "X-Run": "2", "X-Kept": "a" },
      },
      { runs: 2, body: "run 1", headers: { "X-Run": "2", "X-Kept": "a" } },
    ],
  },
  {
    name: "takes the handler's new response where the stale one is good no more",
    use: cached(),
    handler: (_request, run) => ({
      headers: [
        ["ETag", `"v${run}"`],
        ["Cache-Control", "max-age=0"],
      ],
    }),
    steps: [
      { runs: 1, body: "run 1" },
      { runs: 2, body: "run 2", headers: { ETag: '"v2"' } },
      { runs: 3, body: "run 3" },
    ],
  },
  {
    name: "does not serve what is to be asked for before it has asked",
    use: cached(),
    handler: {
      headers: [
        ["ETag", '"v1"'],
        ["Cache-Control", "max-age=60, no-cache"],
      ],
    },
    steps: [{ runs: 1 }, { runs: 2 }],
  },
  {
    name: "serves a stale response while it is refreshed behind, once",
    use: cached(),
    handler: (_request, run) => (run === 1 ? stale("stale-while-revalidate=600") : fresh()),
    steps: [
      { runs: 1, body: "run 1" },
      { body: "run 1", soonRuns: 2, headers: { Age: /^1\d\d$/ } },
      { first: soon, runs: 2, body: "run 2" },
      { runs: 2, body: "run 2" },
    ],
  },
  {
    name: "does not run the handler behind for what could not be stored",
    use: cached(),
    handler: (_request, run) => (run === 1 ? stale("stale-while-revalidate=600") : fresh()),
    steps: [
      { runs: 1 },
      { send: { method: "HEAD" }, body: "", headers: { Age: /^1\d\d$/ } },
      { send: { headers: { Range: "bytes=0-2" } }, status: 206, body: "run" },
      { first: soon, body: "run 1", soonRuns: 2 },
    ],
  },
  {
    name: "lets a stale response stand in for a failure that answers 500",
    use: cached(),
    handler: (_request, run) => (run === 1 ? stale("stale-if-error=600") : { status: 503, body: "down" }),
    steps: [
      { runs: 1, body: "run 1" },
      { runs: 2, body: "run 1", headers: { "Cache-Status": /fwd=stale/ } },
      { runs: 3, body: "run 1" },
    ],
  },
  {
    name: "lets a stale response stand in for a handler that throws",
    use: cached(),
    handler: (_request, run) => {
      if (run === 1) return stale("stale-if-error=600");
      throw new Error("the handler failed");
    },
    steps: [
      { runs: 1, body: "run 1" },
      { runs: 2, body: "run 1" },
    ],
  },
  {
    name: "answers for a part from the whole",
    use: cached(),
    handler: { ...fresh(["ETag", '"v1"']), body: "0123456789" },
    steps: [
      { runs: 1, body: "0123456789" },
      {
        send: { headers: { Range: "bytes=2-4" } },
        runs: 1,
        status: 206,
        body: "234",
        headers: { "Content-Range": "bytes 2-4/10", "Content-Length": "3" },
      },
      { send: { headers: { Range: "bytes=-3" } }, runs: 1, status: 206, body: "789" },
      { send: { headers: { Range: "bytes=50-" } }, runs: 1, status: 416, body: "" },
      { send: { headers: { Range: "bytes=2-4", "If-Range": '"v0"' } }, runs: 1, body: "0123456789" },
      { send: { method: "HEAD", headers: { Range: "bytes=2-4" } }, runs: 1, body: "" },
    ],
  },
  {
    name: "does not store a part",
    use: cached(),
    handler: ({ field }) =>
      field("Range") === undefined
        ? { ...fresh(), body: "0123456789" }
        : { ...fresh(["Content-Range", "bytes 0-1/10"]), status: 206, body: "01" },
    steps: [
      { send: { headers: { Range: "bytes=0-1" } }, runs: 1, status: 206, body: "01" },
      { runs: 2, body: "0123456789" },
      { runs: 2, body: "0123456789" },
    ],
  },
  {
    name: "forgets what an unsafe request has changed, and what it points at, unless it failed",
    use: cached(),
    handler: ({ method, path }) => {
      if (method === "GET") return fresh();
      return path === "/broken" ? { status: 500 } : { status: 201, headers: [["Location", "/new"]] };
    },
    steps: [
      { runs: 1 },
      { send: { path: "/new" }, runs: 2 },
      { send: { path: "/broken" }, runs: 3 },
      { send: { path: "/broken", method: "POST", body: "x" }, status: 500, runs: 4 },
      { send: { path: "/broken" }, runs: 4 },
      { send: { method: "POST", body: "x" }, status: 201, runs: 5 },
      { runs: 6 },
      { send: { path: "/new" }, runs: 7 },
    ],
  },
  {
    name: "forgets groups that an unsafe request names, at its own origin",
    use: cached(),
    handler: ({ method, path }) =>
      method === "GET"
        ? fresh(["Cache-Groups", path === "/a" ? '"left", "all"' : '"right", "all"'])
        : { headers: [["Cache-Group-Invalidation", path === "/one" ? '"left"' : '"all"']] },
    steps: [
      { send: { path: "/a" }, runs: 1 },
      { send: { path: "/b" }, runs: 2 },
      { send: { path: "/one", method: "POST", body: "x" }, runs: 3 },
      { send: { path: "/b" }, runs: 3 },
      { send: { path: "/a" }, runs: 4 },
      { send: { path: "/all", method: "POST", body: "x" }, runs: 5 },
      { send: { path: "/a" }, runs: 6 },
      { send: { path: "/b" }, runs: 7 },
    ],
  },
  {
    name: "does not let clients force the work, unless it is told to",
    use: cached(),
    handler: fresh(),
    steps: [
      { runs: 1 },
      { send: { headers: { "Cache-Control": "no-cache" } }, runs: 1 },
      { send: { headers: { "Cache-Control": "max-age=0", Pragma: "no-cache" } }, runs: 1 },
      { send: { path: "/other", headers: { "Cache-Control": "only-if-cached" } }, runs: 2 },
    ],
  },
  {
    name: "heeds what clients ask for, where it is told to",
    use: cached({ requestDirectives: true }),
    handler: fresh(),
    steps: [
      { runs: 1 },
      { send: { headers: { "Cache-Control": "no-cache" } }, runs: 2 },
      { send: { path: "/other", headers: { "Cache-Control": "only-if-cached" } }, status: 504, runs: 2 },
    ],
  },
  {
    name: "purges every variant of a URL, and no other",
    use: cached(),
    handler: fresh(["Vary", "X-Tint"]),
    steps: [
      { send: { path: "/a?b" }, runs: 1 },
      { send: { path: "/a?b", headers: { "X-Tint": "red" } }, runs: 2 },
      { send: { path: "/a" }, runs: 3 },
      { first: (cache, origin) => purge(cache, `${origin}/a?b`), send: { path: "/a?b" }, runs: 4 },
      { send: { path: "/a?b", headers: { "X-Tint": "red" } }, runs: 5 },
      { send: { path: "/a" }, runs: 5, body: "run 3" },
    ],
  },
  {
    name: "purges what every layer and key prefix holds",
    use: ({ httpCache, cacheSite, cachePage }, cache) => [
      cacheSite({ cache, keyPrefix: "site" }),
      httpCache({ cache }),
      cachePage(60, { cache, keyPrefix: "page" }),
    ],
    steps: [
      { runs: 1 },
      { runs: 1 },
      { first: (cache, origin) => purge(cache, new URL("/", origin)), runs: 2, body: "run 2" },
      { runs: 2, body: "run 2" },
    ],
  },
];

/** Lets what is stored behind a response be stored. */
function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

function cached(options: Partial<SharedCacheOptions> = {}) {
  return ({ httpCache }: Names, cache: Cache) => [httpCache({ cache, ...options })];
}

function fresh(...headers: readonly HeaderPair[]) {
  return { headers: [["Cache-Control", "max-age=60"] as const, ...headers] };
}

/** A response that has been under way for longer than it is fresh. */
function stale(window: string) {
  return {
    headers: [
      ["Cache-Control", `max-age=60, ${window}`],
      ["Age", "100"],
    ] as const,
  };
}

function notStored(
  what: string,
  handler: Scenario["handler"],
  headers: Readonly<Record<string, string>> = {},
): Scenario[] {
  const send = { headers };
  return [
    {
      name: `does not store a response ${what}`,
      use: cached(),
      handler,
      steps: [
        { send, runs: 1 },
        { send, runs: 2 },
      ],
    },
  ];
}
