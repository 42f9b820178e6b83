export { db, db as default } from "./db.js";
export { DbBackend } from "./db-backend.js";
export type { DbClient, DbOptions } from "./db-options.js";
export type { MysqlClient } from "./mysql/mysql-client.js";
export { type PostgresBusOptions, postgresBus } from "./postgres/postgres-bus.js";
export type { PostgresClient } from "./postgres/postgres-client.js";
export type { SqliteClient } from "./sqlite/sqlite-client.js";
