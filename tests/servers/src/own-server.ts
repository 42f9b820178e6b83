import { ServerUnavailableError } from "./errors.js";
import { freePort } from "./free-port.js";
import { HOST, type Launch, type Place, type ServerProcess } from "./launch.js";
import type { TestServer } from "./server.js";
import { waitUntil } from "./wait.js";
import { createProcess } from "./way/way.js";

const START_MS = 30_000;
const PORTS_TO_TRY = 3;

/** Starts a server on a free port and waits until it serves. */
export async function startOwn(launch: Launch, url: (port: number) => string): Promise<OwnServer> {
  for (let attempt = 1; ; attempt++) {
    const process = await createProcess(launch, await freePort());
    const server = new OwnServer(launch, process, url(process.place.port));
    try {
      await launch.prepare?.(process.place);
      await server.start();
      return server;
    } catch (error) {
      const log = await process.logs().catch(() => "");
      await server.stop();
      // Another process may have taken the port since it was chosen.
      if (attempt < PORTS_TO_TRY && /in use/i.test(log)) continue;
      const reason = log.trim().split("\n").slice(-5).join("\n");
      throw new ServerUnavailableError(`${launch.program.name} does not start: ${reason}`, { cause: error });
    }
  }
}

/** A server that this process started and may break. */
export class OwnServer implements TestServer {
  readonly ours = true;
  readonly host = HOST;
  readonly url: string;
  readonly place: Place;
  readonly #launch: Launch;
  readonly #process: ServerProcess;
  #stopped: Promise<void> | undefined;

  constructor(launch: Launch, process: ServerProcess, url: string) {
    this.#launch = launch;
    this.#process = process;
    this.place = process.place;
    this.url = url;
  }

  get port(): number {
    return this.place.port;
  }

  async start(): Promise<void> {
    await this.#process.start();
    let alive = true;
    const serves = async () => {
      alive = await this.#process.alive();
      // Nothing is left to wait for: the look after this says why.
      return alive ? this.#launch.ready(this.#process.place) : true;
    };
    await waitUntil(`${this.#launch.program.name} serves`, serves, { timeout: START_MS });
    if (!alive) throw new Error(`${this.#launch.program.name} ended while it started`);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end(this.#launch.program.stopSignal).then(() => this.#process.remove());
    return this.#stopped;
  }

  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  async pause(): Promise<void> {
    await this.#process.pause();
  }

  async resume(): Promise<void> {
    await this.#process.resume();
  }

  async restart(): Promise<void> {
    if (this.#stopped) throw new Error("A stopped server is gone: restart one that runs or was killed");
    await this.#end(this.#launch.program.stopSignal);
    await this.start();
  }

  logs(): Promise<string> {
    return this.#process.logs();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (await this.#process.alive()) await this.#process.end(signal);
  }
}
