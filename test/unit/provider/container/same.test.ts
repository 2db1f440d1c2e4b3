import { expect, test } from "@jest/globals";
import { containerArguments } from "../../../../provider/docker/container/arguments";
import type { AnyArgument } from "../../../../provider/docker/container/arguments/argument";
import { canonical } from "../../../../provider/docker/container/arguments/argument";

const ID = `sha256:${"3f2ac1".padEnd(64, "0")}`;
const NOTE = "com.docker.compose.config-hash";

/** What another client has sent, and how a program writes the same. */
test.each([
  ["exposedPorts", { ExposedPorts: { "9090": {}, "91/udp": {}, "80/tcp": {} } }, ["9090", "91/udp"]],
  ["image", { Image: "media-web" }, ID],
  ["labels", { Labels: { team: "ops", [NOTE]: "of Docker Compose" } }, { team: "ops", [NOTE]: "ours" }],
])("%s of %j is %j", (key, config, desired) => {
  const container = { Image: ID, Config: { Image: "media-web", ...config }, HostConfig: {} };
  const argument: AnyArgument = containerArguments[key as "image"];
  const actual = argument.read?.(container as never, desired as never);
  expect(canonical(argument, actual)).toEqual(canonical(argument, desired));
});
