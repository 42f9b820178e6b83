import { HOST } from "../launch.js";
import { engineSocket } from "./engine.js";

type Testcontainers = typeof import("testcontainers");
type RuntimeClient = Awaited<ReturnType<Testcontainers["getContainerRuntimeClient"]>>;

/** Loads testcontainers, set to the engine that was found. It is large, so the local way never loads it. */
export async function testcontainers(): Promise<Testcontainers> {
  process.env.DOCKER_HOST ??= `unix://${await engineSocket()}`;
  // Servers share this machine's network. Within a container of its own, testcontainers would look for a bridge.
  process.env.TESTCONTAINERS_HOST_OVERRIDE ??= HOST;
  // The reaper of this package does the work of testcontainers' own, which is an image that must be pulled.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
  return import("testcontainers");
}

/** Returns the client of the Docker engine. */
export async function docker(): Promise<RuntimeClient["container"]["dockerode"]> {
  const { getContainerRuntimeClient } = await testcontainers();
  const client = await getContainerRuntimeClient();
  return client.container.dockerode;
}
