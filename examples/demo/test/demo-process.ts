import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("..", import.meta.url));

/** How a run of the demo ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** The built demo, as a process of its own. */
export class DemoProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;
  #output = "";
  #errors = "";

  constructor(...args: readonly string[]) {
    this.#child = spawn(process.execPath, [".", ...args], { cwd: FOLDER, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    this.#ended = once(this.#child, "close").then(([code]) => ({
      code,
      output: this.#output,
      errors: this.#errors,
    }));
  }

  /** Returns how it ended, once it did. */
  ended(): Promise<Ended> {
    return this.#ended;
  }

  /** Returns what it printed that matches, once it has. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match) return match;
      const more = this.#child.stdout && once(this.#child.stdout, "data");
      const ended = await Promise.race([more?.then(() => undefined), this.#ended]);
      if (ended && !pattern.test(this.#output))
        throw new Error(`The demo ended without ${pattern}:\n${ended.errors}`);
    }
  }

  stop(signal: "SIGINT" | "SIGTERM"): void {
    this.#child.kill(signal);
  }
}
