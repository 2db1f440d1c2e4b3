const BRAND = Symbol.for("pulumi-portainer.LoginError");

/** A call needs credentials and the client was given none; nothing was sent. */
export class LoginError extends Error {
  override readonly name = "LoginError";

  constructor(method: string, path: string) {
    super(
      `${method} ${path} needs credentials, and the client has none: give it an apiKey, or a username and a password.`,
    );
  }

  get [BRAND](): true {
    return true;
  }
}

/** Whether a value is a {@link LoginError}, also one of another copy of this package. */
export function isLoginError(value: unknown): value is LoginError {
  return typeof value === "object" && value !== null && BRAND in value;
}
