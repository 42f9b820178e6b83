import type { SuiteAdapter } from "./adapter.js";
import { expressAdapter } from "./express-adapter.js";
import { fastifyAdapter } from "./fastify-adapter.js";
import { honoAdapter } from "./hono-adapter.js";
import { koaAdapter } from "./koa-adapter.js";
import { nodeAdapter } from "./node-adapter.js";
import { plainAdapter } from "./plain-adapter.js";

/** All entries, each with its framework. */
export const ADAPTERS: readonly SuiteAdapter[] = [
  plainAdapter,
  nodeAdapter,
  expressAdapter,
  fastifyAdapter,
  honoAdapter,
  koaAdapter,
];
