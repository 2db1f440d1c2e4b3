import { expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import * as provider from "../../../provider";
import * as functions from "../../../provider/functions";
import * as sdk from "../../../sdk";

/** State of every stack refers to these names: they may be added to, and never changed or taken away. */
const EXPORTS = [
  "AdminUser",
  "ApiKey",
  "Config",
  "Container",
  "CustomTemplate",
  "Endpoint",
  "EndpointAccess",
  "EndpointGroup",
  "EndpointGroupAccess",
  "Exec",
  "Image",
  "Network",
  "Node",
  "Registry",
  "RegistryAccess",
  "ResourceControl",
  "RemoteImage",
  "Secret",
  "Service",
  "Settings",
  "SslSettings",
  "Stack",
  "Swarm",
  "Tag",
  "Team",
  "TeamMembership",
  "User",
  "Volume",
  "Webhook",
];
const METHODS = ["check", "configure", "create", "delete", "diff", "read", "update"];

/** Components consist of resources, and have no provider of their own. */
const isComponent = (name: string): boolean =>
  Reflect.get(sdk, name).prototype instanceof pulumi.ComponentResource;

test("the provider exports what states refer to", () => {
  expect(Object.keys(provider)).toEqual(expect.arrayContaining(EXPORTS));
  for (const one of Object.values(provider)) expect(Object.keys(one).sort()).toEqual(METHODS);
});

test("every provider has a class of its name for programs, or a function that looks it up, and the other way round", () => {
  const { Provider: _connection, ...resources } = sdk;
  const names = Object.keys(resources)
    .filter((name) => !isFunction(name) && !isComponent(name))
    .map((name) => name.replace(/^get/, ""));
  expect(names.sort()).toEqual(Object.keys(provider).sort());
});

test("every function has both forms, and a definition that runs it", () => {
  const names = Object.keys(sdk).filter(isFunction);
  const defined = Object.keys(functions).filter((name) => name.startsWith("get"));
  expect(names.sort()).toEqual(defined.flatMap((name) => [name, `${name}Output`]).sort());
});

const isFunction = (name: string): boolean => name.replace(/Output$/, "") in functions;
