import type { Server } from "./server.js";

/** Lists, page by page, the keys of one server that begin with `prefix`. A key may come more than once. */
export async function* scan(
  server: Server,
  operation: string,
  prefix: string,
): AsyncGenerator<string[], void, undefined> {
  const pattern = `${escapeGlob(prefix)}*`;
  let cursor = "0";
  do {
    const from = cursor;
    const page = await server.read(operation, (redis) => redis.scan(from, pattern));
    if (page.keys.length > 0) yield page.keys;
    cursor = page.cursor;
  } while (cursor !== "0");
}

/** Returns a pattern that means `text` itself. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
