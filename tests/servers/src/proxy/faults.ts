/** What happens to the replies of the target on their way to the client. */
export type ReplyFault =
  | { kind: "none" }
  | { kind: "drop" }
  | { kind: "replace"; bytes: Buffer }
  | { kind: "cut"; after: number; how: Cut };

/** How a connection is cut: RST loses what is under way, FIN is an orderly end. */
export type Cut = "reset" | "end";

/** All that is wrong with a proxy at one time. A change makes a new object, from which connections count anew. */
export interface Faults {
  readonly replies: ReplyFault;
  readonly dropRequests: boolean;
  readonly requestDelayMs: number;
  readonly replyDelayMs: number;
  readonly byteByByte: boolean;
}

export const NO_FAULTS: Faults = {
  replies: { kind: "none" },
  dropRequests: false,
  requestDelayMs: 0,
  replyDelayMs: 0,
  byteByByte: false,
};
