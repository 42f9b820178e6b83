import { type IncomingMessage, request, type ServerResponse } from "node:http";

// RFC 9110 §7.6.1: these are about one connection.
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** Returns a handler that passes requests on to `origin` as they are, and what it answers back. */
export function forwardTo(origin: URL) {
  return (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { method, url, rawHeaders } = incoming;
    const onward = request(
      {
        host: origin.hostname,
        port: origin.port,
        method,
        path: url,
        headers: [...passedOn(rawHeaders), "Surrogate-Capability", 'cullet="Surrogate/1.0"'],
      },
      (answer) => {
        const { statusCode = 502, statusMessage = "", rawHeaders: headers } = answer;
        outgoing.sendDate = false;
        outgoing.writeHead(statusCode, statusMessage, passedOn(headers));
        answer.on("error", () => outgoing.destroy());
        answer.pipe(outgoing);
      },
    );
    onward.on("information", ({ statusCode, rawHeaders: headers }) => {
      if (statusCode === 103) outgoing.writeEarlyHints(hintsIn(headers));
      if (statusCode === 102) outgoing.writeProcessing();
    });
    onward.on("error", () => {
      // What comes behind a whole answer is an error too, but not of the answer.
      if (!outgoing.headersSent) outgoing.writeHead(502).end();
    });
    incoming.pipe(onward);
  };
}

function passedOn(lines: readonly string[]): string[] {
  const pairs = lines.flatMap((name, at) => (at % 2 === 0 ? [[name, lines[at + 1] as string] as const] : []));
  const named = pairs.filter(([name]) => name.toLowerCase() === "connection").map(([, value]) => value);
  const dropped = new Set([
    ...HOP_BY_HOP,
    ...named
      .join()
      .toLowerCase()
      .split(",")
      .map((name) => name.trim()),
  ]);
  return pairs.filter(([name]) => !dropped.has(name.toLowerCase())).flat();
}

function hintsIn(lines: readonly string[]): Record<string, string> {
  const hints: Record<string, string> = {};
  for (let at = 0; at < lines.length; at += 2) hints[lines[at] as string] = lines[at + 1] as string;
  return hints;
}
