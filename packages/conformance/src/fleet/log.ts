import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A file to which all processes append what they do, in the order in which they do it, until they are killed. */
export class Log {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Returns an empty one of this process's, which `remove` removes. */
  static create(): Log {
    return new Log(join(mkdtempSync(join(tmpdir(), "cullet-fleet-")), "log"));
  }

  /** Appends a line, at once. */
  note(...words: readonly (string | number)[]): void {
    appendFileSync(this.path, `${words.join(" ")}\n`);
  }

  /** Returns the words of each line that begins with one of `firsts`. */
  read(...firsts: readonly string[]): string[][] {
    if (!existsSync(this.path)) return [];
    const lines = readFileSync(this.path, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => line.split(" ")).filter(([first]) => firsts.includes(first ?? ""));
  }

  remove(): void {
    rmSync(dirname(this.path), { recursive: true, force: true });
  }
}
