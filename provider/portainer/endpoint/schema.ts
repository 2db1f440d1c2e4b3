import { z } from "zod";
import { SecuritySettings, UNASSIGNED_GROUP } from "../../../contract";
import { AccessSchema, normalizeAccess } from "../../core/access";
import type { Property, State } from "../../core/definition";
import { DurationSchema, filledIn, IdSchema, idNumber, normalizeIds } from "../../core/schema";
import { type Fingerprints, normalizeTls, TlsSchema } from "./tls";
import { normalizeUrl, UrlSchema } from "./validate";

/** Other names of an environment's properties: from Portainer, from Terraform, or easily mistaken. */
export const misnomers: Readonly<Record<string, string>> = {
  endpoint_name: "name",
  environment_name: "name",
  endpointName: "name",
  environmentName: "name",
  endpoint_url: "url",
  environment_url: "url",
  environment_address: "url",
  environmentUrl: "url",
  endpointUrl: "url",
  address: "url",
  host: "url",
  public_url: "publicUrl",
  public_ip: "publicUrl",
  publicIp: "publicUrl",
  endpointType: "type",
  environmentType: "type",
  creationType: "type",
  endpointCreationType: "type",
  group: "groupId",
  group_id: "groupId",
  tags: "tagIds",
  tag_ids: "tagIds",
  tls_enabled: "tls",
  tlsEnabled: "tls",
  tls_skip_verify: "tls.skipVerify",
  tlsSkipVerify: "tls.skipVerify",
  skipVerify: "tls.skipVerify",
  tls_skip_client_verify: "tls.skipClientVerify",
  tlsSkipClientVerify: "tls.skipClientVerify",
  skipClientVerify: "tls.skipClientVerify",
  tls_ca_cert: "tls.caCert",
  caCert: "tls.caCert",
  ca: "tls.caCert",
  tls_cert: "tls.clientCert",
  clientCert: "tls.clientCert",
  cert: "tls.clientCert",
  tls_key: "tls.clientKey",
  clientKey: "tls.clientKey",
  key: "tls.clientKey",
  security_settings: "security",
  securitySettings: "security",
  accessPolicies: "access",
  users: "access.users",
  user_accesses: "access.users",
  teams: "access.teams",
  team_accesses: "access.teams",
  engine: "containerEngine",
  timeout: "startupTimeout",
};

export const EndpointSchema = z.object({
  /**
   * The environment's name, unique on the server. Changed in place (`PUT /endpoints/{id}`).
   * @default the resource's name
   */
  name: filledIn(z.string().regex(/\S/, "a name is not empty")),
  /**
   * Where the Portainer server finds the engine or agent: `"unix:///var/run/docker.sock"`, `"tcp://10.0.7.10:2376"`.
   * Changed in place, also from a socket to TCP and back (`PUT /endpoints/{id}`).
   */
  url: UrlSchema,
  /**
   * What answers at `url`: a Docker engine or a Portainer agent. A change replaces the environment, and with it
   * everything that refers to its id. Portainer: `POST /endpoints`. @default "docker"
   */
  type: z.enum(["docker", "agent"]).default("docker"),
  /**
   * TLS between Portainer and the engine. Setting it switches TLS on, removing it switches TLS off. Changed in place,
   * also to rotate certificates (`POST /upload/tls/…`, then `PUT /endpoints/{id}`). Leave it out for an agent, which has
   * its own certificate. @default no TLS
   */
  tls: TlsSchema.optional(),
  /** The host of published ports; Portainer uses it for links to them. Changed in place. */
  publicUrl: z.string().optional(),
  /** The environment group, by id or `EndpointGroup`. Changed in place. @default 1, the group "Unassigned" */
  groupId: IdSchema.optional(),
  /** The environment's tags, by id or `Tag`, in any order. Changed in place. */
  tagIds: z.array(IdSchema).optional(),
  /**
   * Who may use the environment besides administrators. A list that is left out is not managed. Changed in place
   * (`PUT /endpoints/{id}`).
   */
  access: AccessSchema.optional(),
  /**
   * What users other than administrators may do, by Portainer's names: `{ allowBindMountsForRegularUsers: false }`.
   * Settings that are left out are not managed. Changed in place (`PUT /endpoints/{id}/settings`).
   */
  security: z.strictObject(SecuritySettings.partial().shape).optional(),
  /**
   * The kind of engine, for Portainer 2.22 and newer. A change replaces the environment.
   * @default the kind that Portainer detects
   */
  containerEngine: z.enum(["docker", "podman"]).optional(),
  /**
   * What to do at creation when an environment with this name exists: `"matching"` adopts it if it is as desired (the
   * content of TLS files cannot be compared), `"replace"` adopts it and changes it. @default an error that names it
   */
  adopt: z.enum(["matching", "replace"]).optional(),
  /**
   * How long to wait for the engine, at creation and after a change of `url` or `tls`: `"90s"`, or seconds as a number.
   * If only `tls` has changed and the engine does not answer in that time, the former settings are restored.
   * @default "60s"; 10 seconds if only `tls` has changed
   */
  startupTimeout: DurationSchema.optional(),
});
export type EndpointArgs = z.input<typeof EndpointSchema>;
/** The inputs with their defaults. */
export type EndpointInputs = z.output<typeof EndpointSchema>;

export interface EndpointOutputs {
  /** The environment's id in Portainer, a number; `id` is the same as text. */
  readonly endpointId: number;
  /** Whether Portainer could reach the environment at the last create, update or refresh. */
  readonly status: "up" | "down";
  /** The SHA-256 of each TLS file in use, to compare files without storing them. */
  readonly tlsFingerprints: Fingerprints;
  /** The engine's own id; another engine at the same address has another id. */
  readonly engineId?: string;
  /** The id of the Portainer installation. */
  readonly instanceId: string;
}

export type EndpointState = State<typeof EndpointSchema, EndpointOutputs>;

/** How each property of an environment is compared, and what its change does. */
export const endpointProperties: { readonly [Key in keyof EndpointInputs]-?: Property } = {
  name: {},
  url: { normalize: normalizeUrl },
  type: { change: "replace" },
  tls: { normalize: normalizeTls },
  publicUrl: { whenRemoved: "" },
  groupId: { normalize: idNumber, whenRemoved: UNASSIGNED_GROUP },
  tagIds: { normalize: normalizeIds, whenRemoved: [] },
  access: { normalize: normalizeAccess },
  security: {},
  containerEngine: { change: "replace" },
  adopt: { change: "none" },
  startupTimeout: { change: "none" },
};
