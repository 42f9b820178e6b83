import { type ClusterClient, type NodeClient, streamsOf } from "./client.js";
import { ClusterCommands } from "./cluster-commands.js";
import type { Commands } from "./commands.js";
import { NodeCommands } from "./node-commands.js";

/** Returns what asks through the client of one server. */
export function nodeCommandsOf(client: NodeClient): Commands {
  return new NodeCommands(client, () => streamsOf(client));
}

/** Returns what asks through the client of a cluster. */
export function clusterCommandsOf(client: ClusterClient): Commands {
  return new ClusterCommands(client, () => streamsOf(client));
}
