import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { goldens, goldenUrl, WRITTEN_VERSION } from "./golden-files.js";

/** Writes the golden files of the format that is written now; existing ones stay as they are. */
export function writeGoldens(): void {
  mkdirSync(new URL(".", goldenUrl(WRITTEN_VERSION, "any")), { recursive: true });
  for (const [name, { encode }] of goldens) {
    const url = goldenUrl(WRITTEN_VERSION, name);
    if (!existsSync(url)) writeFileSync(url, encode());
  }
}
