import { formatDuration } from "../format.js";
import { setTable } from "./table.js";
import type { Step } from "./walk.js";

const HEAD = ["A site with a login", "asked by", "status", "time", "welcomes", "Cache-Status"];
const LEFT = [0, 1, 4, 5];

/** Writes a walk as a table, with a line below each request that says what it shows. */
export function reportWalk(steps: readonly Step[]): string {
  const rows = steps.map(({ method, path, visitor, status, ms, welcomes, cacheStatus }) => [
    `${method} ${path}`,
    visitor,
    String(status),
    formatDuration(ms),
    welcomes ?? "–",
    cacheStatus,
  ]);
  const [head, rule, ...lines] = setTable([HEAD, ...rows], LEFT);
  return [head, rule, ...steps.flatMap(({ shows }, at) => [lines[at], `  ${shows}`])].join("\n");
}
