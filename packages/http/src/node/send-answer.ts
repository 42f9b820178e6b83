import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "../message/message.js";
import { giveHead } from "./outgoing-head.js";

/** Sends `answer`, over what was set on `response` before. Does nothing where somebody has answered already. */
export function sendAnswer(message: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.headersSent) return;
  giveHead(response, answer, response.writeHead);
  const { body } = answer;
  if (body === null || message.method === "HEAD") response.end();
  else response.end(body);
}
