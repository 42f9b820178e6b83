import type { Cache } from "@cullet/core";
import type { HeaderPair } from "../../src/message/header-list.js";
import type { HandlerResponse, Names } from "./adapter.js";
import type { Scenario, Step } from "./run.js";
import type { Sent } from "./send.js";
import { CACHES } from "./streams.js";

const FRESH: HeaderPair = ["Cache-Control", "max-age=60"];
const SMUGGLED = [
  "X-HTTP-Method-Override",
  "X-HTTP-Method",
  "X-Method-Override",
  "X-Original-URL",
  "X-Rewrite-URL",
];

const PAGE: HandlerResponse = {
  headers: [FRESH, ["ETag", '"v1"'], ["Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"]],
  body: "the page",
};
const CONDITIONS: readonly (readonly [Sent["headers"], status: number])[] = [
  [{ "If-None-Match": "*" }, 304],
  [{ "If-None-Match": '"v1"' }, 304],
  [{ "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT" }, 304],
  [{ "If-Match": '"v0"' }, 412],
  [{ "If-Unmodified-Since": "Sat, 01 Jan 1994 00:00:00 GMT" }, 412],
  [{ Range: "bytes=0-1" }, 206],
  [{ Range: "bytes=0-1", "If-Range": '"v1"' }, 206],
];

const TINTS: readonly Readonly<Record<string, string>>[] = [
  { "X-A": "a", "X-B": "bc" },
  { "X-A": "ab", "X-B": "c" },
  { "X-A": "abc" },
  { "X-B": "abc" },
  { "X-A": "abc", "X-B": "" },
  { "X-A": "", "X-B": "abc" },
  {},
  { "X-A": "-", "X-B": "+" },
];

/** What one visitor may try, so that another gets what is not theirs. Each is tried on each of the caches. */
export const attackScenarios: readonly Scenario[] = [
  // Cookies and sessions.
  ...onEachCache("never gives one user's cookie to another, whatever the response says of caches", {
    handler: ({ path }, run) => ({
      headers: [
        ["Set-Cookie", `sid=${run}`],
        ["Cache-Control", path === "/varying" ? "public, max-age=60" : "max-age=60, s-maxage=60"],
        ...(path === "/varying" ? [["Vary", "Cookie"] as const] : []),
      ],
    }),
    steps: ["/", "/varying"].flatMap((path, at) => [
      { send: { path }, runs: 2 * at + 1, headers: { "Set-Cookie": `sid=${2 * at + 1}` } },
      {
        send: { path, headers: { Cookie: "sid=1" } },
        runs: 2 * at + 2,
        headers: { "Set-Cookie": `sid=${2 * at + 2}` },
      },
    ]),
  }),
  ...onEachCache("keeps the pages of sessions apart, and from who has none", {
    handler: ({ field }) => ({
      headers: [FRESH, ["Vary", "Cookie"]],
      body: `hello ${field("Cookie") ?? "stranger"}`,
    }),
    steps: [
      { send: { headers: { Cookie: "sid=ann" } }, runs: 1, body: "hello sid=ann" },
      { send: { headers: { Cookie: "sid=bob" } }, runs: 2, body: "hello sid=bob" },
      { runs: 3, body: "hello stranger" },
      { send: { headers: { Cookie: "sid=ann" } }, runs: 3, body: "hello sid=ann" },
      { send: { headers: { Cookie: "sid=ann; sid=bob" } }, runs: 4, body: "hello sid=ann; sid=bob" },
      { send: { headers: { Cookie: "" } }, runs: 5, body: "hello " },
    ],
  }),
  ...onEachCache("keeps the pages of who has credentials apart", {
    handler: ({ field }) => ({ headers: [FRESH], body: `hello ${field("Authorization") ?? "stranger"}` }),
    steps: [
      { send: { headers: { Authorization: "Basic YTph" } }, body: "hello Basic YTph" },
      { send: { headers: { Authorization: "Basic Yjpi" } }, body: "hello Basic Yjpi" },
      { body: "hello stranger" },
      { send: { headers: { authorization: "Basic YTph" } }, body: "hello Basic YTph" },
      { body: "hello stranger" },
    ],
  }),

  // Poisoning through what the key does not hold.
  ...SMUGGLED.flatMap((name) =>
    onEachCache(`does not let ${name} decide a page that others get`, {
      handler: ({ field }) => ({ headers: [FRESH], body: field(name) ?? "the page" }),
      steps: [
        { send: { headers: { [name]: "DELETE" } }, body: "DELETE" },
        { body: "the page" },
        { send: { headers: { [name]: "DELETE" } }, body: "DELETE" },
        { body: "the page" },
      ],
    }),
  ),
  ...onEachCache("does not let the origin that asked decide who may read the page", {
    handler: ({ field }) => ({
      headers: [FRESH, ["Access-Control-Allow-Origin", field("Origin") ?? "https://own.example"]],
    }),
    steps: [
      {
        send: { headers: { Origin: "https://evil.example" } },
        headers: { "Access-Control-Allow-Origin": "https://evil.example" },
      },
      { headers: { "Access-Control-Allow-Origin": "https://own.example" } },
    ],
  }),
  ...onEachCache("keeps a page for each host, and none for what is no host", {
    handler: ({ field }) => ({ headers: [FRESH], body: `links to ${field("Host")}` }),
    steps: [
      { send: { headers: { Host: "evil.example" } }, body: "links to evil.example" },
      { send: { headers: { Host: "good.example" } }, body: "links to good.example" },
      { send: { headers: { Host: "good.example:8080" } }, body: "links to good.example:8080" },
      { send: { headers: { Host: "good.example", "X-Forwarded-Host": "evil.example" } }, runs: 3 },
      { send: { headers: { Host: "good.example" } }, runs: 3, body: "links to good.example" },
    ],
  }),

  // Deception by path: what looks like a file is a page of its own.
  ...onEachCache("takes each spelling of a path for a page of its own", {
    handler: ({ path }) => ({ headers: [FRESH], body: `page ${path}` }),
    steps: twice(
      "/account",
      "/account/",
      "/account/style.css",
      "/account;style.css",
      "/account%2Fstyle.css",
      "/account%3Fstyle.css",
      "/account%00.css",
      "/ACCOUNT",
      "/%61ccount",
      "//account",
      "/account?style.css",
      "/account?a=1&b=2",
      "/account?b=2&a=1",
      "/account?a=1&a=1&b=2",
      "/account?a",
      "/account?a=",
      "/account?a=%26b",
    ),
  }),
  ...onEachCache("does not store a private page because its path looks like that of a file", {
    handler: {
      headers: [
        ["Cache-Control", "private"],
        ["Content-Type", "text/css"],
      ],
    },
    steps: [
      { send: { path: "/account/style.css" }, runs: 1 },
      { send: { path: "/account/style.css" }, runs: 2 },
    ],
  }),

  // Tricks with Vary.
  ...["*", "Accept, *", "Accept,\t*\t", "*, Accept", "Accept Cookie", "Accept;q=1", "Acc\u00e9pt"].flatMap(
    (vary) => notStored(`with Vary: ${JSON.stringify(vary)}`, { headers: [FRESH, ["Vary", vary]] }),
  ),
  ...notStored("with a star in a second line of Vary", {
    headers: [FRESH, ["Vary", "Accept"], ["Vary", "*"]],
  }),
  ...onEachCache("does not mix up the values of several fields", {
    handler: ({ field }) => ({
      headers: [FRESH, ["Vary", "X-A, X-B"]],
      body: JSON.stringify([field("X-A"), field("X-B")]),
    }),
    steps: TINTS.flatMap((headers, at) => {
      const step = {
        send: { headers },
        runs: at + 1,
        body: JSON.stringify([headers["X-A"], headers["X-B"]]),
      };
      return [step, step];
    }),
  }),
  ...onEachCache("is not led astray by a page that varies now on this, now on that", {
    handler: ({ field }) => ({
      headers: [FRESH, ["Vary", field("X-A") === undefined ? "X-A" : "X-A, X-B"]],
      body: `${field("X-A")} ${field("X-B")}`,
    }),
    steps: [
      { send: { headers: { "X-A": "1", "X-B": "1" } }, body: "1 1" },
      { send: { headers: { "X-B": "2" } }, body: "undefined 2" },
      { send: { headers: { "X-A": "1", "X-B": "2" } }, body: "1 2" },
      { send: { headers: { "X-A": "1" } }, body: "1 undefined" },
      { send: { headers: { "X-A": "1", "X-B": "1" } }, body: "1 1" },
    ],
  }),

  // Letter case and padding of directives.
  ...[
    "PRIVATE, max-age=60",
    "max-age=60,private",
    "max-age=60 ,\tPrivate\t",
    "max-age=60, private=",
    'max-age=60, private=""',
    'max-age=60, private="',
    "max-age=60, private =x",
    "NO-STORE, max-age=60",
    "max-age=60, no-store=1",
    "max-age=60,,, no-store,",
    "max-age=60, s-maxage=60, No-Store",
  ].flatMap((control) =>
    notStored(`with Cache-Control: ${JSON.stringify(control)}`, { headers: [["Cache-Control", control]] }),
  ),
  ...notStored("with no-store in a second line", { headers: [FRESH, ["cache-control", "no-store"]] }),

  // Methods.
  ...["POST", "PUT", "PATCH", "DELETE", "OPTIONS"].flatMap((method) =>
    onEachCache(`neither answers ${method} from a page, nor GET with what ${method} was answered`, {
      handler: ({ method: asked }) => ({ headers: [FRESH], body: `answer to ${asked}` }),
      steps: [
        { send: { method, path: "/first" }, body: `answer to ${method}` },
        { send: { path: "/first" }, body: "answer to GET" },
        { send: { path: "/second" }, body: "answer to GET" },
        { send: { method, path: "/second" }, body: `answer to ${method}` },
        { send: { path: "/second" }, body: "answer to GET" },
      ],
    }),
  ),
  ...notStored(
    "to a GET with a body",
    { headers: [FRESH] },
    { headers: { "Content-Length": "3" }, body: "a=b" },
  ),
  ...notStored(
    "to a GET with chunks",
    { headers: [FRESH] },
    { headers: { "Transfer-Encoding": "chunked" }, body: "a" },
  ),
  ...onEachCache("never gives GET the empty answer to HEAD", {
    handler: { headers: [FRESH], body: "the page" },
    steps: [
      { send: { method: "HEAD" }, body: "" },
      { body: "the page" },
      { send: { method: "HEAD" }, body: "", headers: { "Content-Length": "8" } },
      { body: "the page" },
    ],
  }),

  // Conditions and parts on a miss.
  ...CONDITIONS.flatMap(([headers, status]) =>
    onEachCache(`gives others the whole page after a miss with ${JSON.stringify(headers)}`, {
      handler: ({ field }) => (field("Range") === undefined ? PAGE : { ...PAGE, status: 206, body: "th" }),
      steps: [{ send: { headers }, status }, { body: "the page" }, { body: "the page" }],
    }),
  ),

  // Pages that tell of an error.
  ...[400, 403, 404, 405, 413, 429, 431, 500, 502, 503].flatMap((status) =>
    onEachCache(`does not keep an answer of ${status} that says nothing of its lifetime`, {
      handler: ({ field }) => (field("X-Break") === undefined ? { headers: [FRESH] } : { status }),
      steps: [
        { send: { headers: { "X-Break": "1" } }, status, runs: 1 },
        { runs: 2, body: "run 2" },
        { send: { headers: { "X-Break": "1" } }, runs: 2, body: "run 2" },
      ],
    }),
  ),
];

/** A claim about each of the caches. */
function onEachCache(claim: string, { handler, steps }: Pick<Scenario, "handler" | "steps">): Scenario[] {
  return CACHES.map(([name, use]) => ({
    name: `${name} ${claim}`,
    use: (names: Names, cache: Cache) => use(names, { cache }),
    handler,
    steps,
  }));
}

function notStored(what: string, handler: HandlerResponse, send: Sent = {}): Scenario[] {
  return onEachCache(`does not store a response ${what}`, {
    handler,
    steps: [
      { send, runs: 1 },
      { send, runs: 2 },
    ],
  });
}

/** Asks for each path once, and then for each again. */
function twice(...paths: readonly string[]): Step[] {
  const steps = paths.map((path, at) => ({ send: { path }, body: `page ${path}`, runs: at + 1 }));
  return [...steps, ...steps.map((step) => ({ ...step, runs: paths.length }))];
}
