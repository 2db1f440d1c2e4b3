import type * as pulumi from "@pulumi/pulumi";
import type { team } from "../provider/portainer/team";
import { type ArgsOf, resource } from "./define";

export interface TeamArgs extends ArgsOf<typeof team> {}

/**
 * A team of users, for the `access` of other resources. Destroying it ends the memberships; the users stay.
 *
 * @example
 * ```ts
 * const ops = new portainer.Team("ops");
 * new portainer.Container("web", { endpointId: 1, image: "nginx:1.27", access: { teams: [ops] } });
 * ```
 */
export class Team extends resource<typeof team>("Team")("name", "adopt", "teamId", "instanceId") {
  /** Looks up a team that Pulumi does not manage, by its id: `"3"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Team {
    return new Team(name, {}, { ...options, id });
  }
}
