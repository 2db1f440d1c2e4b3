import { expect, test } from "@jest/globals";
import { testImage } from "../../support/needs";
import { onSwarm, swarmApi } from "../../support/swarm-host";

onSwarm("a Webhook", (host) => {
  test("deploys its service again, without a login", async () => {
    const { stack, prefix } = host;
    const { body: made } = await swarmApi("POST", "/services/create", {
      Name: `${prefix}shop`,
      TaskTemplate: { ContainerSpec: { Image: testImage, Command: ["sleep", "1000"] } },
      Mode: { Replicated: { Replicas: 0 } },
    });
    const serviceId = String(made["ID"]);
    const forced = async () => {
      const { body } = await swarmApi("GET", `/services/${serviceId}`);
      return (body as unknown as { Spec: { TaskTemplate: { ForceUpdate: number } } }).Spec.TaskTemplate
        .ForceUpdate;
    };
    await stack.up("Webhook", "shop", { endpointId: 1, serviceId });
    expect(await forced()).toBe(0);
    const url = String(stack.outputs("shop")["webhookUrl"]);
    const fire = async () => (await fetch(url, { method: "POST" })).status;
    expect([await fire(), await forced()]).toEqual([204, 1]);
    await stack.destroy("shop");
    expect([await fire(), await forced()]).toEqual([404, 1]);
  });
});
