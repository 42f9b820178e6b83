/** What a server said. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Whether a cookie was set. */
  readonly setsCookie: boolean;
}

/** Asks a server over real sockets, and keeps its cookies as a browser does. */
export class Browser {
  readonly #origin: string;
  /** What is sent as the header `Cookie`. */
  cookie = "";

  constructor(origin: string, cookie = "") {
    this.#origin = origin;
    this.cookie = cookie;
  }

  /** A second window of the same browser, whose cookies go their own way from now on. */
  window(origin = this.#origin): Browser {
    return new Browser(origin, this.cookie);
  }

  async get(path: string): Promise<Answer> {
    const response = await fetch(this.#origin + path, { headers: { cookie: this.cookie } });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) this.cookie = set.split(";", 1)[0] ?? "";
    return { status: response.status, text: await response.text(), setsCookie: set !== undefined };
  }
}
