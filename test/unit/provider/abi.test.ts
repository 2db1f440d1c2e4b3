import { expect, test } from "@jest/globals";
import * as provider from "../../../provider";
import * as sdk from "../../../sdk";

/** State of every stack refers to these names: they may be added to, and never changed or taken away. */
const EXPORTS = [
  "AdminUser",
  "ApiKey",
  "Container",
  "Endpoint",
  "EndpointGroup",
  "Network",
  "RemoteImage",
  "Tag",
  "Team",
  "TeamMembership",
  "User",
  "Volume",
];
const METHODS = ["check", "configure", "create", "delete", "diff", "read", "update"];

test("the provider exports what states refer to", () => {
  expect(Object.keys(provider)).toEqual(expect.arrayContaining(EXPORTS));
  for (const one of Object.values(provider)) expect(Object.keys(one).sort()).toEqual(METHODS);
});

test("every provider has a class of its name for programs, or a function that looks it up, and the other way round", () => {
  const { Provider: _connection, ...resources } = sdk;
  const names = Object.keys(resources).map((name) => name.replace(/^get/, ""));
  expect(names.sort()).toEqual(Object.keys(provider).sort());
});
