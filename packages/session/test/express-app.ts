import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import session from "express-session";
import { CulletStore } from "../src/express.js";
import type { Serve } from "./app.js";
import { Gate } from "./gate.js";

declare module "express-session" {
  interface SessionData {
    user: string;
    since: Date;
    visits: number;
  }
}

/** Serves an application of Express, with express-session. */
export const serveExpress: Serve = async (
  cache,
  { rolling = false, resave = false, saveUninitialized = false, maxAge } = {},
) => {
  const store = new CulletStore({ cache });
  const gate = new Gate();
  const app = express();
  const cookie = maxAge === undefined ? {} : { maxAge };
  app.use(session({ store, secret: "keyboard cat", rolling, resave, saveUninitialized, cookie }));
  app.get("/login", (request, response, next) => {
    request.session.regenerate((error) => {
      if (error) return next(error);
      request.session.user = "ada";
      request.session.since = new Date(0);
      response.send(request.session.id);
    });
  });
  app.get("/logout", (request, response, next) => {
    request.session.destroy((error) => (error ? next(error) : response.send("bye")));
  });
  app.get("/me", (request, response) => {
    const { user = "nobody", since } = request.session;
    response.send(since instanceof Date ? `${user} since ${since.toISOString()}` : user);
  });
  app.get("/visit", (request, response) => {
    request.session.visits = (request.session.visits ?? 0) + 1;
    response.send(String(request.session.visits));
  });
  app.get("/slow", async (request, response) => {
    await gate.pass();
    if (request.query.change) request.session.visits = 1_000;
    response.send("done");
  });
  app.get("/reload", (request, response, next) => {
    request.session.reload((error) => (error ? next(error) : response.send(request.session.user)));
  });
  app.use(((error: Error, _request, response, _next) => {
    response.status(500).send(error.message);
  }) as express.ErrorRequestHandler);
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    store,
    gate,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};
