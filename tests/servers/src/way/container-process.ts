import { randomUUID } from "node:crypto";
import { GRACE_MS, type Launch, type Place, type ServerProcess } from "../launch.js";
import { disown, type Owned, own } from "../reaper/client.js";
import { waitUntil } from "../wait.js";
import { docker, testcontainers } from "./docker.js";
import { engineSocket } from "./engine.js";
import { makeSharedDirectory, NOBODY, removeSharedDirectory } from "./shared-directory.js";
import { tmpfsOptions } from "./tmpfs.js";

/** A server program in a container, which shares the network and one directory with this machine. */
export class ContainerProcess implements ServerProcess {
  readonly place: Place;
  readonly #launch: Launch;
  readonly #image: string;
  readonly #name: string;
  #owned: Owned | undefined;

  constructor(launch: Launch, port: number, image: string) {
    this.#launch = launch;
    this.#image = image;
    this.#name = `cullet-${launch.program.name}-${randomUUID()}`;
    this.place = {
      port,
      shared: makeSharedDirectory(launch.program.name),
      data: "/tmp",
      disk: "/tmp/disk",
    };
  }

  async start(): Promise<void> {
    if (this.#owned) await (await this.#container()).start();
    else await this.#create();
  }

  async alive(): Promise<boolean> {
    if (!this.#owned) return false;
    const { State } = await (await this.#container()).inspect();
    return State.Running;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const container = await this.#container();
    // A frozen container takes no signal but SIGKILL, of which it dies before it answers anybody.
    if (signal !== "SIGKILL") await this.resume();
    await container.kill({ signal });
    const ended = () => this.alive().then((alive) => !alive);
    try {
      await waitUntil("the container ends", ended, { timeout: GRACE_MS });
    } catch {
      await container.kill({ signal: "SIGKILL" });
      await waitUntil("the container ends", ended, { timeout: GRACE_MS });
    }
  }

  async pause(): Promise<void> {
    await (await this.#container()).pause();
  }

  async resume(): Promise<void> {
    const container = await this.#container();
    const { State } = await container.inspect();
    if (State.Paused) await container.unpause();
  }

  async logs(): Promise<string> {
    if (!this.#owned) return "";
    const frames = await (await this.#container()).logs({ stdout: true, stderr: true, follow: false });
    return textOf(frames);
  }

  async remove(): Promise<void> {
    if (this.#owned) {
      await (await this.#container()).remove({ force: true, v: true });
      disown(this.#owned);
    }
    removeSharedDirectory(this.place.shared);
  }

  async #create(): Promise<void> {
    const { GenericContainer } = await testcontainers();
    const [program = "", ...args] = this.#launch.command(this.place);
    const { shared, disk } = this.place;
    const { diskMb } = this.#launch;
    const container = new GenericContainer(this.#image)
      .withName(this.#name)
      .withNetworkMode("host")
      .withUser(`${NOBODY}:${NOBODY}`)
      .withBindMounts([{ source: shared, target: shared, mode: "rw" }])
      .withEntrypoint([program])
      .withCommand(args)
      .withTmpFs(diskMb === undefined ? {} : { [disk]: tmpfsOptions(diskMb) });
    this.#owned = { kind: "container", name: this.#name, socket: (await engineSocket()) ?? "" };
    own(this.#owned);
    await container.start();
  }

  async #container() {
    return (await docker()).getContainer(this.#name);
  }
}

/** Takes the text out of the engine's stream of frames: a header of 8 bytes, its last 4 the length, then the text. */
function textOf(frames: Buffer): string {
  let text = "";
  for (let at = 0; at + 8 <= frames.length; ) {
    const end = at + 8 + frames.readUInt32BE(at + 4);
    text += frames.toString("utf8", at + 8, end);
    at = end;
  }
  return text;
}
