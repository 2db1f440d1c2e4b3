import type { LabelAccess } from "../host";
import type { Labels } from "./kind";

/** What each label that gives access begins with: an answer without this text has none of them. */
export const ACCESS_LABEL = "io.portainer.accesscontrol.";

/** The access that the labels of an object made outside Portainer give, if they speak of it at all. */
export function accessByLabels(labels: Labels): LabelAccess | undefined {
  const publicly = labels[`${ACCESS_LABEL}public`];
  const users = labels[`${ACCESS_LABEL}users`];
  const teams = labels[`${ACCESS_LABEL}teams`];
  if (publicly === undefined && users === undefined && teams === undefined) return undefined;
  return { public: publicly !== undefined, users: namesIn(users), teams: namesIn(teams) };
}

const namesIn = (list = "") =>
  list
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
