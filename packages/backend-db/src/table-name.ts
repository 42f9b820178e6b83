import { InvalidConfigError, quote } from "@cullet/core";

/** A table, with its schema where one was named: a list of one or two names, as they are, without quotes. */
export type TableName = readonly [string] | readonly [schema: string, table: string];

/** The longest name, in bytes, that still leaves PostgreSQL room for the name of the index. */
const MAX_BYTES = 55;

/**
 * Returns the table that `text` names: `cache`, or `schema.cache`.
 *
 * @param path where it stands in the configuration, for errors.
 * @throws InvalidConfigError saying what is wrong.
 */
export function parseTableName(text: string, path: string): TableName {
  const [first = "", second, ...rest] = text.split(".");
  const names: TableName = second === undefined ? [first] : [first, second];
  if (rest.length > 0 || !names.every(isName)) {
    throw new InvalidConfigError(
      `${path} must be the name of a table, or schema.table, each of 1 to ${MAX_BYTES} bytes without NUL; got ${quote(text)}`,
    );
  }
  return names;
}

/** Returns `table` for a statement, each name within `mark`. */
export function quoteTable(table: TableName, mark: '"' | "`"): string {
  return table.map((name) => quoteName(name, mark)).join(".");
}

/** Returns `name` for a statement, within `mark`. */
export function quoteName(name: string, mark: '"' | "`"): string {
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}

/** Returns the name of the index on `expires`, which stands in the schema of its table. */
export function indexNameOf(table: TableName): string {
  return `${table.at(-1)}_expires`;
}

function isName(name: string): boolean {
  return name !== "" && name.isWellFormed() && !name.includes("\0") && Buffer.byteLength(name) <= MAX_BYTES;
}
