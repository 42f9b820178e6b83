import { connect } from "node:net";
import type { RedisServer } from "../src/index.js";

/** Whether anything listens there. */
export function isOpen({ host, port }: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.on("connect", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

/** Sends text and returns what comes back until the connection ends, or `enough` says that this is all. */
export function talk(
  target: { host: string; port: number } | { path: string },
  request: string,
  enough: (answer: string) => boolean = (answer) => answer.endsWith("\n"),
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(target);
    let answer = "";
    socket.on("connect", () => socket.write(request));
    socket.on("data", (chunk) => {
      answer += chunk;
      if (enough(answer)) socket.end();
    });
    socket.on("end", () => resolve(answer));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

/** Whether a Redis server answers within half a second. */
export async function answersSoon(server: RedisServer): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(resolve, 500, false));
  const answer = server.command("PING").then(
    (reply) => reply === "PONG",
    () => false,
  );
  return Promise.race([answer, late]);
}
