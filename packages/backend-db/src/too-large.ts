import { isTrouble } from "./server/db-failure.js";
import { isFull } from "./sqlite/sqlite-failure.js";

/** Whether a write failed since the database has no room for it, or takes nothing of that size. */
export function isTooLarge(error: unknown): boolean {
  return (
    isTrouble(error, "too large") ||
    isTrouble(error, "full") ||
    (error instanceof Error && isFull(error.cause))
  );
}
