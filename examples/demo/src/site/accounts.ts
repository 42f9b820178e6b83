import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import type { Cache } from "@cullet/core";
import { CulletStore } from "@cullet/session/express";
import type { Request, RequestHandler } from "express";
import session from "express-session";

declare module "express-session" {
  interface SessionData {
    user: string;
  }
}

/** Makes the middleware that reads who is logged in, from a session in `cache`. */
export function sessions(cache: Cache): RequestHandler {
  return session({
    store: new CulletStore({ cache }),
    name: "session",
    // No session outlives the demo.
    secret: randomBytes(32).toString("hex"),
    resave: false,
    // Who is not logged in gets no cookie, so that the pages for all can be kept.
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: "lax" },
  });
}

/** Returns the name of who is logged in. */
export function userOf({ session }: Request): string | undefined {
  return session.user;
}

/** Logs somebody in under a new session, as one whose id was known before could be somebody else's too. */
export async function logIn(request: Request, user: string): Promise<void> {
  await promisify(request.session.regenerate.bind(request.session))();
  request.session.user = user;
}

/** Ends the session. */
export async function logOut({ session }: Request): Promise<void> {
  await promisify(session.destroy.bind(session))();
}
