/** What express-session gives a store of a request: its own, or the little that stands for one outside of a request. */
export interface SessionRequest {
  sessionID: string;
  session?: unknown;
  sessionStore?: unknown;
}

/** What the sessions of the application's express-session are made of. */
interface Kind {
  readonly Session: new (request: SessionRequest, data: object) => object;
  readonly cookiePrototype: object;
}

interface StoredCookie {
  readonly expires?: unknown;
  readonly originalMaxAge?: unknown;
}

interface Generator {
  generate(request: SessionRequest): void;
}

const known = new WeakMap<Generator, Kind>();

/**
 * Makes the session of a request from what was stored, as `Store.createSession` of express-session does. To inherit that
 * would take an import of express-session, which who uses @fastify/session has not got, and of which there may be several.
 * So a session that it makes shows what sessions are made of.
 */
export function rebuildSession(generator: Generator, request: SessionRequest, data: object): object {
  const { Session, cookiePrototype } = kindOf(generator, request);
  const { expires, originalMaxAge, ...stored } = (data as { cookie: StoredCookie }).cookie;
  const cookie = Object.assign(Object.create(cookiePrototype), {
    path: "/",
    httpOnly: true,
    ...stored,
    expires: typeof expires === "string" ? new Date(expires) : expires,
  });
  // To set `expires` changes it.
  cookie.originalMaxAge = originalMaxAge;
  const session = new Session(request, { ...data, cookie });
  request.session = session;
  return session;
}

function kindOf(generator: Generator, request: SessionRequest): Kind {
  const kind = known.get(generator) ?? learnKind(generator, request);
  known.set(generator, kind);
  return kind;
}

function learnKind(generator: Generator, request: SessionRequest): Kind {
  const { sessionID } = request;
  generator.generate(request);
  const session = request.session as { constructor: Kind["Session"]; cookie: object };
  request.sessionID = sessionID;
  return { Session: session.constructor, cookiePrototype: Object.getPrototypeOf(session.cookie) };
}
