import type * as pulumi from "@pulumi/pulumi";
import type { tag } from "../provider/portainer/tag";
import { type ArgsOf, resource } from "./define";

export interface TagArgs extends ArgsOf<typeof tag> {}

/**
 * A tag for environments and environment groups, for `tagIds` of an Endpoint. Destroying it removes it from all of them.
 *
 * @example
 * ```ts
 * const production = new portainer.Tag("production");
 * new portainer.Endpoint("local", { url: "unix:///var/run/docker.sock", tagIds: [production] });
 * ```
 */
export class Tag extends resource<typeof tag>("Tag")("name", "adopt", "tagId", "instanceId") {
  /** Looks up a tag that Pulumi does not manage, by its id: `"3"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Tag {
    return new Tag(name, {}, { ...options, id });
  }
}
