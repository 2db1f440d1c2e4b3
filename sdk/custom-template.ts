import type * as pulumi from "@pulumi/pulumi";
import type { customTemplate } from "../provider/portainer/custom-template";
import { type ArgsOf, resource } from "./define";

export interface CustomTemplateArgs extends ArgsOf<typeof customTemplate> {}

/**
 * A template that users deploy stacks from in Portainer. Stacks that were deployed from it stay as they are when it changes
 * or goes. A refresh takes a request for the template, one for its `content`, and one for its `access`.
 *
 * @example
 * ```ts
 * const content = 'services: { web: { image: "nginx:1.27", ports: ["80:80"] } }';
 * new portainer.CustomTemplate("shop", { description: "A shop of our own", content, access: "public" });
 * ```
 */
export class CustomTemplate extends resource<typeof customTemplate>("CustomTemplate")(
  "title",
  "description",
  "note",
  "platform",
  "type",
  "logo",
  "content",
  "git",
  "variables",
  "access",
  "adopt",
  "templateId",
  "commit",
  "instanceId",
) {
  /** Looks up a template that Pulumi does not manage, by its id: `"3"`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: Omit<pulumi.CustomResourceOptions, "id">,
  ): CustomTemplate {
    return new CustomTemplate(name, {} as CustomTemplateArgs, { ...options, id });
  }
}
