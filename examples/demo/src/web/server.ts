import { createServer, type IncomingMessage, type Server } from "node:http";
import { CulletError } from "@cullet/core";
import type { Atlas, Question } from "../atlas.js";
import { isJobName } from "../jobs/jobs.js";
import { countries } from "../towns.js";
import { addressOf, renderPage } from "./page.js";

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Makes the web server of the demo: a page at `/`, answers at `/api/<job>/<country>`, and counts at `/api/stats`. An
 * answer's header `x-cache` says where it came from.
 */
export function createAtlasServer(atlas: Atlas): Server {
  return createServer(async (request, response) => {
    const { status, headers, body } = await route(atlas, request).catch(failure);
    response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : body);
  });
}

async function route(atlas: Atlas, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const { searchParams } = url;
  const question = readQuestion(searchParams.get("job"), searchParams.get("country"));
  if (request.method === "POST") {
    if (question && url.pathname === "/keep") await atlas.keepLonger(question);
    else if (question && url.pathname === "/forget") await atlas.forget(question);
    else return notFound(url);
    return redirect(url.pathname === "/keep" ? addressOf("/", question) : "/");
  }
  if (url.pathname === "/" && (question || searchParams.size === 0)) return page(atlas, question);
  if (url.pathname === "/api/stats") return json(200, atlas.stats());
  const [, job = "", country = ""] = /^\/api\/(\w+)\/(\w+)$/.exec(url.pathname) ?? [];
  const asked = readQuestion(job, country);
  return asked ? answer(atlas, asked) : notFound(url);
}

async function page(atlas: Atlas, asked: Question | undefined): Promise<Reply> {
  const shown = asked && (await show(atlas, asked));
  const [kept, visits] = await Promise.all([atlas.kept(), atlas.countVisit()]);
  const body = renderPage({ asked, shown, kept, visits, stats: atlas.stats() });
  const headers: Record<string, string> = { "content-type": "text/html; charset=utf-8" };
  if (shown) headers["x-cache"] = shown.source;
  return { status: 200, headers, body };
}

async function show(atlas: Atlas, question: Question) {
  const started = performance.now();
  const served = await atlas.answer(question);
  const waitedMs = performance.now() - started;
  return { ...served, waitedMs, secondsLeft: await atlas.secondsLeft(question) };
}

async function answer(atlas: Atlas, question: Question): Promise<Reply> {
  const { answer, source } = await atlas.answer(question);
  return json(200, answer, { "x-cache": source });
}

function readQuestion(job: string | null, country: string | null): Question | undefined {
  if (job === null || country === null || !isJobName(job) || !countries.has(country)) return undefined;
  return { job, country };
}

function json(status: number, value: object, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

function redirect(location: string): Reply {
  return { status: 303, headers: { location }, body: "" };
}

function notFound(url: URL): Reply {
  return json(404, { error: `there is nothing at ${url.pathname}${url.search}` });
}

function failure(error: unknown): Reply {
  // A cache that cannot be reached may be back soon; all else is a fault of this program.
  const status = error instanceof CulletError ? 503 : 500;
  return json(status, { error: error instanceof Error ? error.message : String(error) });
}
