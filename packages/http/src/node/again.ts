import { IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Layer } from "../layer.js";

// A handler that takes longer has its response dropped; whoever comes then may begin another.
const LONGEST_MS = 60_000;

const refreshes = new WeakMap<IncomingMessage, Layer>();

/** Whether `message` was made by `repeater` for `layer`. */
export function isRefreshOf(message: IncomingMessage, layer: Layer): boolean {
  return refreshes.get(message) === layer;
}

/**
 * Returns what sends `message` through its server once more, with nobody waiting for the response; `undefined` where no
 * server is known, as in a test that calls a handler by hand.
 *
 * @param url the whole target of the request.
 */
export function repeater(
  message: IncomingMessage,
  layer: Layer,
  url = message.url,
): (() => Promise<void>) | undefined {
  const { server } = message.socket as Socket & { server?: Server };
  if (server === undefined) return undefined;
  const { method, httpVersion } = message;
  return () =>
    new Promise((resolve) => {
      const socket = silentSocket(message.socket);
      const again = Object.assign(new IncomingMessage(socket), {
        method,
        url,
        httpVersion,
        ...fieldsOf(message),
        complete: true,
      });
      again.push(null);
      refreshes.set(again, layer);
      const response = new ServerResponse(again);
      response.assignSocket(socket);
      const timer = setTimeout(() => response.destroy(), LONGEST_MS);
      timer.unref();
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      response.once("finish", done);
      response.once("close", done);
      server.emit("request", again, response);
    });
}

/** Returns the fields of `message`, in each of the forms that node:http has made of them. */
function fieldsOf(
  message: IncomingMessage,
): Pick<IncomingMessage, "rawHeaders" | "headers" | "headersDistinct"> {
  const { rawHeaders, headers, headersDistinct } = message;
  return { rawHeaders, headers: { ...headers }, headersDistinct: { ...headersDistinct } };
}

/** Returns a connection that takes all and says nothing, and else looks like `socket`. */
function silentSocket(socket: Socket): Socket {
  const silent = new Duplex({
    read() {},
    write(_chunk, _encoding, callback) {
      callback();
    },
  });
  const { remoteAddress, remotePort, remoteFamily, localAddress, localPort } = socket;
  const encrypted = "encrypted" in socket && socket.encrypted;
  const { server } = socket as Socket & { server?: Server };
  const seen = { remoteAddress, remotePort, remoteFamily, localAddress, localPort, encrypted, server };
  return Object.assign(silent, seen, { setTimeout: () => silent }) as unknown as Socket;
}
