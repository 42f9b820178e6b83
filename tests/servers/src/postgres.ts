import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Database, type DatabaseOptions, NAME, startDatabase } from "./database.js";
import { firstAnswer } from "./exchange.js";
import { HOST } from "./launch.js";
import { POSTGRES } from "./program.js";
import type { TestServer } from "./server.js";

/** Gives a PostgreSQL server with a database and user of the name `cullet`, or that of `CULLET_TEST_POSTGRES_URL`. */
export function startPostgres(options: DatabaseOptions = {}): Promise<TestServer> {
  return startDatabase(postgres, options);
}

const postgres: Database = {
  program: POSTGRES,
  variable: "POSTGRES",
  scheme: "postgres",
  defaultPort: 5432,
  prepare: ({ shared }) => writeFile(join(shared, "password"), NAME),
  command: ({ port, shared, data, disk }, { memoryMb, diskMb }) => {
    const places = [`${data}/postgres`, shared, port, memoryMb, diskMb === undefined ? "" : disk];
    return ["sh", "-c", SCRIPT, "sh", ...places].map(String);
  },
  hasDisk: true,
  answers: async (address) => (await firstAnswer(address, startupMessage())).at(0) === PASSWORD_REQUEST,
};

// The data of a server that is restarted is there already. What it said to be committed outlives a kill of it: with -F it
// waits for no disk, but hands the operating system all that it writes.
const SCRIPT = `
[ -e "$1/PG_VERSION" ] || {
  initdb --pgdata="$1" --username=${NAME} --pwfile="$2/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --no-sync &&
  {
    [ -z "$5" ] || echo "CREATE TABLESPACE disk LOCATION '$5'"
    echo 'CREATE DATABASE ${NAME}'
    [ -z "$5" ] || echo 'ALTER DATABASE ${NAME} SET default_tablespace = disk'
  } | postgres --single -F -D "$1" postgres
} && exec postgres -D "$1" -h ${HOST} -p "$3" -F -c unix_socket_directories= \
  -c full_page_writes=off -c shared_buffers="$4MB"`;

/** The first byte of the answer to a startup message. While the server is not ready, it is `E`. */
const PASSWORD_REQUEST = "R".charCodeAt(0);

/** A length of four bytes, the protocol's version 3.0, then names and values. */
function startupMessage(): Buffer {
  const body = Buffer.from(`\0\x03\0\0user\0${NAME}\0database\0${NAME}\0\0`, "latin1");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(length.length + body.length);
  return Buffer.concat([length, body]);
}
