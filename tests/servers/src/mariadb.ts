import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Database, type DatabaseOptions, NAME, startDatabase } from "./database.js";
import { firstAnswer } from "./exchange.js";
import { HOST } from "./launch.js";
import { MARIADB } from "./program.js";
import type { TestServer } from "./server.js";

/** Gives a MariaDB server with a database and user of the name `cullet`, or that of `CULLET_TEST_MARIADB_URL`. */
export function startMariaDb(options: DatabaseOptions = {}): Promise<TestServer> {
  return startDatabase(mariadb, options);
}

const mariadb: Database = {
  program: MARIADB,
  variable: "MARIADB",
  scheme: "mysql",
  defaultPort: 3306,
  prepare: ({ shared }) => writeFile(join(shared, "init.sql"), INITIAL_SQL),
  command: ({ port, shared, data }, memoryMb) =>
    ["sh", "-c", SCRIPT, "sh", `${data}/mariadb`, shared, port, memoryMb, memoryMb / 2].map(String),
  answers: async (address) => (await firstAnswer(address)).at(PACKET_HEADER) === PROTOCOL,
};

// The data of a server that is restarted is there already.
const SCRIPT = `
[ -e "$1/mysql" ] ||
  mariadb-install-db --no-defaults --datadir="$1" --skip-test-db --auth-root-authentication-method=normal
exec mariadbd --no-defaults --datadir="$1" --socket="$1/socket" --pid-file="$1/pid" --init-file="$2/init.sql" \
  --bind-address=${HOST} --port="$3" --skip-name-resolve --innodb-flush-log-at-trx-commit=0 \
  --innodb-buffer-pool-size="$4M" --innodb-log-file-size="$5M"`;

// A statement a line, as mariadbd reads its init file. Run before the server takes connections.
const INITIAL_SQL = `
CREATE DATABASE IF NOT EXISTS ${NAME};
CREATE USER IF NOT EXISTS ${NAME}@'%' IDENTIFIED BY '${NAME}';
GRANT ALL ON *.* TO ${NAME}@'%';
`;

// The server speaks first: a packet with the version of its protocol, or 255 for an error.
const PACKET_HEADER = 4;
const PROTOCOL = 10;
