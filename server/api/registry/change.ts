import type { z } from "zod";
import { type contract, RegistryType } from "../../../contract";
import { HttpError } from "../../http-error";
import { INVALID_PAYLOAD } from "../../route/decode";
import type { RegistryManagement, RegistryRecord, TlsRecord } from "../../store/records";
import type { Store } from "../../store/store";

type RegistryFields = z.output<typeof contract.registries.create.body>;
type Change = z.output<typeof contract.registries.update.body>;
type Configuration = z.output<typeof contract.registries.configure.form>;

/** Call inside `Store.change`. */
export function createRegistry(store: Store, fields: RegistryFields): RegistryRecord {
  const draft = withManagement({
    Id: 0,
    Type: fields.Type,
    Name: fields.Name,
    URL: fields.URL,
    BaseURL: fields.BaseURL ?? "",
    Authentication: fields.Authentication ?? false,
    Username: fields.Username ?? "",
    Password: fields.Password ?? "",
    ManagementConfiguration: UNMANAGED,
    Gitlab: { ProjectId: 0, InstanceURL: "", ProjectPath: "", ...fields.Gitlab },
    Quay: { OrganisationName: "", ...fields.Quay },
    Ecr: { Region: "", ...fields.Ecr },
    RegistryAccesses: {},
  } as RegistryRecord);
  refuseSameName(store, draft);
  refuseSameUrl(store, draft);
  return store.registries.insert((Id) => ({ ...draft, Id }));
}

/** Credentials are used only with `Authentication`; an empty password keeps the old one. */
export function updatedRegistry(store: Store, registry: RegistryRecord, change: Change): RegistryRecord {
  const draft = {
    ...registry,
    Name: change.Name ?? registry.Name,
    URL: change.URL ?? registry.URL,
    BaseURL: registry.Type === RegistryType.proGet ? (change.BaseURL ?? registry.BaseURL) : registry.BaseURL,
    Quay: { ...registry.Quay, ...change.Quay } as RegistryRecord["Quay"],
    ...credentials(registry, change),
  };
  if (change.Name !== undefined) refuseSameName(store, draft);
  if (change.URL !== undefined) refuseSameUrl(store, draft);
  return withManagement(draft);
}

/** How the server and its environments connect to a registry. Credentials are used only with `Authentication`. */
export function configured(
  registry: RegistryRecord,
  form: Configuration,
  files: Omit<TlsRecord, "TLS" | "TLSSkipVerify">,
): RegistryRecord {
  const TLS = form.TLS === "true";
  const TLSConfig = TLS
    ? { TLS, TLSSkipVerify: form.TLSSkipVerify === "true", ...files }
    : { TLS, TLSSkipVerify: false };
  return withManagement({
    ...registry,
    ...(form.Authentication === "true" && {
      Authentication: true,
      Username: form.Username ?? "",
      Password: form.Password || registry.Password,
      Ecr: { Region: form.Region || registry.Ecr.Region },
    }),
    ManagementConfiguration: { ...registry.ManagementConfiguration, TLSConfig },
  });
}

/** The fields that a configuration requires, in Portainer's order. */
export function requireComplete(form: Configuration): void {
  const refuse = (details: string) => new HttpError(400, INVALID_PAYLOAD, details);
  if (form.Authentication === "true" && !form.Username) throw refuse("invalid username");
  if (form.TLS !== "true" || form.TLSSkipVerify === "true") return;
  for (const [file, name] of [
    [form.TLSCertFile, "certificate"],
    [form.TLSKeyFile, "key"],
    [form.TLSCACertFile, "CA certificate"],
  ] as const)
    if (!file) throw refuse(`invalid ${name} file. Ensure that the file is uploaded correctly`);
}

const UNMANAGED: RegistryManagement = {
  Type: 0,
  Authentication: false,
  Username: "",
  Password: "",
  TLSConfig: { TLS: false, TLSSkipVerify: false },
  Ecr: { Region: "" },
};

/** The server reaches a registry as environments do, until it is configured otherwise. */
function withManagement(registry: RegistryRecord): RegistryRecord {
  const { Type, Authentication, Username, Password, Ecr } = registry;
  const { TLSConfig } = registry.ManagementConfiguration;
  return {
    ...registry,
    ManagementConfiguration: { Type, Authentication, Username, Password, TLSConfig, Ecr },
  };
}

function credentials(registry: RegistryRecord, change: Change) {
  if (change.Authentication === undefined) return {};
  if (!change.Authentication)
    return { Authentication: false, Username: "", Password: "", Ecr: { Region: "" } };
  const region = registry.Type === RegistryType.ecr ? change.Ecr?.Region : undefined;
  return {
    Authentication: true,
    Username: change.Username ?? registry.Username,
    Password: change.Password || registry.Password,
    Ecr: { Region: region || registry.Ecr.Region },
  };
}

function refuseSameName(store: Store, { Id, Name }: RegistryRecord): void {
  if (store.registries.find((other) => other.Id !== Id && other.Name === Name))
    throw new HttpError(
      409,
      "Another registry with the same name already exists",
      "A registry is already defined with this name",
    );
}

/** One URL may be there several times with different users, and for different GitLab projects. */
function refuseSameUrl(store: Store, registry: RegistryRecord): void {
  const isSame = (other: RegistryRecord) =>
    other.Id !== registry.Id &&
    other.URL === registry.URL &&
    other.Authentication === registry.Authentication &&
    (!registry.Authentication || other.Username === registry.Username) &&
    (registry.Type !== RegistryType.gitlab ||
      other.Type !== RegistryType.gitlab ||
      other.Gitlab.ProjectPath === registry.Gitlab.ProjectPath);
  if (store.registries.find(isSame))
    throw new HttpError(
      409,
      "Another registry with the same URL and credentials already exists",
      "A registry is already defined for this URL and credentials",
    );
}
