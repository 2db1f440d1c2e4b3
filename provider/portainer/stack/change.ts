/** Changes of a stack that exists. */
import { type Stack, StackStatus } from "../../../contract";
import { equal } from "../../core/diff";
import { Unfinished } from "../../core/errors";
import { repeatIfLost } from "../../core/lost-answer";
import type { Properties } from "../../core/properties";
import { idNumber } from "../../core/schema";
import { ownershipOf, setAccess } from "../../docker/access";
import { DeploymentFailed, deployed, sendOnce } from "./deployment";
import type { GitInputs, StackInputs } from "./schema";
import { gitBody, shownInputs, textOf, variables } from "./wire";
import { controlled, get, query, stateOf, swarmIdOf, type Work } from "./work";

export interface StackChange {
  readonly before: Partial<StackInputs>;
  readonly desired: StackInputs;
  readonly changed: readonly string[];
}

/** Brings a stack to its desired state, in as few writes as Portainer allows. */
export async function change(
  work: Work,
  present: Stack,
  { before, desired, changed }: StackChange,
): Promise<Stack> {
  const { context } = work;
  const ownership =
    desired.access && changed.includes("access") ? await ownershipOf(work, desired.access) : undefined;
  const has = (...keys: string[]) => keys.some((key) => changed.includes(key));
  /** The inputs that hold by now, for the state after a failure. */
  let reached: Properties = before;
  const holds = (...keys: (keyof StackInputs)[]) => {
    reached = { ...reached, ...Object.fromEntries(keys.map((key) => [key, desired[key]])) };
  };
  let now = present;
  const settle = async (sent: Promise<Stack>) => {
    const answer = await sent;
    now = await deployed(context, answer, () => get(work, present.Id));
  };
  try {
    if (now.Status === StackStatus.deploying) now = await settled(work, now);
    if (has("endpointId")) {
      await settle(migrate(work, now, desired));
      holds("endpointId");
    }
    const isToRepair = now.Status === StackStatus.error && desired.active;
    if (has("content", "git", "env", "triggers") || isToRepair) {
      if (desired.git) await settle(updateGit(work, now, { before, desired, changed }));
      else await settle(redeployText(work, now, { before, desired, changed }));
      holds("content", "git", "env", "triggers");
    }
    if (desired.active && now.Status === StackStatus.inactive) await settle(start(work, now));
    if (!desired.active && now.Status !== StackStatus.inactive) now = await stop(work, now);
    holds("active");
    if (ownership)
      await setAccess(work, controlled({ ...now, ResourceControl: present.ResourceControl }), ownership);
    return now;
  } catch (error) {
    const isFailure = error instanceof DeploymentFailed;
    if (!isFailure && reached === before) throw error;
    const seen = isFailure ? error.failed : now;
    const { active } = shownInputs(seen, undefined, {}) as Pick<StackInputs, "active">;
    const inputs = { ...desired, ...reached, active };
    throw new Unfinished(String(present.Id), { ...stateOf(work, seen, inputs) }, error);
  }
}

/** The stack after a deployment that was under way. If that has failed, ours puts it right. */
async function settled(work: Work, now: Stack): Promise<Stack> {
  try {
    return await deployed(work.context, now, () => get(work, now.Id));
  } catch (error) {
    if (error instanceof DeploymentFailed) return error.failed;
    throw error;
  }
}

/** Whether a stack was saved again after `before`. */
const savedAfter = (before: Stack) => (now: Stack) =>
  (now.UpdateDate ?? 0) > (before.UpdateDate ?? 0) || now.Status === StackStatus.deploying;

/** Sends a write to a stack; `isDone` says whether a write whose answer was lost has taken effect. */
async function write(
  work: Work,
  before: Stack,
  send: () => Promise<Stack>,
  isDone: (now: Stack) => boolean,
): Promise<Stack> {
  return await sendOnce(work.context, send, async () => {
    const now = await get(work, before.Id);
    return isDone(now) ? now : undefined;
  });
}

/** Variables that the program never had stay. */
const envOf = ({ Env }: Stack, { desired: { env } }: StackChange) =>
  env === undefined ? Env : variables(env);

async function redeployText(work: Work, now: Stack, change: StackChange): Promise<Stack> {
  const { stacks, call } = work;
  const { prune, pull, content } = change.desired;
  const body = {
    StackFileContent: await textOf(content),
    Env: envOf(now, change),
    Prune: prune,
    PullImage: pull,
  };
  const request = { params: { id: now.Id }, query: query(now.EndpointId), body };
  return await write(work, now, () => stacks.update(request, call), savedAfter(now));
}

/** Saves how the repository is read, and deploys what it holds now, unless the stack does not run. */
async function updateGit(work: Work, present: Stack, change: StackChange): Promise<Stack> {
  const { stacks, call } = work;
  const { before, desired, changed } = change;
  const git = desired.git as GitInputs;
  const { AutoUpdate, ...body } = {
    ...gitBody(git, before.git, present),
    Env: envOf(present, change),
    Prune: desired.prune,
    PullImage: desired.pull,
  };
  const request = { params: { id: present.Id }, query: query(present.EndpointId) };
  let now = present;
  if (changed.includes("git") || !desired.active) {
    const update = { ...request, body: { ...body, ...(AutoUpdate && { AutoUpdate }) } };
    now = await repeatIfLost(() => stacks.updateGit(update, call));
  }
  const isSetting = changed.includes("git") && equal(readBy(before.git), readBy(git));
  const deploys = changed.some((key) => key === "env" || key === "triggers") || !isSetting;
  if (!desired.active || (!deploys && now.Status === StackStatus.active)) return now;
  return await write(work, now, () => stacks.redeploy({ ...request, body }, call), savedAfter(now));
}

/** What decides which files are read. */
const readBy = (git: GitInputs | undefined): unknown => git && { ...git, autoUpdate: undefined };

async function migrate(work: Work, now: Stack, { type, endpointId }: StackInputs): Promise<Stack> {
  const { stacks, call } = work;
  const target = idNumber(endpointId);
  const swarm = type === "swarm" ? { SwarmID: await swarmIdOf(work, target) } : {};
  const request = {
    params: { id: now.Id },
    query: query(now.EndpointId),
    body: { EndpointID: target, ...swarm },
  };
  return await write(
    work,
    now,
    () => stacks.migrate(request, call),
    ({ EndpointId }) => EndpointId === target,
  );
}

async function start(work: Work, now: Stack): Promise<Stack> {
  const { stacks, call } = work;
  const request = { params: { id: now.Id }, query: query(now.EndpointId) };
  return await write(
    work,
    now,
    () => stacks.start(request, call),
    ({ Status }) => Status !== StackStatus.inactive,
  );
}

export async function stop(work: Work, now: Stack): Promise<Stack> {
  const { stacks, call } = work;
  const request = { params: { id: now.Id }, query: query(now.EndpointId) };
  return await write(
    work,
    now,
    () => stacks.stop(request, call),
    ({ Status }) => Status === StackStatus.inactive,
  );
}
