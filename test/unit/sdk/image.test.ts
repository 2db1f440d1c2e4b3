import { expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import * as portainer from "../../../sdk";
import { register } from "./kit";

const app = (build: portainer.ImageArgs["build"]) => () =>
  new portainer.Image("app", { endpointId: 1, name: "app:1", ...(build !== undefined && { build }) });

test("a container runs exactly the image that it is given", async () => {
  const registered = await register(() => {
    const image = new portainer.Image("app", { endpointId: 1, name: "app:1" });
    Object.assign(image, { reference: pulumi.output("app:1@sha256:ab") });
    new portainer.Container("web", { endpointId: 1, image });
  });
  expect(registered.find(({ name }) => name === "web")?.inputs["image"]).toBe("app:1@sha256:ab");
});

test("build arguments reach the provider, secret ones only where that is allowed", async () => {
  const args = { WHO: "you", PW: pulumi.secret("correct-horse-9") };
  const [open] = await register(app({ context: "app", args: { WHO: "you" } }));
  expect(open?.inputs["build"]).toEqual({ context: "app", args: { WHO: "you" } });
  const [allowed] = await register(app({ context: "app", args, allowSecretArgs: true }));
  expect(JSON.stringify(allowed?.inputs["build"])).toContain("correct-horse-9");
});
