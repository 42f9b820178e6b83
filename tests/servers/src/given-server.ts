import { ServerUnavailableError } from "./errors.js";
import type { TestServer } from "./server.js";
import { waitUntil } from "./wait.js";

/** Where one server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A URL that the environment gives, taken apart. */
export interface GivenUrl {
  readonly variable: string;
  readonly url: string;
  readonly scheme: string;
  readonly username: string;
  readonly password: string;
  /** Several servers are separated by `;` or `,`. */
  readonly servers: readonly Address[];
  readonly path: string;
}

/** Reads `CULLET_TEST_<name>_URL`; undefined where it is not set. */
export function givenUrl(name: string, defaultPort: number): GivenUrl | undefined {
  const variable = urlVariable(name);
  const url = process.env[variable];
  if (!url) return undefined;
  const parts = /^(?<scheme>[\w+]+):\/\/(?:(?<user>[^@/]*)@)?(?<servers>[^/?]+)(?:\/(?<path>[^?]*))?/.exec(
    url,
  );
  if (!parts?.groups) {
    throw new ServerUnavailableError(`${variable} must be a URL like scheme://host:port`);
  }
  const { scheme = "", user = "", servers = "", path = "" } = parts.groups;
  const [username = "", password = ""] = user.split(":").map(decodeURIComponent);
  const addresses = servers.split(/[;,]/).map((server) => parseAddress(server, defaultPort));
  return { variable, url, scheme, username, password, path, servers: addresses };
}

/** The environment's name for the URL of such servers. */
export function urlVariable(name: string): string {
  return `CULLET_TEST_${name}_URL`;
}

function parseAddress(text: string, defaultPort: number): Address {
  const { hostname, port } = new URL(`tcp://${text}`);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port ? Number(port) : defaultPort };
}

/** A server that the environment names: used as it is, and never stopped. */
export class GivenServer implements TestServer {
  readonly ours = false;
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly #variable: string;

  constructor(variable: string, url: string, { host, port }: Address) {
    this.#variable = variable;
    this.url = url;
    this.host = host;
    this.port = port;
  }

  /** Fails unless `look` succeeds within three seconds. */
  async mustAnswer(look: () => Promise<boolean | undefined>): Promise<this> {
    try {
      await waitUntil("the server answers", look, { timeout: 3000 });
      return this;
    } catch (cause) {
      const where = `${this.host}:${this.port}`;
      throw new ServerUnavailableError(`${this.#variable} names ${where}, which does not answer`, { cause });
    }
  }

  async stop(): Promise<void> {}

  kill(): Promise<never> {
    return this.#refuse("killed");
  }

  pause(): Promise<never> {
    return this.#refuse("paused");
  }

  resume(): Promise<never> {
    return this.#refuse("resumed");
  }

  restart(): Promise<never> {
    return this.#refuse("restarted");
  }

  logs(): Promise<never> {
    return this.#refuse("asked for its log");
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #refuse(what: string): Promise<never> {
    throw new Error(
      `The server of ${this.#variable} was not started here, so it cannot be ${what}: start one with { own: true }`,
    );
  }
}
