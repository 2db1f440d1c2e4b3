import type { IncomingHttpHeaders } from "node:http";
import type { ResourceControl, SecuritySettings } from "../../contract";
import type { Caller } from "../auth/caller";
import type { Pod } from "./terminal/query";

/** All that the gateway plane needs from the rest of the server. */
export interface GatewayHost {
  /** Who asks, and the environment if they may use it. Throws an `HttpError` otherwise. */
  authorize(request: GatewayRequest, endpointId: number): Promise<Grant>;
  /** Throws an `HttpError` unless it is known who asks. */
  authenticate(request: GatewayRequest): Promise<void>;
  readonly controls: GatewayControls;
  /** The token of a caller for a cluster. Throws an `HttpError` if there is none. */
  kubernetesToken(caller: Caller, environment: GatewayEnvironment): Promise<string>;
  /** Forgets what is known about the rights in a cluster, because they were changed. */
  kubernetesAccessChanged(environmentId: number): void;
  /** Starts a pod in which `kubectl` acts for the caller. Throws an `HttpError`. */
  startShell(caller: Caller, environment: GatewayEnvironment): Promise<ShellPod>;
  /** Containers with one of these labels are shown in no list. */
  hiddenLabels(): Promise<readonly HiddenLabel[]>;
  /** The credentials of a registry, if this caller may use it on this environment. */
  registryAuth(
    caller: Caller,
    environmentId: number,
    registryId: number,
  ): Promise<RegistryCredentials | undefined>;
}

export interface ShellPod extends Pod {
  /** Removes it. Never throws. */
  remove(): Promise<void>;
}

export interface GatewayRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
}

export interface Grant {
  readonly caller: Caller;
  readonly environment: GatewayEnvironment;
}

/** An environment as far as reaching its engine goes. */
export interface GatewayEnvironment {
  readonly id: number;
  /** `unix://`, `tcp://`, `http://` or `https://`. */
  readonly url: string;
  readonly tls?: GatewayTls;
  /** Sent with every request: names and values in turn. So agents know whom they obey. */
  readonly headers?: readonly string[];
  /** See `EndpointType` in the contract. */
  readonly type: number;
  readonly security: SecuritySettings;
}

/** The contents of PEM files, not their paths. Present means that the engine is spoken to in TLS. */
export interface GatewayTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Accept any server certificate. */
  readonly skipVerify: boolean;
}

export interface GatewayControls {
  /** Every control as it is now, to be asked many times: a list looks up each of its items. */
  current(): Promise<ControlIndex>;
  /** Stores a control for the creator alone, durably, and returns it. */
  createPrivate(type: number, resourceId: string, userId: number): Promise<ResourceControl>;
  /** Stores a control said by labels; names that nobody has are left out. Nobody named: administrators only. */
  createFromLabels(type: number, resourceId: string, access: LabelAccess): Promise<ResourceControl>;
  /** Removes the control of exactly this resource, if there is one. */
  remove(type: number, resourceId: string): Promise<void>;
  /** Whether a standard user may use what this control protects. An administrator may use anything. */
  mayUse(caller: Caller, control: ResourceControl): boolean;
}

export interface ControlIndex {
  /** No control at all is stored. */
  readonly isEmpty: boolean;
  /** The control of this resource, else the one that names it as a sub-resource, of whatever type. */
  find(type: number, resourceId: string): ResourceControl | undefined;
}

/** What the labels `io.portainer.accesscontrol.*` of an object say; users and teams by name. */
export interface LabelAccess {
  readonly public: boolean;
  readonly users: readonly string[];
  readonly teams: readonly string[];
}

export interface HiddenLabel {
  readonly name: string;
  readonly value: string;
}

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}
