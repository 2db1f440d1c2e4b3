import { describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { ComposeProject, type ComposeProjectArgs } from "../../../sdk";
import { folderWith } from "../compose/kit";
import { type Registered, register } from "./kit";

/** What a project of this text registers, by resource name; the component itself left out. */
async function project(content: string, args: ComposeProjectArgs = {}): Promise<Record<string, Registered>> {
  const all = await register(() => new ComposeProject("media", { content, ...args }));
  return Object.fromEntries(all.slice(1).map((one) => [one.name, one]));
}

const MEDIA = `
services:
  web:
    image: "nginx:\${TAG:-1.27}"
    ports: ["8080:80"]
    environment: { PASSWORD: "\${PASSWORD}" , URL: "http://db/\${DB:-x}" }
    volumes: ["data:/data", "./conf:/conf:ro", /cache]
    depends_on: { db: { condition: service_healthy }, setup: { condition: service_completed_successfully } }
    networks: [front, default]
  db: { image: postgres, healthcheck: { test: pg_isready } , scale: 2 }
  setup: { image: busybox, command: "true", restart: "no" }
  vpn: { image: vpn, cap_add: [NET_ADMIN] }
  client: { image: client, network_mode: "service:vpn", volumes_from: ["web"] }
volumes: { data: , unused: }
networks: { front: { internal: true }, unused: }
`;

describe("a ComposeProject", () => {
  test("is one resource for each object that Docker Compose makes, with its names and labels", async () => {
    const all = await project(MEDIA, { environment: { PASSWORD: "p" }, projectFolder: "/app" });
    expect(Object.keys(all).sort()).toEqual([
      "media-client-1",
      "media-data",
      "media-db-1",
      "media-db-2",
      "media-default",
      "media-front",
      "media-setup-1",
      "media-vpn-1",
      "media-web-1",
    ]);
    const web = all["media-web-1"]?.inputs;
    expect(web).toMatchObject({
      name: "media-web-1",
      image: "nginx:1.27",
      env: { value: { PASSWORD: "p", URL: "http://db/x" } },
      ports: [{ containerPort: 80, hostPort: 8080, protocol: "tcp" }],
      volumes: [
        { source: "media_data", target: "/data" },
        "/app/conf:/conf:ro",
        { type: "volume", target: "/cache" },
      ],
      networks: [
        { network: "media_default", aliases: ["media-web-1", "web"] },
        { network: "media_front", aliases: ["media-web-1", "web"] },
      ],
      labels: {
        "com.docker.compose.project": "media",
        "com.docker.compose.service": "web",
        "com.docker.compose.container-number": "1",
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.project.working_dir": "/app",
        "com.docker.compose.depends_on":
          "db:service_healthy:false,setup:service_completed_successfully:false",
        "com.docker.compose.config-hash": expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(all["media-db-2"]?.inputs).toMatchObject({ waitFor: "healthy" });
    expect(all["media-setup-1"]?.inputs).toMatchObject({ waitFor: "exited", command: ["true"] });
    expect(all["media-data"]?.inputs["labels"]).toEqual({
      "com.docker.compose.project": "media",
      "com.docker.compose.volume": "data",
    });
    expect(all["media-client-1"]?.inputs).toMatchObject({
      networkMode: expect.stringMatching(/^container:/),
    });
  });

  test("takes secrets and outputs for variables, where they stand in texts", async () => {
    const environment = { PASSWORD: pulumi.secret("hidden"), DB: pulumi.output("known-later"), TAG: "2" };
    const all = await project(MEDIA, { environment });
    // Pulumi's SDK passes a map with a secret in it as a secret to the mocks.
    expect(all["media-web-1"]?.inputs["env"]).toMatchObject({
      value: { PASSWORD: "hidden", URL: "http://db/known-later" },
    });
    expect(JSON.stringify(all["media-web-1"]?.inputs["labels"])).not.toContain("hidden");
  });

  test("says where an output cannot stand", async () => {
    const content = 'services:\n  web:\n    image: a\n    ports: ["$PORT:80"]';
    await expect(project(content, { environment: { PORT: pulumi.output("80") } })).rejects.toThrow(
      /content:4: `services\.web\.ports\[0\]`: "\$\{PORT\}:80" is no port.* The value of PORT is an output or a secret.*must be known/,
    );
  });

  test("takes arguments over those of the files, and refuses them for a service that is not there", async () => {
    const all = await project(MEDIA, {
      environment: { PASSWORD: "p" },
      endpointId: 3,
      services: { web: { image: "other", env: { MORE: pulumi.output("1") }, labels: { a: "b" } } },
    });
    expect(all["media-web-1"]?.inputs).toMatchObject({
      endpointId: 3,
      image: "other",
      env: { value: { PASSWORD: "p", MORE: "1" } },
      labels: { a: "b", "com.docker.compose.service": "web" },
    });
    await expect(project(MEDIA, { services: { wbe: {} } })).rejects.toThrow(
      /`services` has "wbe", and the files have no such service.* web, db, setup, vpn, client/,
    );
  });

  test("gives configs and secrets to containers as files, secrets as secrets", async () => {
    using folder = folderWith({
      "compose.yaml": `
services:
  web: { image: a, secrets: [pw, { source: token, target: t, mode: 0400, uid: "5" }], configs: [page, { source: conf, target: /etc/conf }] }
secrets: { pw: { file: ./pw.txt }, token: { environment: TOKEN } }
configs: { page: { content: "hello \${NAME:-you}" }, conf: { file: conf.bin } }
`,
      "pw.txt": "geheim",
      "conf.bin": "plain",
    });
    const args = { files: `${folder.path}/compose.yaml`, environment: { TOKEN: pulumi.secret("t-1") } };
    const all = await register(() => new ComposeProject("media", args));
    const web = all.find(({ name }) => name === "media-web-1")?.inputs;
    expect(web?.["files"]).toMatchObject({
      value: {
        "/page": { content: "hello you", mode: 0o444 },
        "/etc/conf": { content: "plain", mode: 0o444 },
        "/run/secrets/pw": { content: "geheim", mode: 0o444 },
        "/run/secrets/t": { content: "t-1", mode: 0o400, uid: 5 },
      },
    });
    const bound = await register(
      () => new ComposeProject("media", { ...args, fileMode: "bind", engineFolder: "/srv/media" }),
    );
    expect(bound.find(({ name }) => name === "media-web-1")?.inputs).toMatchObject({
      volumes: [
        { type: "bind", source: "/srv/media/conf.bin", target: "/etc/conf", readOnly: true },
        { type: "bind", source: "/srv/media/pw.txt", target: "/run/secrets/pw", readOnly: true },
      ],
      files: { value: { "/page": expect.anything(), "/run/secrets/t": expect.anything() } },
    });
  });

  test("builds images", async () => {
    using folder = folderWith({
      "compose.yaml": "services: { web: { build: { context: ., args: [A=1] } } }",
      Dockerfile: "FROM scratch",
    });
    const all = await register(() => new ComposeProject("media", { files: `${folder.path}/compose.yaml` }));
    expect(all.find(({ name }) => name === "media-web-image")?.inputs).toMatchObject({
      name: "media-web",
      build: { context: folder.path, args: { A: "1" } },
    });
  });

  test.each([
    [
      "a circle",
      "services: { a: { image: x, depends_on: [b] }, b: { image: x, depends_on: [a] } }",
      /wait for each other: a depends on b depends on a/,
    ],
    [
      "a swarm's key",
      "services: { a: { image: x, deploy: { placement: { constraints: [node.role==worker] } } } }",
      /`services\.a\.deploy\.placement`: is not carried out: only a swarm does/,
    ],
    [
      "an alias by links",
      "services: { a: { image: x, links: [b:c] }, b: { image: x } }",
      /`services\.a\.links\[0\]`: is not carried out: give the service "b"/,
    ],
    [
      "one name for two",
      "services: { a: { image: x, container_name: y, scale: 2 } }",
      /`services\.a\.container_name`: only one container/,
    ],
    [
      "two conditions",
      "services: { a: { image: x }, b: { image: x, depends_on: { a: { condition: service_healthy } } }, c: { image: x, depends_on: { a: { condition: service_completed_successfully } } } }",
      /"b" waits until "a" is healthy, and "c" until it is exited/,
    ],
    [
      "a variable of a secret that is not set",
      "services: { a: { image: x, secrets: [s] } }\nsecrets: { s: { environment: NONE } }",
      /content:2: `secrets\.s\.environment`: the variable NONE is not set/,
    ],
  ])("refuses %s", async (_what, content, message) => {
    await expect(project(content)).rejects.toThrow(message);
  });

  test("with the type swarm is a Service for each service, with the secrets and configs that it uses", async () => {
    const content = `
services:
  web: { image: "nginx:\${TAG}", secrets: [pw], configs: [page], environment: { A: "1" }, volumes: ["data:/data"] }
secrets: { pw: { environment: PW } }
configs: { page: { content: hello } }
volumes: { data: }
`;
    const all = await project(content, {
      type: "swarm",
      endpointId: 3,
      registryId: 5,
      access: "public",
      environment: { TAG: "1", PW: pulumi.secret("geheim") },
      services: { web: { image: "other", replicas: 2, env: { B: "2" }, containerLabels: { c: "3" } } },
    });
    const labels = { "com.docker.stack.namespace": "media" };
    const shared = { endpointId: 3, access: "public", labels };
    const kinds = Object.values(all).map(({ type }) => type.split(":").at(-1));
    expect(kinds.sort()).toEqual(["Config", "Network", "Secret", "Service"]);
    expect(all).toMatchObject({
      "media-default": { inputs: { ...shared, name: "media_default", driver: "overlay" } },
      "media-pw": { inputs: { ...shared, name: "media_pw", data: { value: "geheim" } } },
      "media-page": { inputs: { ...shared, name: "media_page", data: "hello" } },
      "media-web": {
        inputs: {
          ...shared,
          name: "media_web",
          registryId: 5,
          image: "other",
          replicas: 2,
          env: { A: "1", B: "2" },
          labels: { ...labels, "com.docker.stack.image": "other" },
          containerLabels: { c: "3", ...labels },
          secrets: [{ secret: "media-pw-id", target: "pw" }],
          configs: [{ config: "media-page-id", target: "page" }],
          networks: [{ network: "media-default-id", aliases: ["web"] }],
        },
      },
    });
  });

  test.each<[ComposeProjectArgs, RegExp]>([
    [{ nodeName: "worker-1" }, /`nodeName` and `type: "swarm"` exclude each other: a swarm picks the nodes/],
    [
      { fileMode: "bind" },
      /`fileMode` and `type: "swarm"` exclude each other: configs and secrets of a swarm/,
    ],
  ])("with the type swarm refuses %j", async (args, message) => {
    const content = "services: { web: { image: a } }";
    await expect(project(content, { type: "swarm", ...args })).rejects.toThrow(message);
  });

  test("names what there is, when a program asks for another service", async () => {
    let message = "";
    await register(() => {
      const media = new ComposeProject("media", { content: "services: { web: { image: a } }" });
      try {
        media.service("api");
      } catch (error) {
        message = (error as Error).message;
      }
    });
    expect(message).toBe('there is no service "api" in the project; there are: web');
  });
});
