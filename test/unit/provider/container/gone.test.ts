import { describe, expect, test } from "@jest/globals";
import { ApiError } from "../../../../client";
import { discard, findById, remove } from "../../../../provider/docker/container/calls";
import { removeFileVolumes } from "../../../../provider/docker/container/file-volumes";
import type { Engine } from "../../../../provider/docker/engine";

const ID = "3f".repeat(32);

/** An engine whose environment, or whatever is on it, is not found. */
function engineWithout(what: "object" | "environment"): Engine {
  const refuse = () =>
    Promise.reject(
      new ApiError({
        status: 404,
        method: "DELETE",
        path: "/api/endpoints/1/docker/…",
        serverMessage: what === "object" ? "No such container or volume" : "Unable to find an environment",
        isJson: true,
        source: what === "object" ? "engine" : "portainer",
      }),
    );
  const Volumes = [{ Name: "web.files", Labels: { "io.pulumi.portainer.files": "cafe" } }];
  const docker = {
    containers: { inspect: refuse, stop: refuse, delete: refuse },
    volumes: { list: () => Promise.resolve({ Volumes }), delete: refuse },
  };
  return { docker, call: {}, context: {} } as unknown as Engine;
}

describe.each([
  ["finding a container", (engine: Engine) => findById(engine, ID)],
  ["removing a container", (engine: Engine) => remove(engine, ID, false)],
  ["removing a container at once", (engine: Engine) => discard(engine, ID, false)],
  ["removing the volumes of files", (engine: Engine) => removeFileVolumes(engine, "cafe")],
])("%s", (_, call) => {
  test("takes it for gone when the engine does not know it", async () => {
    await expect(call(engineWithout("object"))).resolves.not.toBe(true);
  });

  test("does not take it for gone when its environment is", async () => {
    await expect(call(engineWithout("environment"))).rejects.toThrow("Unable to find an environment");
  });
});
