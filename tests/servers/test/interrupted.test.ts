import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { waitUntil } from "../src/wait.js";
import { isOpen } from "./answers.js";
import { waysToTest } from "./ways.js";

const PACKAGE = new URL("../dist/index.js", import.meta.url);

interface Started {
  ports: number[];
  directory: string;
}

/** Starts two servers in a process of their own, which then does as `ending` says. */
async function startElsewhere(
  way: string,
  ending: string,
): Promise<{ child: ChildProcess; started: Started }> {
  const script = `
    import { dirname } from "node:path";
    import { startPostgres, startRedis } from "${PACKAGE}";
    const servers = [await startRedis({ own: true, unixSocket: true }), await startPostgres({ own: true })];
    const ports = servers.map(({ port }) => port);
    console.log(JSON.stringify({ ports, directory: dirname(servers[0].socketPath) }));
    ${ending}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, CULLET_TEST_SERVERS: way },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  return { child, started: JSON.parse(line) };
}

async function mustBeGone({ ports, directory }: Started): Promise<void> {
  const anyOpen = () => Promise.all(ports.map((port) => isOpen({ host: "127.0.0.1", port })));
  const gone = async () => !existsSync(directory) && !(await anyOpen()).includes(true);
  await waitUntil("the servers and their directories are gone", gone, { timeout: 8000 });
}

describe.each(await waysToTest())("servers of a process that ends, %s", (way) => {
  it.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)("they are gone after %s", async (signal) => {
    const { child, started } = await startElsewhere(way, "setInterval(() => {}, 1000);");
    expect(await isOpen({ host: "127.0.0.1", port: started.ports[0] ?? 0 })).toBe(true);
    child.kill(signal);
    await mustBeGone(started);
  });

  it("they are gone where nobody stopped them, and do not keep the process", async () => {
    const { started } = await startElsewhere(way, "");
    await mustBeGone(started);
  });
});
