/** What a visitor asks for. */
export interface Asking {
  readonly path: string;
  /** What a form is sent with; a request without one is a GET. */
  readonly form?: Readonly<Record<string, string>>;
  /** Whether only a page is wanted that differs from the one that the visitor has. */
  readonly ifChanged?: boolean;
}

/** What a visitor got. */
export interface Seen {
  readonly visitor: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** What the caches say that they did, the innermost first (RFC 9211). */
  readonly cacheStatus: string;
  /** Whom the page welcomes by name. */
  readonly welcomes: string | undefined;
  readonly ms: number;
}

/** Visits a site as a browser would: keeps its cookie, and the entity tags of pages. */
export class Visitor {
  readonly #name: string;
  readonly #base: string;
  readonly #signal: AbortSignal;
  readonly #tags = new Map<string, string>();
  #cookie: string | undefined;

  constructor(name: string, base: string, signal: AbortSignal) {
    this.#name = name;
    this.#base = base;
    this.#signal = signal;
  }

  async ask({ path, form, ifChanged = false }: Asking): Promise<Seen> {
    const method = form ? "POST" : "GET";
    const started = performance.now();
    const response = await fetch(new URL(path, this.#base), {
      method,
      headers: this.#headers(path, ifChanged),
      body: form ? new URLSearchParams(form) : null,
      redirect: "manual",
      signal: this.#signal,
    });
    const page = await response.text();
    const ms = performance.now() - started;
    this.#remember(path, response.headers);
    return {
      visitor: this.#name,
      method,
      path,
      status: response.status,
      cacheStatus: response.headers.get("cache-status") ?? "",
      welcomes: /Welcome, <a [^>]*>(.*?)<\/a>/.exec(page)?.[1],
      ms,
    };
  }

  #headers(path: string, ifChanged: boolean): Headers {
    const headers = new Headers();
    if (this.#cookie !== undefined) headers.set("cookie", this.#cookie);
    const tag = this.#tags.get(path);
    if (ifChanged && tag !== undefined) headers.set("if-none-match", tag);
    return headers;
  }

  #remember(path: string, headers: Headers): void {
    const [cookie] = headers.getSetCookie();
    if (cookie !== undefined) this.#cookie = cookie.split(";", 1)[0];
    const tag = headers.get("etag");
    if (tag !== null) this.#tags.set(path, tag);
  }
}
