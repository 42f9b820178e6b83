import { BackendError } from "@cullet/core";

/** Whether `error` is the operating system's, with one of these codes. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.some((code) => code === error.code);
}

/** Whether `error` is what the operating system said to a call. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

/** Returns what to throw for `error`, which came up at work in `directory`. */
export function failureIn(directory: string, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const said = `the file cache in ${JSON.stringify(directory)} failed: ${error.message}`;
  return new BackendError(said + adviceOn(error), { cause: error });
}

function adviceOn(error: Error): string {
  if (isErrno(error, "ENOSPC", "EDQUOT", "EFBIG")) return "; what was stored before stands";
  if (isErrno(error, "EMFILE", "ENFILE")) return "; too many files are open, the next call may work";
  if (isErrno(error, "EACCES", "EPERM", "EROFS")) return "; the process may not write there";
  return "";
}
