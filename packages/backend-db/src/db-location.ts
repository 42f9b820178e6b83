import { InvalidConfigError, redact } from "@cullet/core";

/** A database, and how it is reached. */
interface DbLocation {
  readonly dialect: "sqlite" | "postgres" | "mysql";
  /** The path of the file, of SQLite; else a URL as the driver takes it. */
  readonly place: string;
}

/** A URL of a database, and what it says of the cache. */
export interface DbUrl {
  readonly location: DbLocation;
  readonly table: string | undefined;
  /** The names of the arguments that are left to the driver. */
  readonly driverArguments: readonly string[];
}

const DIALECTS: Readonly<Record<string, DbLocation["dialect"]>> = {
  sqlite: "sqlite",
  file: "sqlite",
  postgres: "postgres",
  postgresql: "postgres",
  mysql: "mysql",
  mariadb: "mysql",
};

/** What concerns the cache in the URL of a database, by its name in camelCase. */
const OWN_ARGUMENTS: ReadonlySet<string> = new Set([
  "table",
  "createTable",
  "maxEntries",
  "cullFrequency",
  "cullPercentage",
  "timeout",
  "keyPrefix",
  "version",
  "failOpen",
  "operationTimeout",
]);

/** Whether `text` is a URL, and not the name of a table. */
export function isUrl(text: string): boolean {
  return text.includes("://") || text.startsWith("file:");
}

/**
 * Returns what the URL of a database means.
 *
 * @param path where it stands in the configuration, for errors.
 * @throws InvalidConfigError saying what is wrong, without the password.
 */
export function parseDbUrl(text: string, path: string): DbUrl {
  const [, scheme = "", rest = "", query = ""] =
    /^([a-z0-9+.-]+):(?:\/\/)?([^?]*)(?:\?(.*))?$/is.exec(text) ?? [];
  const dialect = DIALECTS[scheme.toLowerCase()];
  if (dialect === undefined) {
    throw new InvalidConfigError(
      `${path} must be a URL of sqlite, postgres, postgresql, mysql or mariadb; got "${redact(text)}"`,
    );
  }
  const args = query.split("&").filter((argument) => argument !== "");
  const driverArgs = args.filter((argument) => !OWN_ARGUMENTS.has(nameOf(argument)));
  const table = new URLSearchParams(query).get("table") ?? undefined;
  const driverArguments = driverArgs.map(nameOf);
  if (dialect === "sqlite") {
    if (rest === "")
      throw new InvalidConfigError(`${path} must name the file of the database: sqlite:///var/app.db`);
    return { location: { dialect, place: decode(rest) }, table, driverArguments };
  }
  const place = `${dialect}://${rest}${driverArgs.length === 0 ? "" : `?${driverArgs.join("&")}`}`;
  if (!URL.canParse(place)) {
    throw new InvalidConfigError(
      `${path} must be a URL, with what is special in it percent-encoded; got "${redact(text)}"`,
    );
  }
  return { location: { dialect, place }, table, driverArguments };
}

/** Returns what messages call the database at a URL: the URL without a login and arguments. */
export function nameOfServer(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url);
  return `${protocol}//${hostname || "localhost"}${port && `:${port}`}${pathname}`;
}

function nameOf(argument: string): string {
  const [name = ""] = new URLSearchParams(argument).keys();
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

// A file may have a % in its name.
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
