import { describe } from "./describe.js";
import { ArgumentError } from "./errors.js";

/**
 * Returns a test for keys that match `pattern`, in which `*` is any run of characters, `?` is one, and all else is
 * itself. It takes time in proportion to the key and the pattern at most multiplied, never more, as a regular
 * expression of many stars would.
 */
export function globMatcher(pattern: string): (key: string) => boolean {
  if (typeof pattern !== "string")
    throw new ArgumentError(`a pattern must be text; got ${describe(pattern)}`);
  // By characters and not by UTF-16 units, so that `?` matches an emoji.
  const glob = Array.from(pattern);
  return (key) => matches(glob, Array.from(key));
}

function matches(glob: readonly string[], key: readonly string[]): boolean {
  let at = 0;
  let next = 0;
  // After the last star: where the glob goes on, and from where in the key it was tried last.
  let resume = -1;
  let tried = 0;
  while (at < key.length) {
    if (glob[next] === "*") {
      resume = ++next;
      tried = at;
    } else if (next < glob.length && (glob[next] === "?" || glob[next] === key[at])) {
      next += 1;
      at += 1;
    } else if (resume >= 0) {
      next = resume;
      at = ++tried;
    } else {
      return false;
    }
  }
  while (glob[next] === "*") next += 1;
  return next === glob.length;
}
