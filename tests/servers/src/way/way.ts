import { ServerUnavailableError } from "../errors.js";
import type { Launch, ServerProcess } from "../launch.js";
import type { Program } from "../program.js";
import { engineSocket } from "./engine.js";
import { findOrInstall } from "./find-program.js";
import { LocalProcess } from "./local-process.js";
import { canMountTmpfs } from "./tmpfs.js";

/** How servers are run: in containers, or by the server programs of this machine. */
export type Way = "containers" | "local";

const VARIABLE = "CULLET_TEST_SERVERS";

/** Makes a server in the way that the environment and this machine allow. It is not started yet. */
export async function createProcess(launch: Launch, port: number): Promise<ServerProcess> {
  const image = await imageOf(launch.program);
  if (image === undefined) {
    await findOrInstall(launch.program);
    return new LocalProcess(launch, port);
  }
  const { ContainerProcess } = await import("./container-process.js");
  return new ContainerProcess(launch, port, image);
}

/** Gets what servers of this kind need, which may take minutes once: an image, or a program of the machine. */
export async function prepareProgram(program: Program): Promise<void> {
  if ((await imageOf(program)) === undefined) await findOrInstall(program);
}

/** Whether a server of this kind can be given a disk of its own: in a container, or where a tmpfs can be mounted. */
export async function canHaveDisk(program: Program): Promise<boolean> {
  return (await imageOf(program)) !== undefined || canMountTmpfs();
}

/** The image to run, or undefined for the local way. */
async function imageOf(program: Program): Promise<string | undefined> {
  const forced = forcedWay();
  if (forced === "local") return undefined;
  const socket = await engineSocket();
  if (socket === undefined) {
    if (forced === undefined) return undefined;
    throw new ServerUnavailableError(
      `${VARIABLE}=containers, but no Docker engine of this machine answers: start one, or unset ${VARIABLE}`,
    );
  }
  const { haveImage } = await import("./images.js");
  try {
    return await haveImage(program);
  } catch (error) {
    if (forced) throw error;
    console.warn(
      `${error instanceof Error ? error.message : error}; running ${program.binary} of this machine`,
    );
    return undefined;
  }
}

function forcedWay(): Way | undefined {
  const value = process.env[VARIABLE];
  if (value === undefined || value === "" || value === "containers" || value === "local") {
    return value || undefined;
  }
  throw new ServerUnavailableError(`${VARIABLE} must be "containers" or "local"; got "${value}"`);
}
