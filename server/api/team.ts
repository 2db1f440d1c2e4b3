import type { contract } from "../../contract";
import { mayUseEndpoint } from "../auth/access";
import type { Caller } from "../auth/caller";
import { found, HttpError, noSuchRow } from "../http-error";
import type { Handlers } from "../route/call";
import type { Services } from "../services";

export function teamHandlers({ store }: Services): Handlers<typeof contract.teams> {
  return {
    list({ caller, query }) {
      const teams = store.teams.filter(({ Id }) => isVisible(caller, Id, query.onlyLedTeams === "true"));
      const environmentId = Number(query.environmentId);
      if (!query.environmentId || !Number.isInteger(environmentId) || environmentId === 0) return teams;
      const endpoint = store.endpoints.get(environmentId);
      if (!endpoint)
        throw new HttpError(
          500,
          "Unable to retrieve endpoint from the database",
          noSuchRow("endpoints", environmentId),
        );
      return teams.filter(({ Id }) =>
        mayUseEndpoint(store, { id: 0, isAdmin: false, teamIds: [Id] }, endpoint),
      );
    },

    create: ({ body }) =>
      store.change(() => {
        const wanted = body.Name.toLowerCase();
        if (store.teams.find(({ Name }) => Name.toLowerCase() === wanted))
          throw new HttpError(409, "A team with the same name already exists", "Team already exists");
        const team = store.teams.insert((Id) => ({ Id, Name: body.Name }));
        for (const UserID of body.TeamLeaders ?? [])
          store.teamMemberships.insert((Id) => ({ Id, UserID, TeamID: team.Id, Role: 1 }));
        return team;
      }),

    get({ caller, params }) {
      requireLeader(caller, params.id);
      return found(store.teams, params.id);
    },

    update: ({ params, body }) =>
      store.change(() => {
        const team = found(store.teams, params.id);
        return store.teams.put(team.Id, { ...team, Name: body.Name || team.Name });
      }),

    async delete({ params }) {
      await store.change(() => {
        const team = found(store.teams, params.id);
        store.teams.delete(team.Id);
        for (const { Id } of store.teamMemberships.filter(({ TeamID }) => TeamID === team.Id))
          store.teamMemberships.delete(Id);
        const settings = store.settings.get(1);
        if (settings?.OAuthSettings.DefaultTeamID === team.Id)
          store.settings.put(1, {
            ...settings,
            OAuthSettings: { ...settings.OAuthSettings, DefaultTeamID: 0 },
          });
      });
    },

    memberships({ caller, params }) {
      requireLeader(caller, params.id);
      return store.teamMemberships.filter(({ TeamID }) => TeamID === params.id);
    },
  };
}

function isVisible(caller: Caller, team: number, onlyLed: boolean): boolean {
  if (onlyLed) return caller.teamLeaderOf.includes(team);
  return caller.isAdmin || caller.teamIds.includes(team);
}

function requireLeader(caller: Caller, team: number): void {
  if (!caller.isAdmin && !caller.teamLeaderOf.includes(team))
    throw new HttpError(403, "Access denied to team", "Access denied to resource");
}
