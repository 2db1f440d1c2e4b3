import { ResourceType, type SecuritySettings } from "../../../contract";
import { refusal } from "../failure";
import type { GatewayControls } from "../host";
import { allAt } from "../json/spans";
import type { RequestStep } from "./rule";

/** Something that standard users may be forbidden to ask of an engine. */
interface Restriction {
  /** Portainer's name for it. */
  readonly what: string;
  readonly allowedBy: keyof SecuritySettings;
  /** The path of the values in the request that decide. */
  readonly at: readonly string[];
  readonly is: (value: unknown) => boolean;
  /** Portainer 2.23 allows it, later versions do not. The id of the control that 2.23 stores is left out. */
  readonly leavesGap?: true;
}

const isNotEmpty = (value: unknown) => Object.keys(value ?? {}).length > 0;
const hasHostPath = (binds: unknown) =>
  Array.isArray(binds) && binds.some((bind) => String(bind).startsWith("/"));
const isBind = (value: unknown) => value === "bind";

const CONTAINER: readonly Restriction[] = [
  {
    what: "privileged mode",
    allowedBy: "allowPrivilegedModeForRegularUsers",
    at: ["HostConfig", "Privileged"],
    is: (value) => value === true,
  },
  {
    what: "pid host namespace",
    allowedBy: "allowHostNamespaceForRegularUsers",
    at: ["HostConfig", "PidMode"],
    is: (value) => value === "host",
  },
  {
    what: "device mapping",
    allowedBy: "allowDeviceMappingForRegularUsers",
    at: ["HostConfig", "Devices"],
    is: isNotEmpty,
  },
  {
    what: "sysctl settings",
    allowedBy: "allowSysctlSettingForRegularUsers",
    at: ["HostConfig", "Sysctls"],
    is: isNotEmpty,
  },
  {
    what: "container capabilities",
    allowedBy: "allowContainerCapabilitiesForRegularUsers",
    at: ["HostConfig", "CapAdd"],
    is: isNotEmpty,
  },
  {
    what: "container capabilities",
    allowedBy: "allowContainerCapabilitiesForRegularUsers",
    at: ["HostConfig", "CapDrop"],
    is: isNotEmpty,
  },
  {
    what: "bind mounts",
    allowedBy: "allowBindMountsForRegularUsers",
    at: ["HostConfig", "Binds"],
    is: hasHostPath,
  },
  {
    what: "bind mounts",
    allowedBy: "allowBindMountsForRegularUsers",
    at: ["HostConfig", "Mounts", "*", "Type"],
    is: isBind,
    leavesGap: true,
  },
];

const SERVICE: readonly Restriction[] = [
  {
    what: "bind mounts",
    allowedBy: "allowBindMountsForRegularUsers",
    at: ["TaskTemplate", "ContainerSpec", "Mounts", "*", "Type"],
    is: isBind,
  },
];

export const containerSecurity = limitedBy(CONTAINER);
export const serviceSecurity = limitedBy(SERVICE);

function limitedBy(restrictions: readonly Restriction[]): RequestStep {
  return async ({ host, caller, environment, engine }, outgoing) => {
    if (caller.isAdmin) return;
    const body = await outgoing.readBody();
    if (!isJson(body)) throw refusal(engine.address, 500, "unexpected end of JSON input");
    const forbidden = restrictions.find(
      ({ allowedBy, at, is }) => !environment.security[allowedBy] && allAt(body, at).some(is),
    );
    if (!forbidden) return;
    if (forbidden.leavesGap) await leaveGap(host.controls, caller.id);
    throw refusal(engine.address, 403, `forbidden to use ${forbidden.what}`);
  };
}

/** Uses up the id of a control, so that later controls have the ids that clients of Portainer 2.23 know. */
async function leaveGap(controls: GatewayControls, userId: number): Promise<void> {
  const { Type, ResourceId } = await controls.createPrivate(ResourceType.container, "refused", userId);
  await controls.remove(Type, ResourceId);
}

function isJson(text: Buffer): boolean {
  try {
    JSON.parse(text.toString());
    return true;
  } catch {
    return false;
  }
}
