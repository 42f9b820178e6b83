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
  command: ({ port, shared, data }, { memoryMb, diskMb }) => {
    const limits = diskMb === undefined ? [] : limitsOf(diskMb);
    return ["sh", "-c", SCRIPT, "sh", `${data}/mariadb`, shared, port, memoryMb, memoryMb / 2, ...limits].map(
      String,
    );
  },
  answers: async (address) => (await firstAnswer(address)).at(PACKET_HEADER) === PROTOCOL,
};

/** Options by which all tables are in one file, which grows so far. */
function limitsOf(diskMb: number): string[] {
  return [
    "--innodb-file-per-table=0",
    `--innodb-data-file-path=ibdata1:${FIRST_MB}M:autoextend:max:${FIRST_MB + diskMb}M`,
    "--innodb-autoextend-increment=1",
  ];
}

/** How large the file is at first. */
const FIRST_MB = 12;

// The data of a server that is restarted is there already. What it said to be committed outlives a kill of it: the log is
// written at each commit, without waiting for the disk.
const SCRIPT = `
data=$1 shared=$2 port=$3 memory=$4 log=$5
shift 5
[ -e "$data/mysql" ] ||
  mariadb-install-db --no-defaults --datadir="$data" --skip-test-db --auth-root-authentication-method=normal "$@"
exec mariadbd --no-defaults --datadir="$data" --socket="$data/socket" --pid-file="$data/pid" \
  --init-file="$shared/init.sql" --bind-address=${HOST} --port="$port" --skip-name-resolve \
  --innodb-flush-log-at-trx-commit=2 --innodb-buffer-pool-size="$memory"M --innodb-log-file-size="$log"M "$@"`;

// A statement a line, as mariadbd reads its init file. Run before the server takes connections.
const INITIAL_SQL = `
CREATE DATABASE IF NOT EXISTS ${NAME};
CREATE USER IF NOT EXISTS ${NAME}@'%' IDENTIFIED BY '${NAME}';
GRANT ALL ON *.* TO ${NAME}@'%';
`;

// The server speaks first: a packet with the version of its protocol, or 255 for an error.
const PACKET_HEADER = 4;
const PROTOCOL = 10;
