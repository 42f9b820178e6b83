// better-sqlite3 12 aborts on Node 24 when a statement is collected, and 13 has no use for Node 20: each Node gets its own.
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === "better-sqlite3" ? "better-sqlite3-13" : specifier, context),
});
