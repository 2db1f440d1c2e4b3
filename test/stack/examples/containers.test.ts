import { testImage } from "../../support/needs";
import { onEnvironment, play, withEngine } from "../../support/scenes";

play({
  image: onEnvironment((name) => ({
    containers: [name],
    page: "Hello from an image that Pulumi builds through Portainer.",
    builds: `${name}:1`,
    followers: 2,
  })),

  compose: onEnvironment((name) => ({
    containers: [`${name}-store-1`, `${name}-web-1`],
    page: "Hello from a Compose file.",
    secrets: { password: "correct-horse-9" },
  })),

  async "two-servers"(name) {
    const [paris, oslo] = await Promise.all([withEngine(), withEngine()]);
    return {
      servers: [paris, oslo],
      config: { parisUrl: paris.url, osloUrl: oslo.url, image: testImage, name },
      secrets: { parisKey: paris.apiKey ?? "", osloKey: oslo.apiKey ?? "" },
      containers: [`${name}-paris`, `${name}-oslo`],
      environments: 1,
      keys: 1,
    };
  },
});
