import { describe, expect, it } from "vitest";
import { compressLayer } from "../../src/compress/index.js";
import { patchCompressedHead, planCompression } from "../../src/compress/plan.js";
import { HeaderList, type HeaderPair } from "../../src/message/header-list.js";

const SETTINGS = { encodings: ["br", "gzip"], threshold: 200 } as const;
const HTML = ["Content-Type", "text/html; charset=utf-8"] as const;

function planned(
  { accept = "gzip, br", status = 200 }: { accept?: string | null; status?: number },
  length: number | undefined,
  ...fields: HeaderPair[]
) {
  const request = {
    method: "GET",
    url: "http://a/",
    headers: new Headers(accept === null ? {} : { "Accept-Encoding": accept }),
    source: {},
  };
  const head = { status, reason: "", headers: new HeaderList(fields) };
  const plan = planCompression(request, head, length, SETTINGS);
  patchCompressedHead(head, plan);
  return { ...plan, fields: Object.fromEntries(head.headers) };
}

describe("compress", () => {
  it.each<[string, boolean, string | undefined, Parameters<typeof planned>]>([
    ["a page", true, "br", [{}, 200, HTML]],
    ["a stream", true, "br", [{}, undefined, HTML]],
    ["a page without a type", true, "br", [{}, 200]],
    ["an error page", true, "br", [{ status: 500 }, 200, HTML]],
    ["JSON", true, "br", [{}, 200, ["Content-Type", "application/problem+json"]]],
    ["SVG", true, "br", [{}, 200, ["Content-Type", "image/svg+xml"]]],
    ["a page for who accepts nothing", true, undefined, [{ accept: null }, 200, HTML]],
    ["a page for who refuses it", true, undefined, [{ accept: "gzip;q=0, br;q=0" }, 200, HTML]],
    ["a page for who wants gzip", true, "gzip", [{ accept: "br;q=0.5, GZIP" }, 200, HTML]],
    ["a page for who takes anything", true, "br", [{ accept: "*" }, 200, HTML]],
    ["a 304", true, "br", [{ status: 304 }, undefined]],
    ["a short page", false, undefined, [{}, 199, HTML]],
    ["a page that says it is short", false, undefined, [{}, undefined, HTML, ["Content-Length", "199"]]],
    ["an image", false, undefined, [{}, 2_000, ["Content-Type", "image/png"]]],
    ["a stream of events", false, undefined, [{}, undefined, ["Content-Type", "text/event-stream"]]],
    ["a coded page", false, undefined, [{}, 200, HTML, ["Content-Encoding", "gzip"]]],
    ["a part", false, undefined, [{ status: 206 }, 200, HTML]],
    ["no content", false, undefined, [{ status: 204 }, undefined]],
    ["what may not be changed", false, undefined, [{}, 200, HTML, ["Cache-Control", "public, No-Transform"]]],
  ])("of %s varies: %s, in %s", (_name, varies, encoding, response) => {
    const plan = planned(...response);
    expect([plan.varies, plan.encoding]).toEqual([varies, encoding]);
    expect(plan.fields.Vary).toBe(varies ? "Accept-Encoding" : undefined);
  });

  it("says what the body will be", () => {
    const { fields } = planned({}, 500, HTML, ["Content-Length", "500"], ["ETag", '"a"'], ["Vary", "Cookie"]);
    expect(fields).toEqual({
      "Content-Type": "text/html; charset=utf-8",
      ETag: 'W/"a"',
      Vary: "Cookie, Accept-Encoding",
      "Content-Encoding": "br",
    });
  });

  it("weakens the tag of a 304 as it did that of the page", () => {
    const { fields } = planned({ status: 304 }, undefined, ["ETag", '"a"']);
    expect(fields).toEqual({ ETag: 'W/"a"', Vary: "Accept-Encoding" });
  });

  it.each([
    [{ encodings: ["deflate"] }, /^encodings must be a list of br, .*gzip; got an array$/],
    [{ threshold: -1 }, /^threshold must be a whole number from 0 to \d+; got -1$/],
    [{ maxRandomBytes: 257 }, /^maxRandomBytes must be a whole number from 0 to 256; got 257$/],
  ])("refuses %j", (options, message) => {
    expect(() => compressLayer(options as object)).toThrow(message);
  });
});
