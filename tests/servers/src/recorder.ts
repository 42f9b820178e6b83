import { waitUntil } from "./wait.js";

/** Notes what it is told of changes, as words: `listening`, `deaf`, each key that changed, and each text that was heard. */
export class Recorder {
  readonly told: string[] = [];
  reason = "";

  listening(): void {
    this.told.push("listening");
  }

  deaf({ message }: Error): void {
    this.reason = message;
    if (this.told.at(-1) !== "deaf") this.told.push("deaf");
  }

  changed(keys: readonly string[]): void {
    for (const key of keys) if (this.told.at(-1) !== key) this.told.push(key);
  }

  heard(text: string): void {
    this.told.push(text);
  }

  /** Waits until it was told `last`, after all else. */
  async until(last: string, timeout = 5_000): Promise<void> {
    await waitUntil(`${last} is told last`, () => this.told.at(-1) === last, { timeout, interval: 10 });
  }
}
