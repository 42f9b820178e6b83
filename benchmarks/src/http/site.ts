import type { RequestListener } from "node:http";
import type { Awaitable } from "@cullet/core";

/** What serves a page, by the names of a table: the first keeps nothing, and the others are measured beside it. */
export type Sites = Readonly<Record<string, () => Awaitable<RequestListener>>>;
