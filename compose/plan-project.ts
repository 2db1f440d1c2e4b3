/** All resources of a project, for an engine or a swarm. */
import { planContainers } from "./container";
import type { ContainerOptions } from "./mounts";
import { networksOf } from "./networking";
import { composeNetworks, inOrder, type Planned, planImages, planNetworks, planVolumes } from "./plan";
import type { Project } from "./project";
import { planSwarm } from "./swarm";

export interface PlanOptions extends ContainerOptions {
  /** Whether the project is one of containers, or of services of a swarm. @default "standalone" */
  readonly type?: "standalone" | "swarm" | undefined;
}

/** The resources of a project, each after those that it needs. */
export const planProject = (project: Project, { type, ...options }: PlanOptions = {}): Planned[] =>
  inOrder(type === "swarm" ? planSwarm(project, options) : planEngine(project, options));

function planEngine(project: Project, options: ContainerOptions): Planned[] {
  const networks = new Set(
    Object.values(project.model.services).flatMap((service) => networksOf(project, service)),
  );
  return [
    ...planNetworks(project, networks, composeNetworks(project)),
    ...planVolumes(project),
    ...planImages(project),
    ...planContainers(project, options),
  ];
}
