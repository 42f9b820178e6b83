import { describe, expect, inject, it } from "vitest";
import { run } from "../src/run.ts";

const PUBLISHED = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/.+\.(js|d\.ts)|bin\/.+\.js)$/;
const TEST = /(^|\/)tests?\/|\.test\./;

describe.each(inject("packed"))("the tarball of $name", ({ filename, files }) => {
  const paths = files.map(({ path }) => path);

  it("carries no sources, tests or settings", () => {
    expect(paths.filter((path) => !PUBLISHED.test(path) || TEST.test(path))).toEqual([]);
  });

  const missing = (wanted: string[]) => wanted.filter((path) => !paths.includes(path));

  it("carries a README and the license", () => {
    expect(missing(["README.md", "LICENSE"])).toEqual([]);
  });

  it("carries every file that its package.json names, each entry with its types", async () => {
    const { exports = {}, bin = {} } = await packedManifest(filename);
    const entries: { types: string; default: string }[] = Object.values(exports);
    const named = [
      ...entries.flatMap((entry) => [entry.types, entry.default]),
      ...Object.values<string>(bin),
    ];
    expect(named).not.toEqual([]);
    expect(missing(named.map((path) => path?.replace("./", "") ?? "(no types)"))).toEqual([]);
  });

  it("depends on versions, and not on the workspace", async () => {
    const { dependencies, peerDependencies, optionalDependencies } = await packedManifest(filename);
    const ranges = Object.values({ ...dependencies, ...peerDependencies, ...optionalDependencies });
    expect(ranges.filter((range) => /^(workspace|catalog|file|link):/.test(String(range)))).toEqual([]);
  });
});

async function packedManifest(tarball: string) {
  return JSON.parse(await run(".", "tar", "-xzOf", tarball, "package/package.json"));
}
