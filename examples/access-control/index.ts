import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

const config = new pulumi.Config();
const name = config.require("name");

// Two teams, with a user each. An administrator's key comes from stack config (`portainer:apiKey`).
const shop = new portainer.Team("shop");
const books = new portainer.Team("books");
const alice = new portainer.User("alice", { password: config.requireSecret("alicePassword") });
const bob = new portainer.User("bob", { password: config.requireSecret("bobPassword") });
new portainer.TeamMembership("alice-shop", { userId: alice, teamId: shop, role: "leader" });
new portainer.TeamMembership("bob-books", { userId: bob, teamId: books });

// Both may use the engine, within limits: no standard user gets at the files or devices of its machine.
const engine = new portainer.Endpoint("engine", {
  url: config.require("engine"),
  access: { teams: [shop, books] },
  security: {
    allowBindMountsForRegularUsers: false,
    allowPrivilegedModeForRegularUsers: false,
    allowDeviceMappingForRegularUsers: false,
    allowHostNamespaceForRegularUsers: false,
  },
});

// Only the shop may pull from its registry, on this engine.
const images = new portainer.Registry("images", {
  type: "custom",
  url: "registry.example.com",
  username: "puller",
  password: config.requireSecret("registryPassword"),
});
new portainer.RegistryAccess("shop-images", { registryId: images, endpointId: engine, team: shop });

/** Who sees a container, and may start, stop and change it. Administrators always do. */
function sleeper(suffix: string, access: portainer.ContainerArgs["access"]): portainer.Container {
  return new portainer.Container(suffix, {
    endpointId: engine,
    name: `${name}-${suffix}`,
    image: config.require("image"),
    command: ["sleep", "infinity"],
    stopTimeout: 1,
    ...(access !== undefined && { access }),
  });
}

sleeper("till", { teams: [shop] });
sleeper("library", { teams: [books] });
sleeper("wiki", "public"); // Everybody who may use the engine.
sleeper("vault", "administrators");
sleeper("review", { teams: [shop], users: [bob] });

export const endpointId = engine.endpointId;
