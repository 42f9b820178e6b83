/** What of a session's cookie says how long the session is to live. Express and Fastify each have a class for it. */
export interface SessionCookie {
  /** Milliseconds that a session lives after it was last used; not a number where it ends with the browser. */
  readonly originalMaxAge?: unknown;
  /** Milliseconds that are left. */
  readonly maxAge?: unknown;
  /** When it ends: a date, or the text of one. */
  readonly expires?: unknown;
}

/**
 * Returns the milliseconds that a session with this cookie is to live from now on, zero or less where it has ended;
 * `undefined` where the cookie says nothing of it.
 *
 * `originalMaxAge` stands before `expires`, which is out of date in a session that was only touched since it was stored.
 */
export function lifetimeMs(cookie: SessionCookie | null | undefined): number | undefined {
  const { originalMaxAge, maxAge, expires } = cookie ?? {};
  return milliseconds(originalMaxAge) ?? milliseconds(maxAge) ?? millisecondsUntil(expires);
}

function milliseconds(value: unknown): number | undefined {
  return typeof value === "number" && !Number.isNaN(value) ? value : undefined;
}

function millisecondsUntil(expires: unknown): number | undefined {
  if (!(expires instanceof Date) && typeof expires !== "string") return undefined;
  return milliseconds(new Date(expires).getTime() - Date.now());
}
