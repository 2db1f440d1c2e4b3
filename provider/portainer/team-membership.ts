import { z } from "zod";
import { isApiError, type PortainerClient } from "../../client";
import { type TeamMembership, TeamRole } from "../../contract";
import { inTurn } from "../core/concurrency";
import type { Definition, Property } from "../core/definition";
import { refreshed } from "../core/diff";
import { ProviderError, unlessNotFound } from "../core/errors";
import { lookOnceBack, mayHaveHappened, repeatIfLost } from "../core/lost-answer";
import type { Installed } from "../core/object";
import { IdSchema, idNumber } from "../core/schema";

export const TeamMembershipSchema = z.object({
  /**
   * The user, by id or `User`. Portainer does not check that there is one. A change replaces the membership. Portainer:
   * `UserID`.
   */
  userId: IdSchema,
  /**
   * The team, by id or `Team`. Portainer does not check that there is one. A change replaces the membership. Portainer:
   * `TeamID`.
   */
  teamId: IdSchema,
  /**
   * What the user is in the team: a `"leader"` manages the team's members. Changed in place. Portainer: `Role`.
   * @default "member"
   */
  role: z.enum(["leader", "member"]).default("member"),
  /**
   * What to do when the user is in the team already: `"matching"` adopts the membership if its role is as desired,
   * `"replace"` adopts it and changes the role. Destroying the resource then ends it. @default refuse
   */
  adopt: z.enum(["matching", "replace"]).optional(),
});
export type TeamMembershipArgs = z.input<typeof TeamMembershipSchema>;

export interface TeamMembershipOutputs extends Installed {
  /** The membership's own id in Portainer, a number; `id` is the team and the user. */
  readonly membershipId: number;
}

const properties = {
  userId: { change: "replace", normalize: idNumber },
  teamId: { change: "replace", normalize: idNumber },
  role: {},
  adopt: { change: "none" },
} as const satisfies Record<string, Property>;

/**
 * A user's membership in a team. Portainer shows no single membership, so it is found in the list of its team's, by its
 * user; its id is both, `3/5`.
 */
export const teamMembership: Definition<typeof TeamMembershipSchema, TeamMembershipOutputs> = {
  type: "TeamMembership",
  schema: TeamMembershipSchema,
  properties,
  secrets: [],
  misnomers: { user: "userId", user_id: "userId", team: "teamId", team_id: "teamId" },
  identity: ({ instanceId, membershipId }) =>
    instanceId === undefined || membershipId === undefined ? undefined : nameIn(instanceId, membershipId),

  async create({ connection, signal, claims }, inputs) {
    const { client } = connection;
    const instanceId = await connection.sameServer(undefined);
    const pair = pairOf(inputs);
    const createOrTake = async (): Promise<TeamMembership> => {
      try {
        return await client.teamMemberships.create({ body: bodyOf(inputs) });
      } catch (error) {
        const isTaken = isApiError(error) && error.status === 409;
        if (!isTaken && !mayHaveHappened(error)) throw error;
        const found = await lookOnceBack(signal, () => find(client, pair));
        if (!found) throw error;
        claims.seek(nameIn(instanceId, found.Id), `user ${pair.userId} in team ${pair.teamId}`);
        const isAsDesired = found.Role === TeamRole[inputs.role];
        if (!isTaken) {
          // The answer was lost. Portainer allows one membership of a user in a team, so this is the one that we created.
          if (isAsDesired) return found;
          throw error;
        }
        requireAdoption(inputs, found);
        return isAsDesired ? found : await setRole(client, found.Id, inputs);
      }
    };
    const { Id: membershipId } = await createOrTake();
    claims.hold(nameIn(instanceId, membershipId));
    return { id: `${pair.teamId}/${pair.userId}`, outputs: { ...inputs, membershipId, instanceId } };
  },

  async read({ connection }, id, state) {
    const [, teamId, userId] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(id) ?? [];
    if (teamId === undefined || userId === undefined) {
      throw new ProviderError(
        `a TeamMembership is looked up by the ids of team and user, such as "3/5", and "${id}" is none`,
      );
    }
    const instanceId = await connection.sameServer(state.instanceId);
    const now = await find(connection.client, { teamId: Number(teamId), userId: Number(userId) });
    if (!now) return undefined;
    const shown = {
      userId: now.UserID,
      teamId: now.TeamID,
      role: now.Role === TeamRole.leader ? "leader" : "member",
    } as const;
    const { membershipId: _id, instanceId: _instance, ...remembered } = state;
    const inputs = state.instanceId === undefined ? shown : refreshed(properties, remembered, shown);
    return { id, inputs, outputs: { ...inputs, membershipId: now.Id, instanceId } };
  },

  async update({ connection }, _id, { instanceId: before, membershipId }, inputs) {
    const instanceId = await connection.sameServer(before);
    await inTurn(nameIn(instanceId, membershipId), () => setRole(connection.client, membershipId, inputs));
    return { ...inputs, membershipId, instanceId };
  },

  async delete({ connection }, _id, { instanceId, membershipId }) {
    await connection.sameServer(instanceId);
    const { teamMemberships } = connection.client;
    await repeatIfLost(() => unlessNotFound(() => teamMemberships.delete({ params: { id: membershipId } })));
  },
};

type Inputs = z.output<typeof TeamMembershipSchema>;

interface Pair {
  readonly userId: number;
  readonly teamId: number;
}

const nameIn = (instanceId: string, membershipId: number): string =>
  `${instanceId}/TeamMembership/${membershipId}`;

const pairOf = ({ userId, teamId }: Inputs): Pair => ({ userId: idNumber(userId), teamId: idNumber(teamId) });

function bodyOf(inputs: Inputs) {
  const { userId, teamId } = pairOf(inputs);
  return { UserID: userId, TeamID: teamId, Role: TeamRole[inputs.role] };
}

/** Asks for the members of this one team. A team that is gone has none. */
async function find(client: PortainerClient, { userId, teamId }: Pair): Promise<TeamMembership | undefined> {
  const members = await unlessNotFound(() => client.teams.memberships({ params: { id: teamId } }));
  return members?.find(({ UserID }) => UserID === userId);
}

async function setRole(client: PortainerClient, id: number, inputs: Inputs): Promise<TeamMembership> {
  const body = bodyOf(inputs);
  return await repeatIfLost(() => client.teamMemberships.update({ params: { id }, body }));
}

function requireAdoption({ adopt, role, ...inputs }: Inputs, { Role }: TeamMembership): void {
  const { userId, teamId } = pairOf({ ...inputs, role });
  const inWords = `user ${userId} is in team ${teamId} already`;
  if (adopt === undefined) {
    throw new ProviderError(
      `${inWords}, and Portainer does not say who put it there. Nothing was changed. If a resource of this program did and was renamed or moved, ` +
        'say so with the resource option `aliases: [{ name: "…" }]`. Otherwise take the membership: `adopt: "matching"` if its role is as desired, `adopt: "replace"` changes the role.',
    );
  }
  if (adopt === "replace" || Role === TeamRole[role]) return;
  throw new ProviderError(
    `${inWords}, as ${Role === TeamRole.leader ? "a leader" : "a member"}: set \`role\` as it is there, or \`adopt: "replace"\` to have it changed.`,
  );
}
