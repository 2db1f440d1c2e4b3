/** What a program has to say of an imported service. */
import type { ServiceInspect } from "../../../contract";
import { equal } from "../../core/diff";
import type { Properties } from "../../core/properties";
import { at } from "../container/wire";

const ROLL_OUT = { parallelism: 1, failureAction: "pause", monitor: 5, order: "stop-first" };

/** What Docker's CLI writes into the specification of a service of which nobody has said anything. */
const USUAL: Properties = {
  init: false,
  stopGracePeriod: 10,
  endpointMode: "vip",
  forceUpdate: 0,
  restartPolicy: { condition: "any", delay: 5 },
  updateConfig: ROLL_OUT,
  rollbackConfig: ROLL_OUT,
};

/** Without what a service has by itself: what a program does not set is not managed, and stays. */
export function saidOfService(inputs: Properties): Properties {
  const { networks, secrets, configs, ports, ...others } = inputs;
  const said = Object.entries(others).filter(([key, value]) => !equal(value, USUAL[key]));
  return {
    ...Object.fromEntries(said),
    ...eachOf("networks", networks, (network) => nameAlone("network", network)),
    ...eachOf("secrets", secrets, (secret) => nameAlone("secret", withoutUsualFile("secret", secret))),
    ...eachOf("configs", configs, (config) => nameAlone("config", withoutUsualFile("config", config))),
    ...eachOf("ports", ports, withoutUsualPort),
  };
}

/** A service of a swarm runs containers, unless it runs an engine's plugins. */
export function whyNoService({ Spec }: ServiceInspect): string | undefined {
  return at(Spec, ["TaskTemplate", "ContainerSpec"]) === undefined
    ? "a service that runs no containers"
    : undefined;
}

function eachOf(key: string, items: unknown, convert: (item: Properties) => unknown): Properties {
  return Array.isArray(items) ? { [key]: items.map(convert) } : {};
}

const nameAlone = (key: string, item: Properties): unknown =>
  Object.keys(item).length === 1 && key in item ? item[key] : item;

/** Under its own name, owned by root, and readable by all. */
function withoutUsualFile(key: string, { target, uid, gid, mode, ...file }: Properties): Properties {
  return {
    ...file,
    ...(target !== file[key] && { target }),
    ...(uid !== "0" && { uid }),
    ...(gid !== "0" && { gid }),
    ...(mode !== 0o444 && { mode }),
  };
}

const withoutUsualPort = ({ protocol, mode, ...port }: Properties): Properties => ({
  ...port,
  ...(protocol !== "tcp" && { protocol }),
  ...(mode !== "ingress" && { mode }),
});
