/** Who has made an object of an engine that `create` finds, and what that means for taking it. */
import { aliasFor, isSameStack } from "../core/claims";
import { ProviderError } from "../core/errors";
import { nameOf } from "../core/properties";
import { type Texts, URN_LABEL } from "./identity";

interface Found {
  /** The object in words, `a volume named "data" is already on environment 1, created …`. */
  readonly what: string;
  readonly labels: Texts | null | undefined;
  /** Whether the program says `adopt`, in any form. */
  readonly adopt: boolean;
  /** The forms of `adopt` that there are, for people. */
  readonly ways: string;
}

/** Whether it bears the resource's own URN: then it may be what a crash has left. */
export const isMadeBy = (urn: string | undefined, labels: Texts | null | undefined): boolean =>
  urn !== undefined && labels?.[URN_LABEL] === urn;

/** Whether it bears the URN of another resource, or of this one when it had another name. */
export const isMadeByAnother = (urn: string | undefined, labels: Texts | null | undefined): boolean =>
  labels?.[URN_LABEL] !== undefined && !isMadeBy(urn, labels);

/**
 * Refuses an object that somebody else may have. What another stack has made is not taken at all, since that stack's
 * destroy would delete it: labels cannot be changed, so nothing would tell that it has passed to this one.
 *
 * @throws ProviderError that names the object, its maker and the ways on.
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
