import { setTimeout as sleep } from "node:timers/promises";
import type { ShellPod } from "../gateway/host";
import { HttpError } from "../http-error";
import type { Cluster } from "./cluster";

const NAMESPACE = "portainer";
const CONTAINER = "kubectl-shell-container";
/** The longest life of a shell, in seconds. */
const LIFETIME = 3_600;
/** Milliseconds. */
const START_TIMEOUT = 20_000;
const LOOK_EVERY = 500;

interface PodObject {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly phase?: string };
}

/** Starts a pod with `kubectl` under an account, and waits until it runs. Throws an `HttpError`. */
export async function startShellPod(cluster: Cluster, account: string, image: string): Promise<ShellPod> {
  const accounts = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`;
  await cluster.json("GET", `${accounts}/${account}`).catch((cause: Error) => {
    throw new HttpError(500, "Unable to find serviceaccount associated with user", cause.message, { cause });
  });
  const pods = `/api/v1/namespaces/${NAMESPACE}/pods`;
  try {
    const { name } = (await cluster.json<PodObject>("POST", pods, podFor(account, image))).metadata;
    const remove = async () => {
      await cluster.json("DELETE", `${pods}/${name}`, undefined, [404]).catch(() => undefined);
    };
    await untilItRuns(cluster, `${pods}/${name}`).catch(async (cause) => {
      await remove();
      throw cause;
    });
    return {
      namespace: NAMESPACE,
      podName: name,
      containerName: CONTAINER,
      // Portainer sets this width.
      command: "env COLUMNS=200 /bin/bash",
      remove,
    };
  } catch (cause) {
    throw new HttpError(500, "Unable to create user shell", (cause as Error).message, { cause });
  }
}

async function untilItRuns(cluster: Cluster, path: string): Promise<void> {
  for (let waited = 0; waited < START_TIMEOUT; waited += LOOK_EVERY) {
    const { status } = await cluster.json<PodObject>("GET", path);
    if (status?.phase === "Running") return;
    await sleep(LOOK_EVERY);
  }
  throw new Error(`the pod does not run after ${START_TIMEOUT / 1_000} seconds`);
}

function podFor(account: string, image: string) {
  return {
    metadata: {
      generateName: `portainer-pod-kubectl-shell-${account}-`,
      annotations: { "kubernetes.io/pod.type": "kubectl-shell" },
    },
    spec: {
      terminationGracePeriodSeconds: 0,
      serviceAccountName: account,
      activeDeadlineSeconds: LIFETIME,
      containers: [
        {
          name: CONTAINER,
          image,
          command: ["sleep"],
          args: [String(LIFETIME)],
          imagePullPolicy: "IfNotPresent",
        },
      ],
      restartPolicy: "Never",
    },
  };
}
