import type { HeaderList, HeaderReader } from "./header-list.js";

/** A request, as the layers see it. */
export interface RequestData {
  /** As it was sent: methods have a case. */
  readonly method: string;
  /**
   * The absolute URL, made of the scheme, the validated `Host` and the very target that the framework routes by, neither
   * decoded nor tidied; `undefined` where there is none, which no cache then stores.
   */
  readonly url: string | undefined;
  /** The `Host`, where it is not the host of the URL: a handler can see both, and keys hold both. */
  readonly otherHost?: string | undefined;
  /** As the client sent them, also while they are hidden from the handler. */
  readonly headers: HeaderReader;
  /** The framework's own request, for the functions that users write. */
  readonly source: object;
}

/** What a response begins with. Layers change it in place. */
export interface ResponseHead {
  status: number;
  /** The reason phrase; empty for the usual one of the status. */
  reason: string;
  readonly headers: HeaderList;
}

/** A whole response. */
export interface Answer extends ResponseHead {
  /** `null` where none is sent: to HEAD, and with 204 and 304. Not to be changed: it may be that of other answers. */
  readonly body: Uint8Array | null;
}
