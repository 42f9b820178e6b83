// Runs a task of the workspace, after all the set-up that it needs, on a clone that has only Node and npm:
//
//   node scripts/run.js test [--node 24] [turbo's options]    every test suite, on another Node if wanted
//   node scripts/run.js demo [the demo's arguments]           examples/demo
//   node scripts/run.js <task> [turbo's options]              any other task of turbo.json
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { engines, packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const runs = join(root, ".turbo/runs");
const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: "1",
  // Part of turbo's hashes through `globalEnv`: a result of one Node is no result of another.
  CULLET_NODE: process.version,
};
// What Vitest and node:test print of a run, and of each test that failed.
const SUMMARY = /^ +Tests {2}.*|^[#ℹ] tests [\s\S]*?skipped \d+/gm;
const FAILURE = /^ FAIL .*|^ *not ok .*/gm;
// npx is a command script on Windows, which only a shell can start.
const shell = process.platform === "win32";

checkNode();
const [task = "test", ...args] = process.argv.slice(2);
const node = args.indexOf("--node");
if (task !== "demo" && node >= 0) {
  const [, version] = args.splice(node, 2);
  process.exit(await runOnNode(version, [task, ...args]));
}
await install();
await turbo("build");
if (task === "demo") process.exitCode = await demo(args);
else if (task === "test") process.exitCode = await test(args);
else if (task !== "build") await turbo(task, ...args);

function checkNode() {
  const [, major, minor] = engines.node.match(/(\d+)\.(\d+)/).map(Number);
  const [hasMajor, hasMinor] = process.versions.node.split(".").map(Number);
  if (hasMajor > major || (hasMajor === major && hasMinor >= minor)) return;
  console.error(`Cullet needs Node ${engines.node}, and this is ${process.version}.`);
  process.exit(1);
}

/** Runs this script once more, by the Node of that version which a package of npm carries, with its headers. */
function runOnNode(version, taskAndArgs) {
  const carrier = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}@${version}`;
  const print = ["--yes", "--package", carrier, "--", "node", "-p", "process.execPath"];
  const binary = execFileSync("npx", print, { encoding: "utf8", env, shell }).trim();
  env.PATH = dirname(binary) + delimiter + env.PATH;
  // What compiles native addons else takes the headers of the Node that is installed.
  env.npm_config_nodedir = dirname(dirname(binary));
  return run(binary, [fileURLToPath(import.meta.url), ...taskAndArgs]);
}

/** Installs what the lockfile names, unless that was done since the lockfile last changed. */
async function install() {
  const stamp = join(root, "node_modules/.modules.yaml");
  const addons = join(root, "node_modules/.addons");
  const binaryInterface = process.versions.modules;
  if (modified(stamp) < modified(join(root, "pnpm-lock.yaml"))) {
    console.log("Installing the dependencies");
    await mustRun(...pnpm("install", "--frozen-lockfile", "--reporter=append-only", "--loglevel=warn"));
    // pnpm leaves the file alone when it finds nothing to do.
    utimesSync(stamp, new Date(), new Date());
  }
  // One that was compiled for another Node cannot be loaded.
  if (!existsSync(addons)) writeFileSync(addons, binaryInterface);
  if (readFileSync(addons, "utf8") === binaryInterface) return;
  console.log(`Compiling the native addons for Node ${process.versions.node}`);
  await mustRun(...pnpm("rebuild", "--reporter=append-only", "--loglevel=warn"));
  writeFileSync(addons, binaryInterface);
}

async function turbo(turboTask, ...options) {
  await mustRun(...turboRun(turboTask, ...options));
}

/** Runs all tests, also after a failure, and ends with the line `N passed, N failed`. */
async function test(options) {
  console.log(`Running the tests on Node ${process.versions.node}`);
  rmSync(runs, { recursive: true, force: true });
  // One package a core, as each runs its files side by side: more would make what is timed late.
  const flags = ["--continue=dependencies-successful", "--concurrency=100%", "--summarize"];
  const code = await run(...turboRun("test", ...flags, ...options));
  // Turbo was stopped, or did not begin.
  if (!existsSync(runs)) return code;
  const total = { passed: 0, failed: 0 };
  for (const result of testResults()) {
    const { name, passed, failed, skipped, failures } = result;
    console.log(`${name}: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} SKIPPED` : ""}`);
    for (const failure of failures) console.log(`  ${failure}`);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return code;
}

/** Reads what each package's tests came to from the log that turbo keeps of them. */
function testResults() {
  const [file] = readdirSync(runs);
  const { tasks } = JSON.parse(readFileSync(join(runs, file), "utf8"));
  return tasks
    .filter(({ task, execution }) => task === "test" || execution.exitCode !== 0)
    .map(({ task, taskId, package: name, directory, execution }) => {
      const logFile = join(root, directory, `.turbo/turbo-${task}.log`);
      const log = stripVTControlCharacters(readFileSync(logFile, "utf8"));
      // The last summary is the package's own; one before it is of a run that a test started.
      const summary = log.match(SUMMARY)?.at(-1) ?? "";
      const count = (word) => {
        const [, before, after] = new RegExp(`(\\d+) ${word}|${word}\\w* (\\d+)`).exec(summary) ?? [];
        return Number(before ?? after ?? 0);
      };
      // A task that broke before it could count its tests is one failure.
      const failed = Math.max(count("fail"), execution.exitCode === 0 ? 0 : 1);
      const failures = new Set(log.match(FAILURE));
      return {
        name: summary ? name : taskId,
        passed: count("pass"),
        failed,
        skipped: count("skip"),
        failures,
      };
    });
}

/** Runs examples/demo in its own folder, from where the adapters that it depends on are found. */
function demo(demoArgs) {
  return run(process.execPath, [".", ...demoArgs], { cwd: join(root, "examples/demo"), shell: false });
}

/** The command that runs the pnpm of `packageManager`, which turbo then finds in its PATH as well. */
function pnpm(...pnpmArgs) {
  return ["npx", ["--yes", packageManager, ...pnpmArgs]];
}

function turboRun(turboTask, ...options) {
  // A cached result proves nothing in CI.
  const fresh = process.env.CI ? ["--force"] : [];
  return pnpm("exec", "turbo", "run", turboTask, "--output-logs=errors-only", ...fresh, ...options);
}

/** Runs a command and ends this process with its exit code where it fails. */
async function mustRun(command, commandArgs) {
  const code = await run(command, commandArgs);
  if (code !== 0) process.exit(code);
}

/** Runs a command in the workspace's root and gives its exit code. */
function run(command, commandArgs, options) {
  const child = spawn(command, commandArgs, { cwd: root, env, shell, stdio: "inherit", ...options });
  const stop = () => child.kill("SIGTERM");
  // A terminal sends SIGINT to the child too; here it only has to be outlived.
  const ignore = () => {};
  process.on("SIGTERM", stop).on("SIGINT", ignore);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGTERM", stop).off("SIGINT", ignore);
      resolve(code ?? 1);
    });
  });
}

function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -1;
}
