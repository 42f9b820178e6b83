import { inspect } from "node:util";
import type { Answer, Order, TasksOf } from "./protocol.js";

/** Does what the process that started this one orders. After `leave` it waits for no more orders; it dies with that one. */
export function serve<Tasks extends TasksOf<Tasks>>(tasks: Tasks): void {
  const die = () => process.exit(1);
  process.on("disconnect", die);
  process.on("message", async ({ id, task, parameters }: Order) => {
    const answer: Answer = await run(tasks[task as keyof Tasks], parameters).then(
      (result) => ({ id, result }),
      (error: unknown) => ({ id, error: inspect(error) }),
    );
    process.send?.(answer, () => {
      if (task !== "leave") return;
      // From here on it must end by itself.
      process.off("disconnect", die);
      process.disconnect();
    });
  });
}

async function run(
  task: (...parameters: unknown[]) => Promise<unknown>,
  parameters: readonly unknown[],
): Promise<unknown> {
  return task(...parameters);
}
