import { type DockerContract, dockerContract } from "../../../contract";
import { callEach, fresh, type Rows } from "./routes";

const web = { params: { id: "web" } };
const net = { params: { id: "net" } };

const ROWS: Rows<DockerContract> = {
  configs: {
    create: (client) => client.docker(1).configs.create({ body: { Name: fresh() } }),
    list: (client) => client.docker(1).configs.list(),
    inspect: (client) => client.docker(1).configs.inspect(web),
    update: (client) =>
      client.docker(1).configs.update({ ...web, query: { version: 7 }, body: { Name: "web" } }),
    delete: (client) => client.docker(1).configs.delete(web),
  },
  containers: {
    list: (client) => client.docker(1).containers.list({ query: { all: "1" } }),
    create: (client) =>
      client.docker(1).containers.create({ query: { name: fresh() }, body: { Image: "busybox" } }),
    inspect: (client) => client.docker(1).containers.inspect(web),
    start: (client) => client.docker(1).containers.start(web),
    stop: (client) => client.docker(1).containers.stop(web),
    kill: (client) => client.docker(1).containers.kill(web),
    restart: (client) => client.docker(1).containers.restart(web),
    pause: (client) => client.docker(1).containers.pause(web),
    unpause: (client) => client.docker(1).containers.unpause(web),
    rename: (client) => client.docker(1).containers.rename({ ...web, query: { name: fresh() } }),
    update: (client) => client.docker(1).containers.update({ ...web, body: {} }),
    logs: (client) => client.docker(1).containers.logs({ ...web, query: { stdout: "1", stderr: "1" } }),
    putArchive: (client) =>
      client.docker(1).containers.putArchive({ ...web, query: { path: "/" }, upload: Buffer.from("tar") }),
    getArchive: (client) => client.docker(1).containers.getArchive({ ...web, query: { path: "/" } }),
    delete: (client) => client.docker(1).containers.delete(web),
  },
  exec: {
    create: (client) =>
      client
        .docker(1)
        .exec.create({ ...web, body: { Cmd: ["true"], AttachStdout: true, AttachStderr: true } }),
    start: (client) => client.docker(1).exec.start({ ...web, body: { Detach: false, Tty: false } }),
    inspect: (client) => client.docker(1).exec.inspect(web),
  },
  images: {
    list: (client) => client.docker(1).images.list(),
    pull: (client) => client.docker(1).images.pull({ query: { fromImage: "busybox", tag: "latest" } }),
    inspect: (client) => client.docker(1).images.inspect({ params: { name: "library/busybox" } }),
    build: (client) => client.docker(1).images.build({ query: { t: "web:1" }, upload: Buffer.from("tar") }),
    tag: (client) =>
      client.docker(1).images.tag({ params: { name: "library/busybox" }, query: { repo: "web", tag: "1" } }),
    push: (client) =>
      client.docker(1).images.push({ params: { name: "library/busybox" }, query: { tag: "1" }, body: {} }),
    delete: (client) => client.docker(1).images.delete({ params: { name: "library/busybox" } }),
    remote: (client) => client.docker(1).images.remote({ params: { name: "library/busybox" } }),
  },
  networks: {
    create: (client) => client.docker(1).networks.create({ body: { Name: fresh() } }),
    list: (client) => client.docker(1).networks.list(),
    delete: (client) => client.docker(1).networks.delete(net),
    connect: (client) => client.docker(1).networks.connect({ ...net, body: { Container: "web" } }),
    disconnect: (client) => client.docker(1).networks.disconnect({ ...net, body: { Container: "web" } }),
    inspect: (client) => client.docker(1).networks.inspect(net),
  },
  secrets: {
    create: (client) => client.docker(1).secrets.create({ body: { Name: fresh() } }),
    list: (client) => client.docker(1).secrets.list(),
    inspect: (client) => client.docker(1).secrets.inspect(web),
    update: (client) =>
      client.docker(1).secrets.update({ ...web, query: { version: 7 }, body: { Name: "web" } }),
    delete: (client) => client.docker(1).secrets.delete(web),
  },
  services: {
    create: (client) => client.docker(1).services.create({ body: { Name: fresh() } }),
    list: (client) => client.docker(1).services.list({ query: { status: "true" } }),
    inspect: (client) => client.docker(1).services.inspect(web),
    update: (client) =>
      client.docker(1).services.update({ ...web, query: { version: 7 }, body: { Name: "web" } }),
    delete: (client) => client.docker(1).services.delete(web),
  },
  swarm: {
    inspect: (client) => client.docker(1).swarm.inspect(),
    init: (client) => client.docker(1).swarm.init({ body: { ListenAddr: "127.0.0.1:2377" } }),
    update: (client) => client.docker(1).swarm.update({ query: { version: 7 }, body: {} }),
    unlockKey: (client) => client.docker(1).swarm.unlockKey(),
    leave: (client) => client.docker(1).swarm.leave({ query: { force: "true" } }),
  },
  nodes: {
    list: (client) => client.docker(1).nodes.list(),
    inspect: (client) => client.docker(1).nodes.inspect(web),
    update: (client) => client.docker(1).nodes.update({ ...web, query: { version: 7 }, body: {} }),
  },
  tasks: { list: (client) => client.docker(1).tasks.list() },
  system: {
    events: (client) => client.docker(1).system.events({ query: { since: "1", until: "2" } }),
    info: (client) => client.docker(1).system.info(),
    version: (client) => client.docker(1).system.version(),
  },
  volumes: {
    create: (client) => client.docker(1).volumes.create({ body: { Name: fresh() } }),
    list: (client) => client.docker(1).volumes.list(),
    inspect: (client) => client.docker(1).volumes.inspect({ params: { name: "vol" } }),
    delete: (client) => client.docker(1).volumes.delete({ params: { name: "vol" } }),
  },
};

callEach(dockerContract, ROWS);
