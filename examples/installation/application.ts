import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

export interface ApplicationArgs {
  readonly city: string;
  readonly environment: portainer.Endpoint;
  readonly network: portainer.Network;
  readonly image: string;
  /** What the names on the engine begin with. */
  readonly prefix: string;
  readonly databasePassword: pulumi.Input<string>;
}

/** A web server, a worker and a database, with the files of both. */
export class Application extends pulumi.ComponentResource {
  readonly containers: readonly portainer.Container[];

  constructor(name: string, args: ApplicationArgs, options?: pulumi.ComponentResourceOptions) {
    super("acme:index:Application", `${args.city}-${name}`, {}, options);
    const { environment, network, image } = args;
    const named = (part: string) => ({
      resource: `${args.city}-${name}-${part}`,
      onEngine: `${args.prefix}-${args.city}-${name}-${part}`,
    });
    const inside = { parent: this };

    const volume = (part: string) => {
      const { resource, onEngine } = named(part);
      return new portainer.Volume(resource, { endpointId: environment, name: onEngine }, inside);
    };
    const container = (part: string, own: Partial<portainer.ContainerArgs>) => {
      const { resource, onEngine } = named(part);
      return new portainer.Container(
        resource,
        {
          endpointId: environment,
          name: onEngine,
          image,
          networks: [{ network, aliases: [`${name}-${part}`] }],
          stopTimeout: 1,
          memory: "32m",
          labels: { application: name, city: args.city },
          ...own,
        },
        inside,
      );
    };

    const data = volume("data");
    const uploads = volume("uploads");
    const database = container("database", {
      command: ["sleep", "infinity"],
      volumes: [{ source: data, target: "/var/lib/data" }],
      env: { PASSWORD: args.databasePassword },
    });
    const worker = container("worker", {
      command: ["sleep", "infinity"],
      volumes: [{ source: uploads, target: "/uploads" }],
      env: { DATABASE: `${name}-database`, PASSWORD: args.databasePassword },
    });
    const web = container("web", {
      command: ["httpd", "-f", "-p", "8080", "-h", "/www"],
      files: { "/www/index.html": `${name} in ${args.city}\n` },
      volumes: [{ source: uploads, target: "/www/uploads", readOnly: true }],
      restart: "unless-stopped",
    });
    this.containers = [database, worker, web];
    this.registerOutputs({});
  }
}
