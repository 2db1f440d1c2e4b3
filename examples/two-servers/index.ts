import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

const config = new pulumi.Config();

// An explicit Provider is a server together with credentials for it. One that names a `url` takes no credentials from
// stack config or the environment: what stands there belongs to some other server.
const towns = {
  paris: new portainer.Provider("paris", {
    url: config.require("parisUrl"),
    apiKey: config.requireSecret("parisKey"),
    endpointId: 1,
  }),
  oslo: new portainer.Provider("oslo", {
    url: config.require("osloUrl"),
    apiKey: config.requireSecret("osloKey"),
    endpointId: 1,
  }),
};

// Every resource says where it goes by its `provider`; the environment is that Provider's `endpointId`.
const workers = Object.entries(towns).map(
  ([town, provider]) =>
    new portainer.Container(
      town,
      {
        name: `${config.require("name")}-${town}`,
        image: config.require("image"),
        command: ["sleep", "infinity"],
        stopTimeout: 1,
        env: { TOWN: town },
        restart: "unless-stopped",
      },
      { provider },
    ),
);

export const containerIds = workers.map((worker) => worker.containerId);
