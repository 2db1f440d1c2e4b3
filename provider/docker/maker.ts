/** Who created an object that `create` finds on an engine, and whether it may be adopted. */
import { aliasFor, isSameStack } from "../core/claims";
import { ProviderError } from "../core/errors";
import { nameOf } from "../core/properties";
import { type Texts, URN_LABEL } from "./identity";

interface Found {
  /** The object in words, `a volume named "data" is already on environment 1, created …`. */
  readonly what: string;
  readonly labels: Texts | null | undefined;
  /** Whether the program sets `adopt`, to any value. */
  readonly adopt: boolean;
  /** The values of `adopt` that the message offers. */
  readonly ways: string;
}

/** Whether the labels name this resource: then a crashed creation may have left the object. */
export const isMadeBy = (urn: string | undefined, labels: Texts | null | undefined): boolean =>
  urn !== undefined && labels?.[URN_LABEL] === urn;

/** Whether the labels name another resource, or this one under an earlier name. */
export const isMadeByAnother = (urn: string | undefined, labels: Texts | null | undefined): boolean =>
  labels?.[URN_LABEL] !== undefined && !isMadeBy(urn, labels);

/**
 * Refuses an object that may belong to somebody else. An object that another stack created is never adopted, because
 * that stack's destroy would delete it: labels cannot be changed, so nothing would show that the object belongs to this
 * stack now.
 *
 * @throws ProviderError with the object, its maker and the remedies.
 */
export function requireFree(urn: string | undefined, { what, labels, adopt, ways }: Found): void {
  const maker = labels?.[URN_LABEL];
  if (maker === undefined || maker === urn) {
    if (adopt) return;
    const owner = maker === undefined ? "not made by Pulumi" : `made by Pulumi as ${maker}`;
    throw new ProviderError(
      `${what}, ${owner}. It was not touched. Choose another \`name\`, remove it, or take it: ${ways}.`,
    );
  }
  if (isSameStack(maker, urn)) {
    if (adopt) return;
    const name = nameOf(maker);
    throw new ProviderError(
      `${what}, made by "${name}" of this stack (${maker}). It was not touched. ` +
        `If "${name}" was renamed or moved in the program, say so with the resource option \`${aliasFor(maker, urn)}\`, or with the last name if there were several. Otherwise choose another \`name\`.`,
    );
  }
  throw new ProviderError(
    `${what}, made by another stack as ${maker}. It was not touched, and is not adopted: a destroy of that stack would delete it. ` +
      "Choose another `name`, move the resource to this stack with `pulumi state move`, or let that stack forget it (`pulumi state delete`) and take it into this one with `pulumi import --file`.",
  );
}
