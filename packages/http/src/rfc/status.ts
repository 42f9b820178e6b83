// RFC 9110 §15.1: these may be reused with heuristic freshness. 206 is left out, since parts are not stored.
const HEURISTIC = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);

// RFC 9110 §15, without 1xx; 206 and 304 are no entries.
const UNDERSTOOD = new Set([
  ...HEURISTIC,
  ...[201, 202, 205, 302, 303, 305, 307, 400, 401, 402, 403, 406, 407, 408, 409, 411, 412, 413, 415, 416],
  ...[417, 421, 422, 426, 500, 502, 503, 504, 505],
]);

/** Whether a response of this status may be reused for as long as a guess says (RFC 9111 §4.2.2). */
export function isHeuristicStatus(status: number): boolean {
  return HEURISTIC.has(status);
}

/** Whether the rules of caching this status are known (RFC 9111 §5.2.2.3, must-understand). */
export function isUnderstood(status: number): boolean {
  return UNDERSTOOD.has(status);
}

/** Whether a response of this status can be an entry at all: it is final, whole, and says more than that nothing changed. */
export function isEntryStatus(status: number): boolean {
  return status >= 200 && status <= 599 && status !== 206 && status !== 304;
}

/** Whether a stale entry may stand in for a response of this status (RFC 5861 §4). */
export function isServerError(status: number): boolean {
  return status === 500 || status === 502 || status === 503 || status === 504;
}
