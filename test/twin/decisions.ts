/** What is decided of recorded steps, by scenario and step: what this server answers instead, and why. */
export type Decisions = Readonly<Record<string, string>>;

const MEANT = "403, which Portainer means where it answers 500";
const FORBIDDEN = "403 like every other forbidden setting, where Portainer answers 500";

/** Steps that are marked as an oddity of Portainer's, and where a better answer was chosen. */
export const DECISIONS: Decisions = {
  "user-security/12-cap-add": FORBIDDEN,
  "user-security/13-cap-drop": FORBIDDEN,
  "user-security/16-bind-mount-in-mounts":
    "403: a bind mount is one however it is written; later versions do so",
  "user-containers/20-admins-start": MEANT,
  "user-containers/21-bob-removes": MEANT,
  "user-containers/23-no-prune": MEANT,
  "swarm-cluster/12-node-user": MEANT,
  "swarm-cluster/15-unlockkey-user": MEANT,
  "swarm-cluster/18-leave-user": MEANT,
};

const JSON_ERROR = "`details` says in words of its own what is wrong with the JSON, without Go's types";
const UNREACHABLE = "`details` names the system's error, as Node does";
const NOT_SNIFFED = "no Content-Type where the engine sends none; Portainer guesses one";

/** Steps that match but for what no client can rely on: `details` of errors, bodies of errors that are no JSON. */
export const SOFT_DIFFERENCES: Decisions = {
  "auth-payloads/07-wrong-type": JSON_ERROR,
  "containers-exec/06-logs-stdout": NOT_SNIFFED,
  "containers-files/13-tty-logs": NOT_SNIFFED,
  "containers-files/14-tail": NOT_SNIFFED,
  "env-create-errors/12-dead-socket": UNREACHABLE,
  "env-create-errors/13-dead-tcp": UNREACHABLE,
  "env-create-tcp/13-dead": "a body in JSON, where Portainer sends none",
  "env-settings/11-wrong-type": JSON_ERROR,
  "env-update/19-dead-socket": UNREACHABLE,
  "registries-types/14-type-text": JSON_ERROR,
  "user-security/22-bad-json": JSON_ERROR,
};
