/** An error of the user's own function, which passes through as it is. */
export class FunctionError {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
