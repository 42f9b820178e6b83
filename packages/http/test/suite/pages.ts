import type { HandlerResponse, Names } from "./adapter.js";
import type { Scenario, Step } from "./run.js";
import type { Sent } from "./send.js";

/** Django's rules for whole sites and single pages, in their corrected form. */
export const pageScenarios: readonly Scenario[] = [
  ...bothWays("serves a page again without its handler", {}, [
    { runs: 1, body: "run 1", headers: { Age: null } },
    { runs: 1, body: "run 1", headers: { Age: /^\d+$/, Date: /GMT$/ } },
  ]),
  {
    name: "cachePage tells the page its lifetime",
    use: ({ cachePage }, cache) => [cachePage("1m", { cache })],
    steps: twice({}, { runs: 1, headers: { "Cache-Control": "max-age=60", Expires: /GMT$/ } }),
  },
  {
    name: "cacheSite tells a page that says nothing the default",
    use: ({ cacheSite }, cache) => [cacheSite({ cache })],
    steps: twice({}, { runs: 1, headers: { "Cache-Control": "max-age=600", Expires: /GMT$/ } }),
  },
  {
    name: "cacheSite heeds a page's max-age",
    use: ({ cacheSite }, cache) => [cacheSite({ cache, seconds: "1h" })],
    handler: { headers: [["Cache-Control", "public, max-age=5"]] },
    steps: twice({}, { runs: 1, headers: { "Cache-Control": "public, max-age=5" } }),
  },
  {
    name: "cachePage stores a page of max-age=0, and lets it say so",
    use: ({ cachePage }, cache) => [cachePage(60, { cache })],
    handler: { headers: [["Cache-Control", "max-age=0"]] },
    steps: twice({}, { runs: 1, headers: { "Cache-Control": "max-age=0" } }),
  },
  {
    name: "cachePage(0) stores nothing, and says so",
    use: ({ cachePage }, cache) => [cachePage(0, { cache })],
    steps: [{ runs: 1 }, { runs: 2, headers: { "Cache-Control": "max-age=0" } }],
  },
  {
    name: "cachePage(null) heeds a page's max-age",
    use: ({ cachePage }, cache) => [cachePage(null, { cache })],
    handler: { headers: [["Cache-Control", "max-age=0"]] },
    steps: [{ runs: 1 }, { runs: 2 }],
  },
  {
    name: "each key prefix has its own pages, and a page inside a site is both's",
    use: ({ cacheSite, cachePage }, cache) => [
      cacheSite({ cache, keyPrefix: "a" }),
      cachePage(60, { cache, keyPrefix: "b" }),
    ],
    steps: twice({}, { runs: 1, headers: { "Cache-Control": "max-age=60" } }),
  },

  ...notStored("of another status", { status: 404 }),
  ...notStored("that moved", {
    status: 301,
    headers: [
      ["Location", "/b"],
      ["Cache-Control", "max-age=60"],
    ],
  }),
  ...notStored("that failed", { status: 500, headers: [["Cache-Control", "max-age=60"]] }),
  ...notStored("with a cookie", { headers: [["Set-Cookie", "sid=1"]] }),
  ...notStored("that is private", { headers: [["Cache-Control", "max-age=60, PRIVATE"]] }),
  ...notStored("that is private in part", { headers: [["Cache-Control", 'private="X"']] }),
  ...notStored("to be asked for", { headers: [["Cache-Control", "no-cache"]] }),
  ...notStored("not to be kept", {
    headers: [
      ["Cache-Control", "max-age=60"],
      ["Cache-Control", "\tNo-Store"],
    ],
  }),
  ...notStored("that varies on everything", { headers: [["Vary", "Cookie,\t*"]] }),
  ...notStored("to a POST", {}, { method: "POST", body: "a=b" }),
  ...notStored("to a DELETE", {}, { method: "DELETE" }),
  ...notStored("to a GET with a body", {}, { headers: { "Content-Length": "1" }, body: "x" }),
  ...notStored("to a request with X-Original-URL", {}, { headers: { "X-Original-URL": "/b" } }),
  ...notStored("to a request with X-Rewrite-URL", {}, { headers: { "X-Rewrite-URL": "/b" } }),
  ...notStored("in part, for HTMX", {}, { headers: { "HX-Request": "true" } }),
  ...notStored("in part, for Turbo", {}, { headers: { "Turbo-Frame": "side" } }),
  ...notStored("in part, for Next", {}, { headers: { RSC: "1" } }),
  ...notStored("in part, for a script", {}, { headers: { "X-Requested-With": "XMLHttpRequest" } }),
  ...notStored(
    "for the origin that asked",
    { headers: [["Access-Control-Allow-Origin", "http://b"]] },
    { headers: { Origin: "http://b" } },
  ),
  {
    name: "cacheSite does not store a page whose max-age is 0, and leaves it as it is",
    use: ({ cacheSite }, cache) => [cacheSite({ cache })],
    handler: { headers: [["Cache-Control", "max-age=0"]] },
    steps: [{ runs: 1 }, { runs: 2, headers: { "Cache-Control": "max-age=0", Expires: null } }],
  },
  {
    name: "cacheSite does not fail on a max-age that cannot be read, and does not store the page",
    use: ({ cacheSite }, cache) => [cacheSite({ cache })],
    handler: { headers: [["Cache-Control", "max-age=1h"]] },
    steps: [{ runs: 1 }, { runs: 2 }],
  },

  ...bothWays("tells queries apart, whatever their order", {}, [
    { send: { path: "/?a=1&b=2" }, runs: 1 },
    { send: { path: "/?b=2&a=1" }, runs: 2 },
    { send: { path: "/?a=1&b=2" }, runs: 2, body: "run 1" },
    { send: { path: "/" }, runs: 3 },
  ]),
  ...bothWays("tells hosts apart", {}, [
    { send: { headers: { Host: "a.example" } }, runs: 1 },
    { send: { headers: { Host: "b.example" } }, runs: 2 },
    { send: { headers: { Host: "A.example" } }, runs: 2, body: "run 1" },
  ]),
  ...bothWays("ignores the request's Cache-Control", {}, [
    { runs: 1 },
    { send: { headers: { "Cache-Control": "no-cache" } }, runs: 1 },
    { send: { headers: { "Cache-Control": "max-age=0" } }, runs: 1 },
    { send: { headers: { Pragma: "no-cache" } }, runs: 1 },
  ]),
  ...bothWays("answers HEAD from the page for GET", { headers: [["X-Page", "1"]] }, [
    { runs: 1 },
    { send: { method: "HEAD" }, runs: 1, body: "", headers: { "X-Page": "1", Age: /^\d+$/ } },
  ]),
  ...bothWays("does not let the answer to HEAD be the page for GET", {}, [
    { send: { method: "HEAD" }, runs: 1, body: "" },
    { runs: 2, body: "run 2" },
    { send: { method: "HEAD" }, runs: 2, body: "" },
  ]),
  ...bothWays("keeps a page for each value of what it varies on", { headers: [["Vary", "Cookie, X-Tint"]] }, [
    { send: { headers: { Cookie: "a", "X-Tint": "bc" } }, runs: 1 },
    { send: { headers: { Cookie: "ab", "X-Tint": "c" } }, runs: 2 },
    { send: { headers: { Cookie: "ab" } }, runs: 3 },
    { send: { headers: { "X-Tint": "ab" } }, runs: 4 },
    { send: { headers: { Cookie: "a", "X-Tint": "bc" } }, runs: 4, body: "run 1" },
  ]),
  ...bothWays("tells a missing field from an empty one", { headers: [["Vary", "X-Tint"]] }, [
    { runs: 1 },
    { send: { headers: { "X-Tint": "" } }, runs: 2 },
    { runs: 2, body: "run 1" },
  ]),
  ...bothWays(
    "does not tell apart who accepts the same codings",
    { headers: [["Vary", "Accept-Encoding"]] },
    [
      { send: { headers: { "Accept-Encoding": "gzip, br" } }, runs: 1 },
      { send: { headers: { "Accept-Encoding": "br;q=0.5,GZIP;q=1.0" } }, runs: 1 },
      { send: { headers: { "Accept-Encoding": "gzip;q=0, br" } }, runs: 2 },
    ],
  ),
  ...bothWays("keeps a page for each visitor with credentials", {}, [
    { send: { headers: { Authorization: "Bearer a" } }, runs: 1, headers: { Vary: "Authorization" } },
    { send: { headers: { Authorization: "Bearer b" } }, runs: 2 },
    { runs: 3, headers: { Vary: null } },
    { send: { headers: { Authorization: "Bearer a" } }, runs: 3, body: "run 1" },
    { runs: 3, body: "run 3" },
  ]),
  ...bothWays("shares a public page among all", { headers: [["Cache-Control", "public"]] }, [
    { send: { headers: { Authorization: "Bearer a" } }, runs: 1, headers: { Vary: null } },
    { send: { headers: { Authorization: "Bearer b" } }, runs: 1 },
    { runs: 1 },
  ]),
  ...bothWays("answers conditional requests from the page", { headers: [["ETag", '"v1"']] }, [
    { send: { headers: { "If-None-Match": '"v1"' } }, runs: 1, status: 304, body: "" },
    { runs: 1, body: "run 1" },
    {
      send: { headers: { "If-None-Match": 'W/"v1", "x"' } },
      runs: 1,
      status: 304,
      headers: { ETag: '"v1"' },
    },
    { send: { headers: { "If-None-Match": '"x"' } }, runs: 1, body: "run 1" },
  ]),
  {
    name: "cacheSite neither serves nor stores pages for who is logged in",
    use: ({ cacheSite }, cache, fieldOf) => [
      cacheSite({ cache, anonymousOnly: (request) => fieldOf(request, "cookie") !== undefined }),
    ],
    steps: [
      { send: { headers: { Cookie: "sid=1" } }, runs: 1 },
      { runs: 2 },
      { send: { headers: { Cookie: "sid=1" } }, runs: 3 },
      { runs: 3, body: "run 2" },
    ],
  },
  {
    name: "cacheSite does not store a page in whose making somebody turned out to be logged in",
    use: ({ cacheSite }, cache) => [cacheSite({ cache, anonymousOnly: () => sessionIsRead })],
    handler({ path }) {
      sessionIsRead = path === "/in";
      return {};
    },
    steps: [
      { send: { path: "/out" }, runs: 1 },
      { send: { path: "/in" }, runs: 2 },
      { send: { path: "/out" }, runs: 3 },
      { send: { path: "/in" }, runs: 4 },
    ],
  },
  {
    name: "a page within a page of the same cache does not wait for itself",
    use: ({ cachePage }, cache) => [cachePage(60, { cache }), cachePage(30, { cache })],
    steps: twice({}, { runs: 1, headers: { "Cache-Control": "max-age=30" } }),
  },
  {
    name: "cacheSite counts what middlewares inside add to the response",
    use: ({ cacheSite, varyOnCookie }, cache) => [cacheSite({ cache }), varyOnCookie()],
    steps: [
      { send: { headers: { Cookie: "a" } }, runs: 1, headers: { Vary: "Cookie" } },
      { send: { headers: { Cookie: "b" } }, runs: 2 },
      { send: { headers: { Cookie: "a" } }, runs: 2, body: "run 1" },
    ],
  },
  {
    name: "cacheSite does not store what neverCache is around",
    use: ({ cacheSite, neverCache }, cache) => [cacheSite({ cache }), neverCache()],
    steps: [{ runs: 1 }, { runs: 2 }],
  },
  ...bothWays("stores a page that is written bit by bit", { body: ["one ", "two ", "three"] }, [
    { runs: 1, body: "one two three" },
    { runs: 1, body: "one two three" },
  ]),
  ...bothWays(
    "keeps each line of a repeated field",
    {
      headers: [
        ["Link", "<a>"],
        ["Link", "<b>"],
      ],
    },
    [
      { runs: 1, headers: { Link: "<a>, <b>" } },
      { runs: 1, headers: { Link: "<a>, <b>" } },
    ],
  ),
];

let sessionIsRead = false;

function twice(sent: Sent, step: Step): Step[] {
  return [
    { send: sent, ...step },
    { send: sent, ...step },
  ];
}

/** A claim about a site as well as a page. */
function bothWays(claim: string, handler: HandlerResponse, steps: readonly Step[]): Scenario[] {
  return [
    {
      name: `cacheSite ${claim}`,
      use: ({ cacheSite }: Names, cache) => [cacheSite({ cache })],
      handler,
      steps,
    },
    {
      name: `cachePage ${claim}`,
      use: ({ cachePage }: Names, cache) => [cachePage(60, { cache })],
      handler,
      steps,
    },
  ];
}

function notStored(what: string, handler: HandlerResponse, sent: Sent = {}): Scenario[] {
  const { status = 200 } = handler;
  return bothWays(`does not store a response ${what}`, handler, [
    { send: sent, runs: 1, status, headers: { Age: null } },
    { send: sent, runs: 2, status, headers: { Age: null } },
  ]);
}
