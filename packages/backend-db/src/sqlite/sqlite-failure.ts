import { BackendError } from "@cullet/core";

const EXPLANATIONS: readonly (readonly [code: RegExp, says: string])[] = [
  [
    /^SQLITE_(CORRUPT|NOTADB)/,
    "is damaged, or no database of SQLite; put back a copy, or delete it with its -wal and -shm files",
  ],
  [/^SQLITE_FULL/, "has no room left on its disk, or up to its max_page_count"],
  [/^SQLITE_(READONLY|PERM|AUTH)/, "may not be written by this process"],
  [/^SQLITE_CANTOPEN/, "cannot be opened; its directory must be there, and be open to this process"],
];

/** Whether another connection holds a lock for now. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));
}

/** Whether the table is not there. */
export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === "SQLITE_ERROR" && /^no such table: /.test((error as Error).message);
}

/** Whether the file holds something else than a sound database. */
export function isDamaged(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));
}

/** Whether there is no room left. */
export function isFull(error: unknown): boolean {
  return codeOf(error).startsWith("SQLITE_FULL");
}

/** Says what an error of SQLite means for `operation` on the file that messages call `server`. */
export function explain(server: string, operation: string, error: unknown): BackendError {
  const code = codeOf(error);
  const reason = error instanceof Error ? error.message : String(error);
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(code));
  const says = known === undefined ? `refused this ${operation}` : known[1];
  return new BackendError(`${server} ${says}: ${reason}`, { cause: error });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code === "string") return code;
  // What better-sqlite3 finds out before SQLite is asked has no code.
  return error instanceof TypeError && /directory does not exist/.test(error.message)
    ? "SQLITE_CANTOPEN"
    : "";
}
