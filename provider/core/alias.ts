/** The parts of `urn:pulumi:dev::shop::app:Site$pulumi-nodejs:dynamic/portainer:Volume::data`. */
interface Urn {
  /** The stack and the project, which every resource of a stack has in common. */
  readonly stack: string;
  /** The types of its parents and its own. */
  readonly type: string;
  readonly name: string;
}

function parseUrn(urn: string | undefined): Urn | undefined {
  const [stack, project, type, ...name] = urn?.split("::") ?? [];
  if (stack === undefined || project === undefined || type === undefined) return undefined;
  return { stack: `${stack}::${project}`, type, name: name.join("::") };
}

/** Whether both are resources of one stack. */
export function isSameStack(urn: string | undefined, other: string | undefined): boolean {
  const stack = parseUrn(urn)?.stack;
  return stack !== undefined && stack === parseUrn(other)?.stack;
}

/** The resource option that tells Pulumi what a resource was called before, as it is written in a program. */
export function aliasFor(before: string | undefined, now: string | undefined): string {
  const [old, fresh] = [parseUrn(before), parseUrn(now)];
  if (!old || !fresh) return 'aliases: [{ name: "…" }]';
  const name = `name: ${JSON.stringify(old.name)}`;
  if (old.type === fresh.type) return `aliases: [{ ${name} }]`;
  if (old.type.includes("$")) return `aliases: [${JSON.stringify(before)}]`;
  const both = old.name === fresh.name ? "" : `${name}, `;
  return `aliases: [{ ${both}parent: pulumi.rootStackResource }]`;
}
