import { type ChildProcess, spawn } from "node:child_process";
import { devNull } from "node:os";

/** The server that the suite's tests configure, and that says what it was asked. */
export class Origin implements AsyncDisposable {
  readonly url: URL;
  readonly #process: ChildProcess;

  private constructor(url: URL, child: ChildProcess) {
    this.url = url;
    this.#process = child;
  }

  /** Starts the program `server` on a free port. */
  static async start(server: string): Promise<Origin> {
    const env = {
      ...process.env,
      npm_config_protocol: "http",
      npm_config_port: "0",
      npm_config_pidfile: devNull,
    };
    const child = spawn(process.execPath, [server], { env, stdio: ["ignore", "pipe", "inherit"] });
    const port = await new Promise<string>((found, failed) => {
      child.once("exit", (code) => failed(new Error(`the origin ended with code ${code}`)));
      child.stdout?.on("data", (text: Buffer) => {
        const [, port] = /Listening on \S+:(\d+)\//.exec(text.toString()) ?? [];
        if (port !== undefined) found(port);
      });
    });
    return new Origin(new URL(`http://127.0.0.1:${port}`), child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    await gone;
  }
}
