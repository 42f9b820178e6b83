import { connect } from "node:net";
import type { Address } from "./given-server.js";

const ANSWER_MS = 1000;

/** Connects, sends what is given, and returns the first bytes that come back. */
export function firstAnswer({ host, port }: Address, request?: Buffer | string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(ANSWER_MS, () => fail(new Error(`no answer in ${ANSWER_MS} ms`)));
    socket.on("error", fail);
    socket.on("close", () => reject(new Error("the connection was closed")));
    socket.once("data", (answer) => {
      resolve(answer);
      socket.destroy();
    });
    if (request) socket.write(request);
  });
}
