import { DbFailure, type Trouble } from "../server/db-failure.js";

/** The errors of MySQL and MariaDB that mean more than a refusal. */
const TROUBLES: Readonly<Record<number, Trouble>> = {
  1146: "no table",
  1109: "no table",
  1213: "conflict",
  1020: "conflict",
  1205: "locked",
  1969: "locked",
  3024: "locked",
  1153: "too large",
  1021: "full",
  1114: "full",
};

/** The server ends the connection, or is about to; or takes no writes any more. */
const LEAVING: ReadonlySet<number> = new Set([1053, 1927, 1290, 1836]);

/** Says what an error of mysql2 means. */
export function toMysqlFailure(error: unknown, phase: "connect" | "run"): DbFailure {
  const { code, errno, message, fatal } = error as {
    code?: string;
    errno?: number;
    message?: string;
    fatal?: boolean;
  };
  const text = message || String(code ?? error);
  if (phase === "connect") return new DbFailure("unreachable", text, code);
  const trouble = errno === undefined ? undefined : TROUBLES[errno];
  if (trouble === "too large") return tooLarge(text);
  const isAnswer = errno !== undefined && errno >= 1_000 && !fatal && !LEAVING.has(errno);
  return new DbFailure(isAnswer ? "refused" : "lost", text, code, trouble);
}

/** Says that a value is more than the server takes. */
export function tooLarge(reason: string): DbFailure {
  const advice = "raise max_allowed_packet of the server";
  return new DbFailure("refused", `${reason}; ${advice}`, "ER_NET_PACKET_TOO_LARGE", "too large");
}
