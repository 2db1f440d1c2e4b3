import type { LabelAccess } from "../host";
import type { Labels } from "./kind";

/** What each label that gives access begins with: an answer without this text has none of them. */
export const ACCESS_LABEL = "io.portainer.accesscontrol.";

/** The access that the labels of an object made outside Portainer give, if they speak of it at all. */
export function accessByLabels(labels: Labels): LabelAccess | undefined {
  const publicly = labels[`${ACCESS_LABEL}public`];
  const users = labels[`${ACCESS_LABEL}users`];
  const teams = labels[`${ACCESS_LABEL}teams`];
  if (publicly !== undefined) return { public: true, users: [], teams: [] };
  const access = { public: false, users: namesIn(users), teams: namesIn(teams) };
  return access.users.length + access.teams.length > 0 ? access : undefined;
}

const namesIn = (list = "") =>
  list
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
