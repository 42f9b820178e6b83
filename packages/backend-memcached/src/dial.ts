import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions as TlsOptions } from "node:tls";
import { BinaryTransport } from "./binary-transport.js";
import { Connection } from "./connection.js";
import { loadDriver } from "./driver.js";
import { LoginFailure, MemcachedFailure, reasonOf } from "./failure.js";
import type { Address } from "./location.js";
import type { Transport } from "./transport.js";

/** How to reach one server. */
export interface Access {
  readonly address: Address;
  readonly login: { readonly username: string; readonly password: string } | undefined;
  readonly tls: TlsOptions | undefined;
  /** The longest that an operation may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** The part of an operation's time that a connection may take, so that it can still be said that it took too long. */
const SHARE_OF_CONNECTING = 0.8;

/** Connects to a server and logs in, or says why it cannot: as a `MemcachedFailure`. */
export async function dial(access: Access): Promise<Transport> {
  const driver = await loadDriver();
  const socket = await openSocket(access);
  const connection = new Connection(socket, { parse: driver.parseReply, timeoutMs: access.timeoutMs });
  const transport = new BinaryTransport(connection, driver);
  if (access.login === undefined) return transport;
  const { username, password } = access.login;
  const refused = await transport.login(username, password);
  if (refused === undefined) return transport;
  transport.close();
  throw new LoginFailure(reasonOf(refused));
}

function openSocket({ address, tls, timeoutMs }: Access): Promise<Socket> {
  const limitMs = timeoutMs * SHARE_OF_CONNECTING;
  return new Promise((resolve, reject) => {
    const socket =
      tls === undefined ? connectPlain(address) : connectTls({ ...secureName(address), ...tls, ...address });
    const fail = (reason: string, cause?: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new MemcachedFailure("unreachable", reason, cause && { cause }));
    };
    const timer = setTimeout(() => fail(`it took no connection within ${limitMs} ms`), limitMs);
    const onError = (error: NodeJS.ErrnoException) => fail(error.message || String(error.code), error);
    socket.on("error", onError);
    socket.once(tls === undefined ? "connect" : "secureConnect", () => {
      clearTimeout(timer);
      socket.off("error", onError);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 30_000);
      resolve(socket);
    });
  });
}

// A certificate is asked for by the host's name; an address is none.
function secureName(address: Address): TlsOptions {
  return "path" in address || isIP(address.host) ? {} : { servername: address.host };
}
