// A process beside the tests, which outlives them: it reads from its input what they own, and when the input
// ends, because they ended or were killed, removes what is left of that.
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { removeContainer } from "../way/engine.js";
import type { Owned } from "./client.js";
import { isRunning, processTree, signalAll } from "./process-tree.js";

const GRACE_MS = 2000;

const owned = new Set<string>();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
for await (const line of createInterface({ input: process.stdin })) {
  const thing = line.slice(1);
  if (line.startsWith("+")) owned.add(thing);
  else owned.delete(thing);
}
const left = [...owned].map((thing): Owned => JSON.parse(thing));
await Promise.all(left.map(end));
for (const thing of left) {
  if (thing.kind === "directory") rmSync(thing.path, { recursive: true, force: true, maxRetries: 3 });
}

// The engine may have been about to create a container when it was asked to remove it.
const containers = left.filter(({ kind }) => kind === "container");
if (containers.length > 0) await sleep(GRACE_MS);
await Promise.all(containers.map(end));

async function end(thing: Owned): Promise<void> {
  if (thing.kind === "process") await endProcess(thing.pid, thing.stopSignal);
  // An engine that has ended took its containers along.
  else if (thing.kind === "container") await removeContainer(thing.socket, thing.name).catch(() => {});
}

async function endProcess(pid: number, stopSignal: NodeJS.Signals): Promise<void> {
  const tree = processTree(pid);
  signalAll(tree, "SIGCONT");
  // An orderly end frees what the system keeps for a database beyond its processes.
  signalAll([pid], stopSignal);
  const deadline = Date.now() + GRACE_MS;
  while (isRunning(pid) && Date.now() < deadline) await sleep(20);
  signalAll(tree, "SIGKILL");
}
