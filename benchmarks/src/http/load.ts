import { fileURLToPath } from "node:url";
import { OwnProcess } from "../apart/own-process.js";
import type { Processors } from "../apart/processors.js";
import { median } from "../measure.js";
import type { Asked, ClientRound, Load } from "./client.js";
import { PAGE_PATH, WARM_UP_PATH } from "./page.js";
import type { Sites } from "./site.js";

const SERVER = fileURLToPath(new URL("./server.js", import.meta.url));
const CLIENT = fileURLToPath(new URL("./client.js", import.meta.url));
const ROUNDS = 25;
const ROUND_MS = 250;

/** How many rounds come before those that count: until then V8 still compiles. */
const WARM_UP_ROUNDS = 8;

/** A server under load. */
class SiteProcess {
  readonly #process: OwnProcess;
  readonly #port: number;
  readonly answersPerSecond: number[] = [];
  /** The processor time that an answer took, in microseconds: it does not depend on what else the machine does. */
  readonly cpuUs: number[] = [];

  private constructor(process: OwnProcess, port: number) {
    this.#process = process;
    this.#port = port;
  }

  static async start(module: URL, name: string): Promise<SiteProcess> {
    const server = new OwnProcess(name, [process.execPath, SERVER, module.href, name]);
    return new SiteProcess(server, (await server.next()) as number);
  }

  get name(): string {
    return this.#process.name;
  }

  async warmUp(client: OwnProcess, load: Load): Promise<void> {
    await this.#serve(client, load, WARM_UP_PATH);
  }

  /** Serves for a round, and notes how fast. */
  async measure(client: OwnProcess, load: Load): Promise<void> {
    const before = await this.#usedUs();
    const { answers, seconds } = await this.#serve(client, load, PAGE_PATH);
    this.cpuUs.push(((await this.#usedUs()) - before) / answers);
    this.answersPerSecond.push(answers / seconds);
  }

  end(): Promise<void> {
    return this.#process.end();
  }

  async #serve(client: OwnProcess, load: Load, path: string): Promise<Asked> {
    const round: ClientRound = { ...load, port: this.#port, ms: ROUND_MS, path };
    return (await client.ask(round)) as Asked;
  }

  async #usedUs(): Promise<number> {
    return (await this.#process.ask({})) as number;
  }
}

/**
 * Serves with each of the sites of a module in turn, round by round, and prints how they compare to the first. Each is a process
 * of its own, as in an application: it shares neither heap nor compiled code with another.
 */
export async function compare(title: string, load: Load, module: URL, processors: Processors): Promise<void> {
  const { sites } = (await import(module.href)) as { sites: Sites };
  const client = new OwnProcess("the client", processors.forClient([process.execPath, CLIENT]));
  const servers = await Promise.all(Object.keys(sites).map((name) => SiteProcess.start(module, name)));
  try {
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      for (const server of servers)
        await (round < 0 ? server.warmUp(client, load) : server.measure(client, load));
    }
  } finally {
    await Promise.all([client.end(), ...servers.map((server) => server.end())]);
  }
  print(title, servers);
}

function print(title: string, servers: readonly SiteProcess[]): void {
  const [base] = servers as [SiteProcess];
  console.log(`\n### ${title}\n`);
  console.log("| | answers a second | ratio | processor time | ratio |\n|---|---:|---:|---:|---:|");
  for (const { name, answersPerSecond, cpuUs } of servers) {
    const rate = ratioOf(answersPerSecond, base.answersPerSecond).toFixed(2);
    const cpu = ratioOf(base.cpuUs, cpuUs).toFixed(2);
    console.log(
      `| ${name} | ${median(answersPerSecond).toFixed(0)} | ${rate} | ${median(cpuUs).toFixed(1)} µs | ${cpu} |`,
    );
  }
}

/** The median of what each round of `some` has over the same round of `others`. */
function ratioOf(some: readonly number[], others: readonly number[]): number {
  return median(some.map((one, round) => one / (others[round] as number)));
}
