import { buffer } from "node:stream/consumers";
import { jest } from "@jest/globals";
import { type Contract, contract } from "../../../contract";
import { makeCertificates } from "../../support/certificates";
import { COMPOSE, callEach, fresh, onEndpoint, PASSWORD, type Rows } from "./routes";

jest.setTimeout(60_000);

const admin = { Username: "admin", Password: PASSWORD };
const file = (content: string) => ({ filename: "file", content });
const template = () => ({ Title: fresh(), Description: "d", Platform: 1, Type: 2, FileContent: COMPOSE });
const standalone = { params: { type: "standalone" }, query: onEndpoint };

const ROWS: Rows<Contract> = {
  status: {
    get: (client) => client.status.get(),
    getSystem: (client) => client.status.getSystem(),
    version: (client) => client.status.version(),
    versionOld: (client) => client.status.versionOld(),
    info: (client) => client.status.info(),
    nodes: (client) => client.status.nodes(),
    nodesOld: (client) => client.status.nodesOld(),
  },
  settings: {
    get: (client) => client.settings.get(),
    update: (client) => client.settings.update({ body: { LogoURL: "" } }),
    getPublic: (client) => client.settings.getPublic(),
  },
  auth: {
    login: (client) => client.auth.login({ body: admin }),
    validateOAuth: {
      refused: (client) => client.auth.validateOAuth({ body: { Code: "code" } }),
      status: 403,
    },
    logout: {
      async byPassword(client) {
        await client.users.me();
        return client.auth.logout();
      },
    },
  },
  users: {
    checkAdmin: (client) => client.users.checkAdmin(),
    initAdmin: { onNewServer: (client) => client.users.initAdmin({ body: admin }) },
    list: (client) => client.users.list(),
    create: (client) => client.users.create({ body: { Username: fresh(), Password: PASSWORD, Role: 2 } }),
    me: (client) => client.users.me(),
    get: async (client, world) => client.users.get({ params: { id: await world.user() } }),
    update: async (client, world) =>
      client.users.update({ params: { id: await world.user() }, body: { Username: fresh() } }),
    changePassword: async (client, world) =>
      client.users.changePassword({
        params: { id: await world.user() },
        body: { Password: PASSWORD, NewPassword: PASSWORD },
      }),
    memberships: async (client, world) => client.users.memberships({ params: { id: await world.user() } }),
    delete: async (client, world) => client.users.delete({ params: { id: await world.user() } }),
  },
  apiKeys: {
    list: (client) => client.apiKeys.list({ params: { id: 1 } }),
    create: {
      byPassword: (client) =>
        client.apiKeys.create({ params: { id: 1 }, body: { description: fresh(), password: PASSWORD } }),
    },
    delete: {
      async byPassword(client) {
        const body = { description: fresh(), password: PASSWORD };
        const { apiKey } = await client.apiKeys.create({ params: { id: 1 }, body });
        return client.apiKeys.delete({ params: { id: 1, keyId: apiKey.id } });
      },
    },
  },
  teams: {
    list: (client) => client.teams.list(),
    create: (client) => client.teams.create({ body: { Name: fresh() } }),
    get: async (client, world) => client.teams.get({ params: { id: await world.team() } }),
    update: async (client, world) =>
      client.teams.update({ params: { id: await world.team() }, body: { Name: fresh() } }),
    delete: async (client, world) => client.teams.delete({ params: { id: await world.team() } }),
    memberships: async (client, world) => client.teams.memberships({ params: { id: await world.team() } }),
  },
  teamMemberships: {
    list: (client) => client.teamMemberships.list(),
    create: async (client, world) =>
      client.teamMemberships.create({
        body: { UserID: await world.user(), TeamID: await world.team(), Role: 2 },
      }),
    update: async (client, world) =>
      client.teamMemberships.update({
        params: { id: await world.membership() },
        body: { UserID: await world.user(), TeamID: await world.team(), Role: 1 },
      }),
    delete: async (client, world) =>
      client.teamMemberships.delete({ params: { id: await world.membership() } }),
  },
  tags: {
    list: (client) => client.tags.list(),
    create: (client) => client.tags.create({ body: { Name: fresh() } }),
    delete: async (client, world) => client.tags.delete({ params: { id: await world.tag() } }),
  },
  endpointGroups: {
    list: (client) => client.endpointGroups.list(),
    create: (client) => client.endpointGroups.create({ body: { Name: fresh() } }),
    get: async (client, world) => client.endpointGroups.get({ params: { id: await world.group() } }),
    update: async (client, world) =>
      client.endpointGroups.update({ params: { id: await world.group() }, body: { Name: fresh() } }),
    addEndpoint: async (client, world) =>
      client.endpointGroups.addEndpoint({
        params: { id: await world.group(), endpointId: await world.endpoint() },
      }),
    removeEndpoint: async (client, world) =>
      client.endpointGroups.removeEndpoint({
        params: { id: await world.group(), endpointId: await world.endpoint() },
      }),
    delete: async (client, world) => client.endpointGroups.delete({ params: { id: await world.group() } }),
  },
  endpoints: {
    list: (client) => client.endpoints.list({ query: { "types[]": ["1"] } }),
    create: (client, { engine }) =>
      client.endpoints.create({ form: { Name: fresh(), EndpointCreationType: "1", URL: engine.url } }),
    get: (client) => client.endpoints.get({ params: { id: 1 } }),
    update: async (client, world) =>
      client.endpoints.update({ params: { id: await world.endpoint() }, body: { Name: fresh() } }),
    updateSettings: async (client, world) =>
      client.endpoints.updateSettings({
        params: { id: await world.endpoint() },
        body: { allowBindMountsForRegularUsers: false },
      }),
    snapshot: (client) => client.endpoints.snapshot({ params: { id: 1 } }),
    snapshotAll: (client) => client.endpoints.snapshotAll(),
    deleteMany: async (client, world) =>
      client.endpoints.deleteMany({ body: { endpoints: [{ id: await world.endpoint() }] } }),
    deleteManyByPost: async (client, world) =>
      client.endpoints.deleteManyByPost({ body: { endpoints: [{ id: await world.endpoint() }] } }),
    updateRelations: async (client, world) =>
      client.endpoints.updateRelations({
        body: { Relations: { [await world.endpoint()]: { Tags: [await world.tag()] } } },
      }),
    agentVersions: (client) => client.endpoints.agentVersions(),
    forceUpdateService: (client) =>
      client.endpoints.forceUpdateService({ params: { id: 1 }, body: { ServiceID: "svc" } }),
    deleteAssociation: async (client, world) =>
      client.endpoints.deleteAssociation({ params: { id: await world.endpoint("4") } }),
    findByEdgeId: {
      refused: (client) =>
        client.endpoints.findByEdgeId({}, { headers: { "X-PortainerAgent-EdgeID": "edge" } }),
      status: 404,
    },
    delete: async (client, world) => client.endpoints.delete({ params: { id: await world.endpoint() } }),
  },
  edgeGroups: {
    async list(client, world) {
      await world.edgeGroup();
      return client.edgeGroups.list();
    },
    async create(client, world) {
      await world.edgeGroup();
      return client.edgeGroups.create({ body: { Name: fresh(), Endpoints: [await world.endpoint("4")] } });
    },
    get: async (client, world) => client.edgeGroups.get({ params: { id: await world.edgeGroup() } }),
    update: async (client, world) =>
      client.edgeGroups.update({
        params: { id: await world.edgeGroup() },
        body: { Name: fresh(), Dynamic: true, TagIDs: [await world.tag()] },
      }),
    delete: async (client, world) => client.edgeGroups.delete({ params: { id: await world.edgeGroup() } }),
  },
  engines: {
    dashboard: (client) => client.engines.dashboard({ params: { id: 1 } }),
    images: (client) => client.engines.images({ params: { id: 1 }, query: { withUsage: "true" } }),
    gpus: (client) => client.engines.gpus({ params: { id: 1, container: "web" } }),
    recreate: (client) =>
      client.engines.recreate({ params: { id: 1, container: "web" }, body: { PullImage: true } }),
  },
  tlsFiles: {
    upload: (client) =>
      client.tlsFiles.upload({ params: { file: "ca" }, form: { folder: "1", file: file("pem") } }),
  },
  resourceControls: {
    create: (client) =>
      client.resourceControls.create({ body: { ResourceID: fresh(), Type: 1, Public: true } }),
    update: async (client, world) =>
      client.resourceControls.update({
        params: { id: await world.control() },
        body: { AdministratorsOnly: true },
      }),
    delete: async (client, world) =>
      client.resourceControls.delete({ params: { id: await world.control() } }),
  },
  registries: {
    list: (client) => client.registries.list(),
    create: (client) =>
      client.registries.create({ body: { Name: fresh(), Type: 3, URL: `${fresh()}.example.com` } }),
    get: async (client, world) => client.registries.get({ params: { id: await world.registry() } }),
    update: async (client, world) =>
      client.registries.update({ params: { id: await world.registry() }, body: { Name: fresh() } }),
    configure: async (client, world) =>
      client.registries.configure({
        params: { id: await world.registry() },
        form: { Authentication: "false" },
      }),
    delete: async (client, world) => client.registries.delete({ params: { id: await world.registry() } }),
    listOfEndpoint: (client) => client.registries.listOfEndpoint({ params: { id: 1 } }),
    setAccess: async (client, world) =>
      client.registries.setAccess({
        params: { id: 1, registryId: await world.registry() },
        body: { UserAccessPolicies: {} },
      }),
  },
  dockerHub: {
    get: (client) => client.dockerHub.get(),
    update: (client) => client.dockerHub.update({ body: { Authentication: false } }),
    limits: {
      refused: (client) => client.dockerHub.limits({ params: { id: 1, registryId: 0 } }),
      status: 400,
    },
  },
  stacks: {
    list: (client) => client.stacks.list(),
    createFromString: (client) =>
      client.stacks.createFromString({
        ...standalone,
        body: { Name: fresh(), StackFileContent: COMPOSE },
      }),
    createFromFile: (client) =>
      client.stacks.createFromFile({ ...standalone, form: { Name: fresh(), file: file(COMPOSE) } }),
    createFromRepository: (client, { git }) =>
      client.stacks.createFromRepository({
        ...standalone,
        body: { Name: fresh(), RepositoryURL: git.url },
      }),
    createFromElsewhere: {
      refused: (client) =>
        client.stacks.createFromElsewhere({
          params: { type: "standalone", method: "post" },
          query: onEndpoint,
        }),
      status: 400,
    },
    get: async (client, world) => client.stacks.get({ params: { id: await world.stack() } }),
    file: async (client, world) => client.stacks.file({ params: { id: await world.stack() } }),
    update: async (client, world) =>
      client.stacks.update({
        params: { id: await world.stack() },
        query: onEndpoint,
        body: { StackFileContent: COMPOSE },
      }),
    async start(client, world) {
      const request = { params: { id: await world.stack() }, query: onEndpoint };
      await world.admin.stacks.stop(request);
      return client.stacks.start(request);
    },
    stop: async (client, world) =>
      client.stacks.stop({ params: { id: await world.stack() }, query: onEndpoint }),
    migrate: async (client, world) =>
      client.stacks.migrate({
        params: { id: await world.stack() },
        query: onEndpoint,
        body: { EndpointID: await world.endpoint() },
      }),
    async associate(client, world) {
      const id = await world.stack();
      const query = { endpointId: String(await world.endpoint()), orphanedRunning: "true" };
      return client.stacks.associate({ params: { id }, query });
    },
    updateGit: async (client, world) =>
      client.stacks.updateGit({ params: { id: await world.gitStack() }, query: onEndpoint, body: {} }),
    redeploy: async (client, world) =>
      client.stacks.redeploy({ params: { id: await world.gitStack() }, query: onEndpoint, body: {} }),
    async fire(client, world) {
      const Webhook = crypto.randomUUID();
      await world.gitStack({ AutoUpdate: { Webhook } });
      return client.stacks.fire({ params: { token: Webhook } });
    },
    delete: async (client, world) =>
      client.stacks.delete({ params: { stack: await world.stack() }, query: onEndpoint }),
  },
  customTemplates: {
    list: (client) => client.customTemplates.list(),
    createFromString: (client) => client.customTemplates.createFromString({ body: template() }),
    createFromFile: (client) =>
      client.customTemplates.createFromFile({
        form: { Title: fresh(), Description: "d", Platform: "1", Type: "2", File: file(COMPOSE) },
      }),
    createFromRepository: (client, { git }) =>
      client.customTemplates.createFromRepository({
        body: {
          ...template(),
          RepositoryURL: git.url,
          ComposeFilePathInRepository: "docker-compose.yml",
        },
      }),
    createFromElsewhere: {
      refused: (client) => client.customTemplates.createFromElsewhere({ params: { method: "post" } }),
      status: 500,
    },
    get: async (client, world) => client.customTemplates.get({ params: { id: await world.template() } }),
    file: async (client, world) => client.customTemplates.file({ params: { id: await world.template() } }),
    fetch: async (client, world) =>
      client.customTemplates.fetch({ params: { id: await world.gitTemplate() } }),
    update: async (client, world) =>
      client.customTemplates.update({ params: { id: await world.template() }, body: template() }),
    delete: async (client, world) =>
      client.customTemplates.delete({ params: { id: await world.template() } }),
  },
  appTemplates: { list: { refused: (client) => client.appTemplates.list(), status: 500 } },
  webhooks: {
    list: (client) => client.webhooks.list(),
    create: (client) =>
      client.webhooks.create({ body: { ResourceID: fresh(), EndpointID: 1, WebhookType: 1 } }),
    update: async (client, world) =>
      client.webhooks.update({
        params: { id: (await world.webhook()).id },
        body: { RegistryID: await world.registry() },
      }),
    delete: async (client, world) => client.webhooks.delete({ params: { id: (await world.webhook()).id } }),
    fire: async (client, world) => client.webhooks.fire({ params: { token: (await world.webhook()).token } }),
  },
  roles: { list: (client) => client.roles.list() },
  motd: { get: (client) => client.motd.get() },
  ssl: {
    get: (client) => client.ssl.get(),
    async update(client) {
      const { server } = await makeCertificates();
      return client.ssl.update({ body: { Cert: server.cert, Key: server.key } });
    },
  },
  backups: {
    create: (client) => client.backups.create({ body: {} }),
    restore: {
      async onNewServer(client, { admin: other }) {
        const content = await other.backups.create({ body: {} });
        const backup = { filename: "backup.tar.gz", content: await buffer(content) };
        return client.backups.restore({ form: { file: backup } });
      },
    },
  },
  apiDocs: {
    document: (client) => client.apiDocs.document(),
    page: (client) => client.apiDocs.page(),
  },
};

callEach(contract, ROWS);
