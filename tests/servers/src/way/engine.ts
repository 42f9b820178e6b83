import { existsSync } from "node:fs";
import { request } from "node:http";
import { hostname } from "node:os";

const DEFAULT_SOCKET = "/var/run/docker.sock";
const ANSWER_MS = 2000;
const REMOVAL_MS = 10_000;

let found: Promise<string | undefined> | undefined;

/**
 * Returns the socket of a Docker engine that answers and runs containers on this machine's network. That of Docker
 * Desktop, a rootless one, and one outside the container in which the tests run, do not.
 */
export function engineSocket(): Promise<string | undefined> {
  found ??= find();
  return found;
}

async function find(): Promise<string | undefined> {
  const host = process.env.DOCKER_HOST ?? `unix://${DEFAULT_SOCKET}`;
  const socket = host.startsWith("unix://") ? host.slice("unix://".length) : undefined;
  if (socket === undefined || !existsSync(socket)) return undefined;
  try {
    const { Name, SecurityOptions } = JSON.parse(await call(socket, "GET", "/info", ANSWER_MS));
    return Name === hostname() && !SecurityOptions?.includes("name=rootless") ? socket : undefined;
  } catch {
    return undefined;
  }
}

/** Removes a container, running or not; it need not be there. */
export async function removeContainer(socket: string, name: string): Promise<void> {
  await call(socket, "DELETE", `/containers/${name}?force=true&v=true`, REMOVAL_MS);
}

function call(socketPath: string, method: string, path: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    request({ socketPath, method, path, signal }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("error", reject).on("end", () => resolve(body));
    })
      .on("error", reject)
      .end();
  });
}
