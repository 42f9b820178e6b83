import { DbFailure, type Trouble } from "../server/db-failure.js";

/** The states of PostgreSQL that mean more than a refusal. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  "42P01": "no table",
  "40001": "conflict",
  "40P01": "conflict",
  "57014": "locked",
  "55P03": "locked",
  "54000": "too large",
  "53100": "full",
};

/** The server ends the connection, or is about to: shutdown, crash, a standby that was the primary. */
const LEAVING = /^(57P0|08|25006)/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Says what an error of pg means. */
export function toPostgresFailure(error: unknown, phase: "connect" | "run"): DbFailure {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const state = typeof code === "string" ? code : undefined;
  const text = typeof message === "string" && message !== "" ? message : String(state ?? error);
  if (phase === "connect") return new DbFailure("unreachable", text, state);
  if (state === undefined || !isServerError(error, state) || LEAVING.test(state)) {
    return new DbFailure("lost", text, state);
  }
  return new DbFailure("refused", text, state, TROUBLES[state]);
}

// An error of the system has a code of five letters at times, but no severity.
function isServerError(error: unknown, state: string): boolean {
  return SQLSTATE.test(state) && typeof (error as { severity?: unknown }).severity === "string";
}
