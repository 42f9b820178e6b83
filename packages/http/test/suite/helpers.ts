import type { Scenario } from "./run.js";

/** Django's decorators for header fields, conditional requests and compression, in their corrected form. */
export const helperScenarios: readonly Scenario[] = [
  {
    name: "cacheControl adds its directives",
    use: ({ cacheControl }) => [cacheControl({ private: true, maxAge: 3600, mustRevalidate: true })],
    steps: [{ headers: { "Cache-Control": "private, max-age=3600, must-revalidate" } }],
  },
  {
    name: "cacheControl never raises max-age, and turns public into private",
    use: ({ cacheControl }) => [cacheControl({ private: true, maxAge: "1h" })],
    handler: { headers: [["Cache-Control", "public, max-age=5"]] },
    steps: [{ headers: { "Cache-Control": "max-age=5, private" } }],
  },
  {
    name: "cacheControl leaves a failure of the server alone",
    use: ({ cacheControl }) => [cacheControl({ public: true, maxAge: 3600 })],
    handler: { status: 500 },
    steps: [{ status: 500, headers: { "Cache-Control": null } }],
  },
  {
    name: "neverCache says so in every way",
    use: ({ neverCache }) => [neverCache()],
    handler: { headers: [["Cache-Control", "public"]] },
    steps: [
      {
        headers: {
          "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
          Expires: /GMT$/,
        },
      },
    ],
  },
  {
    name: "varyOnHeaders and varyOnCookie add to Vary, each name once",
    use: ({ varyOnCookie, varyOnHeaders }) => [varyOnHeaders("cookie", "User-Agent"), varyOnCookie()],
    handler: { headers: [["Vary", "Accept"]] },
    steps: [{ headers: { Vary: "Accept, Cookie, User-Agent" } }],
  },

  {
    name: "conditionalGet makes a tag of the bytes, and answers 304 to who has them",
    use: ({ conditionalGet }) => [conditionalGet()],
    handler: {
      body: "hello",
      headers: [
        ["Cache-Control", "max-age=5"],
        ["Content-Type", "text/plain"],
      ],
    },
    steps: [
      { runs: 1, headers: { ETag: '"LPJNul-wow4m6Dsqxbninh"' } },
      {
        send: { headers: { "If-None-Match": 'W/"x", W/"LPJNul-wow4m6Dsqxbninh"' } },
        runs: 2,
        status: 304,
        body: "",
        headers: { ETag: '"LPJNul-wow4m6Dsqxbninh"', "Cache-Control": "max-age=5", "Content-Type": null },
      },
      {
        send: { method: "POST", headers: { "If-None-Match": "*" } },
        runs: 3,
        body: "hello",
        headers: { ETag: null },
      },
    ],
  },
  {
    name: "conditionalGet judges dates to the second, and only those that are HTTP-dates",
    use: ({ conditionalGet }) => [conditionalGet()],
    handler: { headers: [["Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"]] },
    steps: [
      { send: { headers: { "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT" } }, status: 304 },
      { send: { headers: { "If-Modified-Since": "Sunday, 06-Nov-94 08:49:38 GMT" } }, status: 304 },
      { send: { headers: { "If-Modified-Since": "Sun Nov  6 08:49:36 1994" } } },
      { send: { headers: { "If-Modified-Since": "2099" } } },
      {
        send: { headers: { "If-Unmodified-Since": "Sun, 06 Nov 1994 08:49:36 GMT" } },
        status: 412,
        body: "",
      },
      { send: { headers: { "If-Match": '"x"' } }, status: 412, body: "" },
    ],
  },
  {
    name: "conditionalGet tags no page that is empty, failed or not to be kept, and no stream",
    use: ({ conditionalGet }) => [conditionalGet()],
    handler: ({ path }) => {
      if (path === "/empty") return { body: "" };
      if (path === "/missing") return { status: 404 };
      if (path === "/secret") return { headers: [["Cache-Control", "NO-STORE"]] };
      return { body: ["bit ", "by ", "bit"] };
    },
    steps: [
      { send: { path: "/empty" }, headers: { ETag: null } },
      { send: { path: "/missing", headers: { "If-None-Match": "*" } }, status: 404, headers: { ETag: null } },
      { send: { path: "/secret" }, headers: { ETag: null } },
      { send: { path: "/stream" }, headers: { ETag: null }, body: "bit by bit" },
    ],
  },
  {
    name: "condition answers before the handler runs",
    use: ({ condition }) => [
      condition({ etag: () => "v1", lastModified: async () => new Date(784_111_777_500) }),
    ],
    steps: [
      { runs: 1, headers: { ETag: '"v1"', "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT" } },
      {
        send: { headers: { "If-None-Match": '"v1"' } },
        runs: 1,
        status: 304,
        body: "",
        headers: { ETag: '"v1"', "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT" },
      },
      { send: { method: "PUT", headers: { "If-Match": '"v0"' }, body: "x" }, runs: 1, status: 412 },
      { send: { method: "PUT", headers: { "If-None-Match": '"v1"' }, body: "x" }, runs: 1, status: 412 },
      {
        send: { method: "PUT", headers: { "If-Match": '"v1"' }, body: "x" },
        runs: 2,
        headers: { ETag: null },
      },
    ],
  },
  {
    name: "condition leaves the handler's own validators, and puts none on a failure",
    use: ({ condition }) => [condition({ etag: () => 'W/"v1"' })],
    handler: ({ path }) => (path === "/own" ? { headers: [["ETag", '"own"']] } : { status: 500 }),
    steps: [
      { send: { path: "/own" }, headers: { ETag: '"own"' } },
      { send: { path: "/" }, status: 500, headers: { ETag: null } },
    ],
  },
  {
    name: "condition lets a new thing be made only where there is none",
    use: ({ condition }) => [condition({ etag: () => null })],
    steps: [
      { send: { method: "PUT", headers: { "If-None-Match": "*" }, body: "x" }, runs: 1 },
      { send: { method: "PUT", headers: { "If-Match": "*" }, body: "x" }, runs: 1, status: 412 },
    ],
  },

  {
    name: "compress sends what the client wants most, and says so to caches",
    use: ({ compress }) => [compress()],
    handler: {
      body: "a".repeat(1_000),
      headers: [
        ["Content-Type", "text/plain"],
        ["ETag", '"a"'],
      ],
    },
    steps: [
      {
        send: { headers: { "Accept-Encoding": "gzip;q=0.5, br" } },
        headers: { "Content-Encoding": "br", Vary: "Accept-Encoding", ETag: 'W/"a"', "Content-Length": null },
      },
      { send: { headers: { "Accept-Encoding": "gzip" } }, headers: { "Content-Encoding": "gzip" } },
      {
        send: { headers: { "Accept-Encoding": "gzip;q=0" } },
        body: "a".repeat(1_000),
        headers: { "Content-Encoding": null, Vary: "Accept-Encoding", ETag: '"a"' },
      },
      { body: "a".repeat(1_000), headers: { "Content-Encoding": null, Vary: "Accept-Encoding" } },
      {
        send: { method: "HEAD", headers: { "Accept-Encoding": "gzip" } },
        body: "",
        headers: { "Content-Encoding": "gzip" },
      },
    ],
  },
  {
    name: "compress leaves alone what is short, coded, an image, or not to be changed",
    use: ({ compress }) => [compress()],
    handler: ({ path }) => {
      const body = "a".repeat(path === "/short" ? 199 : 1_000);
      if (path === "/coded") return { body, headers: [["Content-Encoding", "x"]] };
      if (path === "/image") return { body, headers: [["Content-Type", "image/png"]] };
      return { body, headers: [["Cache-Control", "no-transform"]] };
    },
    steps: ["/short", "/image", "/kept"].map((path) => ({
      send: { path, headers: { "Accept-Encoding": "gzip" } },
      headers: { "Content-Encoding": null },
    })),
  },
  {
    name: "a site keeps a compressed page for each coding",
    use: ({ cacheSite, compress }, cache) => [cacheSite({ cache }), compress({ maxRandomBytes: 0 })],
    handler: { body: "a".repeat(1_000), headers: [["Content-Type", "text/plain"]] },
    steps: [
      { send: { headers: { "Accept-Encoding": "gzip" } }, runs: 1, headers: { "Content-Encoding": "gzip" } },
      { runs: 2, body: "a".repeat(1_000), headers: { "Content-Encoding": null } },
      { send: { headers: { "Accept-Encoding": "gzip" } }, runs: 2, headers: { "Content-Encoding": "gzip" } },
      { runs: 2, body: "a".repeat(1_000), headers: { "Content-Encoding": null } },
    ],
  },
  {
    name: "a site's tag stays good when it is compressed outside, and answers 304",
    use: ({ compress, conditionalGet }) => [compress(), conditionalGet()],
    handler: { body: "a".repeat(1_000), headers: [["Content-Type", "text/plain"]] },
    steps: [
      {
        send: { headers: { "Accept-Encoding": "br" } },
        headers: { ETag: /^W\/"/, "Content-Encoding": "br" },
      },
      {
        send: { headers: { "Accept-Encoding": "br", "If-None-Match": "*" } },
        status: 304,
        headers: { ETag: /^W\/"/, Vary: "Accept-Encoding", "Content-Encoding": null },
      },
    ],
  },
];
