import { SerializationError } from "../errors.js";

/** Returns the error for the value at `path`; `problem` goes on the sentence, and tells nothing of the content. */
export function refused(path: string, problem: string, cause?: unknown): SerializationError {
  return new SerializationError(`${path} ${problem}`, cause === undefined ? undefined : { cause });
}
