import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

// Below the ports that systems give to outgoing connections, so that none of those takes a port
// between its choice and the start of the server, or while a killed server waits for its restart.
const LOWEST = 10_240;
const HIGHEST = 32_000;

/** Returns a port of 127.0.0.1 on which nothing listens now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    const probe = createServer().listen({ port, host: "127.0.0.1", exclusive: true });
    try {
      await once(probe, "listening");
    } catch {
      continue;
    }
    probe.close();
    await once(probe, "close");
    return port;
  }
}
