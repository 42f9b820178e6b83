import { type ClusterClient, isCluster, type NodeClient } from "./client.js";
import { ClusterServers } from "./cluster-servers.js";
import { clusterCommandsOf, nodeCommandsOf } from "./commands-of.js";
import { type Access, type Driver, loadDriver, makeCluster, makeMaster, makeNode } from "./driver.js";
import { Link } from "./link.js";
import { type Address, nameOf } from "./location.js";
import { ReplicatedServers } from "./replicated-servers.js";
import type { Servers } from "./servers.js";
import { SingleServer } from "./single-server.js";

/** How much of an operation's time a connection may take: what was never sent is never in doubt. */
const TO_OPEN = 0.8;

/** Returns the servers of a location, over connections of their own, which are made when they are first needed. */
export function openServers(access: Access, load: () => Promise<Driver> = loadDriver): Servers {
  const { location, timeoutMs } = access;
  const own = { owned: true, openTimeoutMs: timeoutMs * TO_OPEN };
  const nodeLink = (make: (driver: Driver) => NodeClient) =>
    new Link({ ...own, makeClient: async () => make(await load()), commandsOf: nodeCommandsOf });
  const member = (address: Address) => ({
    name: nameOf(location, [address]),
    link: nodeLink((driver) => makeNode(driver, access, address)),
  });

  const name = nameOf(location);
  if (location.kind === "cluster") {
    const makeClient = async () => makeCluster(await load(), access);
    return new ClusterServers(new Link({ ...own, makeClient, commandsOf: clusterCommandsOf }), {
      name,
      timeoutMs,
    });
  }
  if (location.kind === "sentinel") {
    return new SingleServer(
      nodeLink((driver) => makeMaster(driver, access)),
      { name, timeoutMs },
    );
  }
  const [primary, ...replicas] = location.addresses;
  if (replicas.length > 0) return new ReplicatedServers(member(primary), replicas.map(member), timeoutMs);
  return new SingleServer(member(primary).link, { name, timeoutMs });
}

/** Returns the servers behind a client that the application has. */
export function useClient(client: NodeClient | ClusterClient, timeoutMs: number): Servers {
  const theirs = { owned: false, openTimeoutMs: timeoutMs * TO_OPEN };
  if (isCluster(client)) {
    const link = new Link({ ...theirs, makeClient: () => client, commandsOf: clusterCommandsOf });
    return new ClusterServers(link, { name: "the cluster of options.client", timeoutMs });
  }
  const { host = "localhost", port = 6_379 } = client.options;
  const link = new Link({ ...theirs, makeClient: () => client, commandsOf: nodeCommandsOf });
  return new SingleServer(link, { name: `redis://${host}:${port}`, timeoutMs });
}
