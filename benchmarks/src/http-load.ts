import { fork } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Load } from "./http-client.js";
import { median } from "./measure.js";

const CLIENT = fileURLToPath(new URL("./http-client.js", import.meta.url));
const ROUNDS = 5;

/** What a server did under load. */
interface Served {
  readonly perSecond: number;
  /** The processor time that an answer took, in microseconds: it does not depend on what else the machine does. */
  readonly cpuUs: number;
}

/** Serves with each handler in turn, round by round, and prints how they compare to the first. */
export async function compare(
  title: string,
  load: Omit<Load, "port">,
  handlers: Readonly<Record<string, RequestListener>>,
): Promise<void> {
  const served = new Map<string, Served[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, handler] of Object.entries(handlers)) {
      served.set(name, [...(served.get(name) ?? []), await serve(handler, load)]);
    }
  }
  console.log(`\n### ${title}\n`);
  console.log("| | answers a second | ratio | processor time | ratio |\n|---|---:|---:|---:|---:|");
  let base: Served | undefined;
  for (const [name, rounds] of served) {
    const perSecond = median(rounds.map((one) => one.perSecond));
    const cpuUs = median(rounds.map((one) => one.cpuUs));
    base ??= { perSecond, cpuUs };
    const rate = `${perSecond.toFixed(0)} | ${(perSecond / base.perSecond).toFixed(2)}`;
    console.log(`| ${name} | ${rate} | ${cpuUs.toFixed(1)} µs | ${(base.cpuUs / cpuUs).toFixed(2)} |`);
  }
}

export async function serve(handler: RequestListener, load: Omit<Load, "port">): Promise<Served> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = fork(CLIENT);
  const before = process.cpuUsage();
  client.send({ ...load, port: (server.address() as AddressInfo).port });
  const perSecond = await new Promise<number>((resolve, reject) => {
    client.once("message", (answers) => resolve(answers as number));
    client.once("exit", (code) => reject(new Error(`the client ended with code ${code}`)));
  });
  const { user, system } = process.cpuUsage(before);
  server.closeAllConnections();
  server.close();
  return { perSecond, cpuUs: (user + system) / (perSecond * load.seconds) };
}
