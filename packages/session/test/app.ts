import type { Cache } from "@cullet/core";
import type { CulletStore } from "../src/express.js";
import type { Gate } from "./gate.js";

/** An application that is being served: `/login`, `/logout`, `/me`, `/visit` and `/reload` do what they say. */
export interface App extends AsyncDisposable {
  readonly origin: string;
  readonly store: CulletStore;
  /** Holds a request to `/slow` after it has read its session; `/slow?change=1` then changes it. */
  readonly gate: Gate;
}

/** Options that both libraries have, or that one of them has and the other always does. */
interface AppOptions {
  rolling?: boolean;
  resave?: boolean;
  saveUninitialized?: boolean;
  /** Milliseconds. */
  maxAge?: number;
}

/** Serves an application whose sessions are in a cache. */
export type Serve = (cache: Cache, options?: AppOptions) => Promise<App>;
