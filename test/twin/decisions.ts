/** Where a better answer than Portainer's was chosen, by scenario and step, and what it is. */
export const DECISIONS: Record<string, string> = {
  "user-security/12-cap-add": "403 like every other forbidden setting, where Portainer answers 500",
  "user-security/13-cap-drop": "403 like every other forbidden setting, where Portainer answers 500",
  "user-security/16-bind-mount-in-mounts":
    "403: a bind mount is one however it is written; later versions do so",
  "user-containers/20-admins-start": "403, which Portainer means where it answers 500",
  "user-containers/21-bob-removes": "403, which Portainer means where it answers 500",
  "user-containers/23-no-prune": "403, which Portainer means where it answers 500",
  "swarm-cluster/12-node-user": "403, which Portainer means where it answers 500",
  "swarm-cluster/15-unlockkey-user": "403, which Portainer means where it answers 500",
  "swarm-cluster/18-leave-user": "403, which Portainer means where it answers 500",
};
