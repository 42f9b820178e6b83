/** What a process does when it is told to, by name. */
// biome-ignore lint/suspicious/noExplicitAny: the tasks of a process say what they take.
export type TasksOf<Tasks> = { [Task in keyof Tasks]: (...parameters: any[]) => Promise<unknown> };

/** A task for a process. */
export interface Order {
  readonly id: number;
  readonly task: string;
  readonly parameters: readonly unknown[];
}

/** What came of an order: a result, or what went wrong. */
export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}
