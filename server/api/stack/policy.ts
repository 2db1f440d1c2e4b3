import type { SecuritySettings } from "../../../contract";
import type { ComposeModel, ComposeService } from "../../deploy";

interface Rule {
  readonly allowedBy: keyof SecuritySettings;
  readonly forbids: (service: ComposeService) => boolean;
  readonly reason: string;
}

const RULES: readonly Rule[] = [
  {
    allowedBy: "allowBindMountsForRegularUsers",
    forbids: ({ volumes = [] }) => volumes.some(({ type }) => type === "bind"),
    reason: "bind-mount disabled for non administrator users",
  },
  {
    allowedBy: "allowPrivilegedModeForRegularUsers",
    forbids: ({ privileged = false }) => privileged,
    reason: "privileged mode disabled for non administrator users",
  },
  {
    allowedBy: "allowHostNamespaceForRegularUsers",
    forbids: ({ pid }) => pid === "host",
    reason: "pid host disabled for non administrator users",
  },
  {
    allowedBy: "allowDeviceMappingForRegularUsers",
    forbids: ({ devices = [] }) => devices.length > 0,
    reason: "device mapping disabled for non administrator users",
  },
  {
    allowedBy: "allowSysctlSettingForRegularUsers",
    forbids: ({ sysctls = {} }) => Object.keys(sysctls).length > 0,
    reason: "sysctl setting disabled for non administrator users",
  },
  {
    allowedBy: "allowContainerCapabilitiesForRegularUsers",
    forbids: ({ cap_add = [], cap_drop = [] }) => cap_add.length + cap_drop.length > 0,
    reason: "container capabilities disabled for non administrator users",
  },
];

/** Whether files need be looked into at all; those of a swarm only where bind mounts are forbidden. */
export function restricts(settings: SecuritySettings, isSwarm: boolean): boolean {
  return isSwarm
    ? !settings.allowBindMountsForRegularUsers
    : RULES.some(({ allowedBy }) => !settings[allowedBy]);
}

/** What an environment forbids its standard users, of a Compose file; undefined if nothing. */
export function forbidden(model: ComposeModel, settings: SecuritySettings): string | undefined {
  const services = Object.values(model.services ?? {});
  return RULES.find(({ allowedBy, forbids }) => !settings[allowedBy] && services.some(forbids))?.reason;
}
