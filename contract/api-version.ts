/** The newest engine API that this package was written for. */
const NEWEST = "1.51";

/** What an engine says of the API versions it speaks. */
interface Spoken {
  readonly ApiVersion: string;
  readonly MinAPIVersion?: string | undefined;
}

/**
 * The newest API version that both sides know.
 *
 * @throws Error if the engine speaks only newer ones
 */
export function negotiate(endpointId: number, { ApiVersion, MinAPIVersion }: Spoken): string {
  if (MinAPIVersion && isOlder(NEWEST, MinAPIVersion)) {
    throw new Error(
      `The engine of environment ${endpointId} speaks API ${MinAPIVersion} and newer, this package ${NEWEST} and older: a newer release of the package is needed.`,
    );
  }
  return isOlder(ApiVersion, NEWEST) ? ApiVersion : NEWEST;
}

function isOlder(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA !== majorB ? majorA < majorB : minorA < minorB;
}
