import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { median } from "./measure.js";

const STARTS = 21;

/** Measures what core costs before it does anything: its size, the time to import it, and what it depends on. */
export async function benchFootprint(): Promise<void> {
  const core = import.meta.resolve("@cullet/core");
  const bundle = await build({
    entryPoints: [fileURLToPath(core)],
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    write: false,
  });
  const code = bundle.outputFiles[0]?.contents ?? new Uint8Array();
  const manifest = createRequire(core)("../package.json") as { dependencies?: object };
  const [bare, withCore] = startUp(["", 'import "@cullet/core";']);
  console.log("\n### core\n");
  console.log("| | |\n|---|---:|");
  console.log(`| bundled and minified | ${(code.length / 1024).toFixed(1)} KiB |`);
  console.log(`| gzipped | ${(gzipSync(code).length / 1024).toFixed(1)} KiB |`);
  console.log(`| dependencies | ${Object.keys(manifest.dependencies ?? {}).length} |`);
  console.log(`| start of a bare node | ${bare?.toFixed(1)} ms |`);
  console.log(`| importing core, on top of that | ${((withCore ?? 0) - (bare ?? 0)).toFixed(1)} ms |`);
}

/** The median time, in milliseconds, that node takes with each of the programs, which take turns. */
function startUp(programs: readonly string[]): number[] {
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  const taken: number[][] = programs.map(() => []);
  for (let start = 0; start < STARTS; start += 1) {
    for (const [index, program] of programs.entries()) {
      const began = performance.now();
      execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd });
      taken[index]?.push(performance.now() - began);
    }
  }
  return taken.map(median);
}
