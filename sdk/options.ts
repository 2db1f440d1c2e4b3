import * as pulumi from "@pulumi/pulumi";
import { Provider } from "./provider";

/** Refuses resource options that a dynamic provider cannot support, and says what to use instead. */
export function refuseOptions(
  type: string,
  className: string,
  name: string,
  options: pulumi.CustomResourceOptions,
): void {
  const refuse = (reason: string): never => {
    throw new pulumi.ResourceError(`${className} "${name}": ${reason}`, options.parent);
  };
  if (options.import !== undefined) {
    refuse(
      `the \`import\` option does not work for dynamic providers. Use \`pulumi import --file\` (docs/guides/import.md), or \`adopt: "matching"\` where the class has it`,
    );
  }
  if (options.version !== undefined || options.pluginDownloadURL !== undefined) {
    refuse(
      "`version` and `pluginDownloadURL` name a plugin, and there is none: the version is that of pulumi-portainer in package.json",
    );
  }
  const provider = options.provider ?? options.parent?.getProvider(type);
  if (provider !== undefined && !Provider.owns(provider)) {
    refuse("its provider belongs to another package: pass a `Provider` of pulumi-portainer");
  }
}
