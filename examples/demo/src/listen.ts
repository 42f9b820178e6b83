import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that accepts connections until it is disposed of. */
export interface Listening extends AsyncDisposable {
  readonly address: string;
}

/** Lets a server listen on this machine: on `port`, or a free one where that is 0. */
export async function listen(server: Server, port: number): Promise<Listening> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { address, port: given } = server.address() as AddressInfo;
  return {
    address: `http://${address}:${given}/`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
