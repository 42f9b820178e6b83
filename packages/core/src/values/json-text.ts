import { SerializationError } from "../errors.js";
import { MAX_DEPTH } from "./limits.js";
import { renderPath, type Step } from "./path.js";
import { plainText } from "./plain.js";
import { refused } from "./refused.js";

/**
 * Returns `value` as `JSON.stringify` writes it, with its losses: a Date becomes a string, NaN becomes `null`, and so on.
 *
 * @throws SerializationError with the path to what would be lost without a trace, or cannot be written.
 */
export function jsonText(value: unknown): string {
  return plainText(value) ?? new JsonWriter().write(value);
}

class JsonWriter {
  // The objects around what is being written, and the steps from each to the next.
  readonly #holders: object[] = [];
  readonly #path: Step[] = [];

  write(value: unknown): string {
    const writer = this;
    try {
      const text = JSON.stringify(value, function (this: object, key, child: unknown) {
        return writer.#check(this, key, child);
      });
      if (text === undefined) throw this.#refused("is undefined in JSON, which cannot be kept");
      return text;
    } catch (error) {
      throw error instanceof SerializationError ? error : this.#refused("cannot be written as JSON", error);
    }
  }

  #check(holder: object, key: string, value: unknown): unknown {
    this.#enter(holder, key);
    if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
      throw this.#refused(`is a ${typeof value}, which JSON cannot keep`);
    }
    if (this.#path.length >= MAX_DEPTH && typeof value === "object" && value !== null) {
      throw this.#refused(`is nested deeper than ${MAX_DEPTH} levels`);
    }
    return value;
  }

  // JSON.stringify tells where it is by the object that holds the value alone, and goes depth first.
  #enter(holder: object, key: string): void {
    const { length } = this.#holders;
    // The first holder is JSON.stringify's own, around the whole value.
    if (length === 0) {
      this.#holders.push(holder);
      return;
    }
    let depth = this.#holders.lastIndexOf(holder);
    if (depth === -1) depth = this.#holders.push(holder) - 1;
    this.#holders.length = depth + 1;
    this.#path.length = depth - 1;
    this.#path.push(Array.isArray(holder) ? Number(key) : key);
  }

  #refused(problem: string, cause?: unknown): SerializationError {
    return refused(renderPath(this.#path), problem, cause);
  }
}
