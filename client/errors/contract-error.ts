const BRAND = Symbol.for("pulumi-portainer.ContractError");

export interface Mismatch {
  readonly method: string;
  readonly path: string;
  /** One or more, `/InstanceID: expected string`. */
  readonly expectations: readonly string[];
  readonly hint?: string | undefined;
}

/** The server answered with success, but not what its API promises. Values of the answer are never named. */
export class ContractError extends Error {
  override readonly name = "ContractError";
  readonly method: string;
  /** The path asked for, `/api/endpoints/3`, without the query. */
  readonly path: string;
  /** A JSON pointer into the answer and what was expected there, for each difference. */
  readonly expectations: readonly string[];

  constructor({ method, path, expectations, hint }: Mismatch) {
    super(
      [`${method} ${path}: the answer is not as expected: ${expectations.join("; ")}.`, hint]
        .filter(Boolean)
        .join(" "),
    );
    this.method = method;
    this.path = path;
    this.expectations = expectations;
  }

  get [BRAND](): true {
    return true;
  }
}

/** Whether a value is a {@link ContractError}, also one of another copy of this package. */
export function isContractError(value: unknown): value is ContractError {
  return typeof value === "object" && value !== null && BRAND in value;
}
