import type { ChangeListener } from "@cullet/core";
import { expect } from "vitest";

/** Notes what it is told, as words: `listening`, `deaf`, and each key that changed. */
export class Recorder implements ChangeListener {
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
    await expect.poll(() => this.told.at(-1), { timeout, interval: 10 }).toBe(last);
  }
}
