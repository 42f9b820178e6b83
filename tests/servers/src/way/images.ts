import { ServerUnavailableError } from "../errors.js";
import type { Program } from "../program.js";
import { docker } from "./docker.js";
import { canInstall, runScript } from "./scripts.js";

/** Made by scripts/build-image.sh, with every server in it. */
const BUILT_IMAGE = "cullet/test-servers:bookworm";
/** A pull that shows no progress for so long has failed. */
const PULL_STALL_MS = 15_000;

/** Returns an image with that program: the official one, or else ours, which is built where it is missing. */
export async function haveImage({ name, image }: Program): Promise<string> {
  if (await isHere(image)) return image;
  // Its presence says that official images cannot be pulled: nobody tries again.
  if (await isHere(BUILT_IMAGE)) return BUILT_IMAGE;
  try {
    await pull(image);
    return image;
  } catch (pullError) {
    return build(name, image, pullError);
  }
}

async function build(name: string, image: string, pullError: unknown): Promise<string> {
  const unavailable = (why: string, cause: unknown) =>
    new ServerUnavailableError(`No image for ${name}: ${image} cannot be pulled, and ${why}`, { cause });
  if (!(await canInstall())) {
    throw unavailable("an image of Debian's packages can only be built by root on Debian", pullError);
  }
  console.info(`${image} cannot be pulled: building ${BUILT_IMAGE} of Debian's packages`);
  try {
    await runScript("build-image.sh", BUILT_IMAGE);
  } catch (error) {
    throw unavailable("building one of Debian's packages failed", error);
  }
  return BUILT_IMAGE;
}

async function isHere(image: string): Promise<boolean> {
  const client = await docker();
  return client
    .getImage(image)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

async function pull(image: string): Promise<void> {
  const client = await docker();
  const stalled = new AbortController();
  const watchdog = setTimeout(() => stalled.abort(new Error("the pull makes no progress")), PULL_STALL_MS);
  try {
    const progress = await client.pull(image, { abortSignal: stalled.signal });
    await new Promise<void>((resolve, reject) => {
      stalled.signal.addEventListener("abort", () => reject(stalled.signal.reason));
      client.modem.followProgress(
        progress,
        (error) => (error ? reject(error) : resolve()),
        () => watchdog.refresh(),
      );
    });
  } finally {
    clearTimeout(watchdog);
  }
}
