import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

const config = new pulumi.Config();

// The users, teams, tags, groups and registries of an installation. The server and an administrator's key come from stack config
// (`portainer:url`, `portainer:apiKey`).
// What is not set here stays as it is, and `pulumi destroy` puts back what was there before.
new portainer.Settings("settings", { sessionTimeout: "4h", requiredPasswordLength: 14, telemetry: false });

const operators = new portainer.Team("operators");
const alice = new portainer.User("alice", { password: config.requireSecret("alicePassword") });

// A leader puts other users into the team; whom this program does not name stays in it.
new portainer.TeamMembership("alice-operators", { userId: alice, teamId: operators, role: "leader" });

const production = new portainer.Tag("production");

// Tags and access of a group count for every environment in it: who joins the team may use them all.
const shops = new portainer.EndpointGroup("shops", {
  description: "Every engine that runs a shop",
  tagIds: [production],
  access: { teams: [operators] },
});

// An environment says itself which group it is in.
const paris = new portainer.Endpoint("paris", { url: config.require("engine"), groupId: shops });

// Where its private images come from: a container names it by `registryId: images`.
const images = new portainer.Registry("images", {
  type: "custom",
  url: "registry.example.com",
  username: "puller",
  password: config.requireSecret("registryPassword"),
});

// One more who may pull from it there; what others have is left alone.
new portainer.RegistryAccess("paris-images", { registryId: images, endpointId: paris, team: operators });

// What runs there belongs to the team, too: for other users it is not there.
const shop = new portainer.Container("shop", {
  endpointId: paris,
  name: config.require("name"),
  image: config.require("image"),
  command: ["sleep", "infinity"],
  stopTimeout: 1,
  access: { teams: [operators] },
});

export const registry = images.registryId;
export const group = shops.groupId;
export const containerId = shop.containerId;
