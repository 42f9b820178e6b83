import { testBackend } from "@cullet/conformance";
import { startRedis } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, it } from "vitest";
import { redis } from "../src/index.js";
import { backendOver, clients, drivers } from "./helpers.js";

const server = await startRedis();
const runner = { describe, it, beforeAll, afterAll };

afterAll(() => server.stop());

function databaseOf(number: number): string {
  return server.url.replace(/\d*$/, String(number));
}

async function emptied<B extends { clear(prefix: string): unknown }>(backend: B): Promise<B> {
  await backend.clear("");
  return backend;
}

const location = databaseOf(8);

testBackend({
  name: "redis",
  create: () => emptied(redis({ location })),
  runner,
  processes: { cache: () => location, from: import.meta.url },
});

testBackend({
  name: "redis over ioredis 5",
  create: () => emptied(backendOver(drivers["ioredis 5"] as (typeof drivers)[string], location)),
  runner,
  processes: { cache: () => location, from: import.meta.url },
});

describe.each(Object.entries(clients))("a client of %s that the application has", (name, makeClient) => {
  const url = databaseOf(7);
  const client = makeClient(url);
  afterAll(() => client.quit());

  testBackend({
    name: `redis over a client of ${name}`,
    create: () => emptied(redis({ options: { client } })),
    runner,
    processes: { cache: () => url, from: import.meta.url },
  });
});
