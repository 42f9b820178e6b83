import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import Fastify from "fastify";
import { CulletStore } from "../src/express.js";
import type { Serve } from "./app.js";
import { Gate } from "./gate.js";

declare module "fastify" {
  interface Session {
    user?: string;
    since?: Date;
    visits?: number;
  }
}

/** Serves an application of Fastify, with @fastify/session. */
export const serveFastify: Serve = async (
  cache,
  { rolling = false, saveUninitialized = false, maxAge } = {},
) => {
  const store = new CulletStore({ cache });
  const gate = new Gate();
  const app = Fastify();
  await app.register(fastifyCookie);
  await app.register(fastifySession, {
    store,
    secret: "a secret with the minimum length of 32 characters",
    cookie: { secure: false, maxAge },
    saveUninitialized,
    rolling,
  });
  app.get("/login", async (request) => {
    await request.session.regenerate();
    request.session.user = "ada";
    request.session.since = new Date(0);
    return request.session.sessionId;
  });
  app.get("/logout", async (request) => {
    await request.session.destroy();
    return "bye";
  });
  app.get("/me", async ({ session }) => {
    const { user = "nobody", since } = session;
    return since instanceof Date ? `${user} since ${since.toISOString()}` : user;
  });
  app.get("/visit", async ({ session }) => {
    session.visits = (session.visits ?? 0) + 1;
    return String(session.visits);
  });
  app.get("/slow", async ({ session, query }) => {
    await gate.pass();
    if ((query as { change?: string }).change) session.visits = 1_000;
    return "done";
  });
  app.get("/reload", async (request) => {
    await request.session.reload();
    return request.session.user;
  });
  const origin = await app.listen({ host: "127.0.0.1", port: 0 });
  return { origin, store, gate, [Symbol.asyncDispose]: () => app.close() };
};
