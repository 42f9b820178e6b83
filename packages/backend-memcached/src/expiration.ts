/** What the protocol takes for a number of seconds; above it, for a time since 1970. */
const LONGEST_RELATIVE = 30 * 24 * 60 * 60;
const NEVER = 0;
const LATEST = 0xff_ff_ff_fe;

/**
 * Returns the expiration to give to the server, so that it drops an entry when `ttlMs` is over and no sooner. The
 * server's clock ticks once a second, and the first tick may come at once: hence a second more.
 */
export function toExpiration(ttlMs: number | null): number {
  if (ttlMs === null) return NEVER;
  const seconds = Math.ceil(ttlMs / 1_000) + 1;
  if (seconds <= LONGEST_RELATIVE) return seconds;
  const time = Math.ceil(Date.now() / 1_000) + seconds;
  // What it cannot express is dropped by its exact expiry alone.
  return time > LATEST ? NEVER : time;
}
