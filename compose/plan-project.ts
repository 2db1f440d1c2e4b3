/** All resources of a project, for an engine. */
import { type ContainerOptions, networksOf, planContainers } from "./container";
import { inOrder, type Planned, planImages, planNetworks, planVolumes } from "./plan";
import type { Project } from "./project";

/** The resources of a project on an engine, each after those that it needs. */
export function planProject(project: Project, options: ContainerOptions = {}): Planned[] {
  const networks = new Set(
    Object.values(project.model.services).flatMap((service) => networksOf(project, service)),
  );
  return inOrder([
    ...planNetworks(project, networks),
    ...planVolumes(project),
    ...planImages(project),
    ...planContainers(project, options),
  ]);
}
