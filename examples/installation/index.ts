import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";
import { Application } from "./application";
import { applications, cities, continents, registries, type Team, teams } from "./company";

const config = new pulumi.Config();
const prefix = config.require("name");
const image = config.require("image");
const firstPassword = config.requireSecret("firstPassword");

// What is not set here stays as it is, and `pulumi destroy` puts back what was there before.
new portainer.Settings("settings", {
  sessionTimeout: "4h",
  requiredPasswordLength: 14,
  snapshotInterval: "10m",
  telemetry: false,
});

// Who works here. The first one of a team leads it.
const people = [...new Set(Object.values(teams).flat())];
const users = each(people, (name) => new portainer.User(name, { password: firstPassword }));
const memberships = Object.entries(teams) as [Team, readonly (typeof people)[number][]][];
const team = each(Object.keys(teams) as Team[], (name) => new portainer.Team(name));
for (const [name, members] of memberships) {
  for (const [place, member] of members.entries()) {
    new portainer.TeamMembership(`${name}-${member}`, {
      userId: users[member],
      teamId: team[name],
      role: place === 0 ? "leader" : "member",
    });
  }
}

for (const [name, { type, url }] of Object.entries(registries)) {
  new portainer.Registry(name, {
    type,
    url,
    username: "puller",
    password: config.requireSecret("registryPassword"),
  });
}

// A group's tags count for every environment in it.
const production = new portainer.Tag("production");
const groups = each(
  continents,
  (continent) =>
    new portainer.EndpointGroup(`${continent}-group`, {
      name: continent,
      description: `Engines in ${continent}`,
      tagIds: [production, new portainer.Tag(continent)],
    }),
);

const containers = Object.entries(cities).flatMap(([city, { continent, teams: guests }]) => {
  const environment = new portainer.Endpoint(city, {
    url: config.require("engine"),
    groupId: groups[continent],
    access: { teams: guests.map((name) => team[name]) },
    security: { allowPrivilegedModeForRegularUsers: false, allowHostNamespaceForRegularUsers: false },
  });
  const network = new portainer.Network(`${city}-apps`, {
    endpointId: environment,
    name: `${prefix}-${city}`,
    labels: { city },
  });
  const databasePassword = config.requireSecret("databasePassword");
  const place = { city, environment, network, image, prefix, databasePassword };
  return applications.flatMap((name) => new Application(name, place).containers);
});

export const running = containers.map(({ name }) => name);

/** One resource for each name. */
function each<Name extends string, Resource>(
  names: readonly Name[],
  make: (name: Name) => Resource,
): Record<Name, Resource> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Resource>;
}
