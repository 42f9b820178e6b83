import type { Parser } from "./nunjucks-internals.js";

/** The blocks that Nunjucks renders at once, and those that it does not read. */
const BLOCK = /^-?\s*(end)?(macro|call|filter|set|raw|verbatim)\b/;
const UNREAD: ReadonlySet<string | undefined> = new Set(["raw", "verbatim"]);

/**
 * Returns the name of the block around where a template is being read, if it is one that Nunjucks renders at once: what has
 * to be waited for within it would be lost without a word.
 */
export function enclosingAtOnce({ tokens: { str, index, tags } }: Parser): string | undefined {
  const open: string[] = [];
  const code = withoutComments(str.slice(0, index), tags.COMMENT_START, tags.COMMENT_END);
  for (const text of code.split(tags.BLOCK_START).slice(1)) {
    const [tag = ""] = text.split(tags.BLOCK_END, 1);
    const [, end, name] = BLOCK.exec(tag) ?? [];
    const innermost = open.at(-1);
    const isAssignment = name === "set" && end === undefined && tag.includes("=");
    if (name === undefined || isAssignment) continue;
    if (UNREAD.has(innermost) && !(end !== undefined && name === innermost)) continue;
    if (end === undefined) open.push(name);
    else open.pop();
  }
  return open.at(-1);
}

function withoutComments(text: string, start: string, end: string): string {
  const [first = "", ...others] = text.split(start);
  return first + others.map((other) => other.split(end).slice(1).join(end)).join("");
}
