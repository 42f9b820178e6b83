/** Says which server the tests cannot have, why, and what to do about it. */
export class ServerUnavailableError extends Error {
  override readonly name = "ServerUnavailableError";
}
