/** The resources of a project on a swarm: what `docker stack deploy` makes of the files. */
import { defined, objectName, type Planned, planNetworks, stackLabels } from "./plan";
import type { Project } from "./project";
import { contentOf } from "./project-files";
import type { ComposeFileSource } from "./schema";
import { planService, type SwarmOptions, swarmNetworksOf } from "./service";

/**
 * Volumes are not among them: a volume is on one node, and each node makes those that its tasks mount.
 */
export function planSwarm(project: Project, options: SwarmOptions): Planned[] {
  const services = Object.entries(project.model.services);
  const networks = new Set(services.flatMap(([, service]) => swarmNetworksOf(project, service)));
  return [
    ...planNetworks(project, networks, {
      driver: "overlay",
      labels: () => stackLabels(project),
      unmanagedLabels: [],
    }),
    ...planFiles(project, "secrets"),
    ...planFiles(project, "configs"),
    ...services.map(([name, service]) => planService(project, name, service, options)),
  ];
}

/** The secrets or configs that services use. Their names in the swarm get a hash of the content. */
function planFiles(project: Project, kind: "secrets" | "configs"): Planned[] {
  const { services } = project.model;
  const used = new Set(
    Object.values(services).flatMap((service) => service[kind].map(({ source }) => source)),
  );
  return [...used].sort().flatMap((key): Planned[] => {
    const declared: Partial<ComposeFileSource> = project.model[kind][key] ?? {};
    if (declared.external) return [];
    const { driver, driver_opts: options, template_driver: template, labels } = declared;
    return [
      {
        kind: kind === "secrets" ? "Secret" : "Config",
        key: `${kind}.${key}`,
        suffix: key,
        args: defined({
          name: objectName(project, key, declared),
          ...(driver === undefined
            ? dataOf(project, kind, key)
            : { driver: defined({ name: driver, options }) }),
          templating: template === undefined ? undefined : { name: template },
          labels: { ...labels, ...stackLabels(project) },
        }),
        dependsOn: [],
        unmanagedLabels: [],
      },
    ];
  });
}

function dataOf(project: Project, kind: "secrets" | "configs", key: string): object {
  const found = contentOf(project, kind, key);
  return "content" in found ? { data: found.content } : { dataBase64: found.contentBase64 };
}
