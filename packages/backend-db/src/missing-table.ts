import { BackendError } from "@cullet/core";

/** Says that there is no table, and how to make it. */
export function missingTable(server: string, table: string, cause: unknown, why = ""): BackendError {
  const command = "make it by `cullet create-table`, as a user who may";
  return new BackendError(`${server} has no table ${table}${why}; ${command}`, { cause });
}
