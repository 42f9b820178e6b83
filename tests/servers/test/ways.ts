import { engineSocket, type Way } from "../src/index.js";

/** The ways that this run tests: the one that is forced, else all that this machine has. */
export async function waysToTest(): Promise<Way[]> {
  const forced = process.env.CULLET_TEST_SERVERS;
  if (forced) return [forced as Way];
  return (await engineSocket()) ? ["local", "containers"] : ["local"];
}
