import { describe, jest } from "@jest/globals";
import { play, useWorld } from "./kit";

// A world hashes a dozen passwords, which takes a busy machine its time.
jest.setTimeout(30_000);

const world = useWorld();

describe("teams", () => {
  play(world, [
    {
      name: "need a name",
      as: "admin",
      method: "POST",
      path: "/teams",
      body: {},
      status: 400,
      expected: { details: "Invalid team name" },
    },
    {
      name: "have one name in any case",
      as: "admin",
      method: "POST",
      path: "/teams",
      body: { Name: "OPS" },
      status: 409,
    },
    {
      name: "are created",
      as: "admin",
      method: "POST",
      path: "/teams",
      body: { Name: "Dev" },
      status: 200,
      expected: { Id: 2, Name: "Dev" },
    },
    {
      name: "are listed whole for an administrator",
      as: "admin",
      method: "GET",
      path: "/teams",
      status: 200,
      expected: [{ Id: 1 }, { Id: 2 }],
    },
    {
      name: "are listed for who is in them",
      as: "leader",
      method: "GET",
      path: "/teams",
      status: 200,
      expected: [{ Id: 1 }],
      absent: ["Dev"],
    },
    {
      name: "are not listed for others",
      as: "alice",
      method: "GET",
      path: "/teams",
      status: 200,
      expected: "[]",
    },
    { name: "are shown to their leader", as: "leader", method: "GET", path: "/teams/1", status: 200 },
    {
      name: "are not shown to another's leader",
      as: "leader",
      method: "GET",
      path: "/teams/2",
      status: 403,
      expected: { message: "Access denied to team" },
    },
    {
      name: "are not shown to who leads none",
      as: "alice",
      method: "GET",
      path: "/teams/1",
      status: 403,
      expected: { message: "Access denied" },
    },
    {
      name: "are renamed",
      as: "admin",
      method: "PUT",
      path: "/teams/2",
      body: { name: "Devs" },
      status: 200,
      expected: { Name: "Devs" },
    },
    {
      name: "keep their name when it is empty",
      as: "admin",
      method: "PUT",
      path: "/teams/2",
      body: { Name: "" },
      status: 200,
      expected: { Name: "Devs" },
    },
  ]);
});

describe("memberships", () => {
  const path = "/team_memberships";
  play(world, [
    {
      name: "need a user",
      as: "admin",
      method: "POST",
      path,
      body: { TeamID: 1, Role: 2 },
      status: 400,
      expected: { details: "Invalid UserID" },
    },
    {
      name: "need a role",
      as: "admin",
      method: "POST",
      path,
      body: { UserID: 2, TeamID: 1, Role: 3 },
      status: 400,
    },
    {
      name: "are made by the team's leader",
      as: "leader",
      method: "POST",
      path,
      body: { UserID: 2, TeamID: 1, Role: 2 },
      status: 200,
      expected: { Id: 2, UserID: 2, TeamID: 1, Role: 2 },
    },
    {
      name: "are made once",
      as: "leader",
      method: "POST",
      path,
      body: { UserID: 2, TeamID: 1, Role: 1 },
      status: 409,
    },
    {
      name: "are not made in another's team",
      as: "leader",
      method: "POST",
      path,
      body: { UserID: 2, TeamID: 2, Role: 2 },
      status: 403,
    },
    {
      name: "are not made by a member",
      as: "alice",
      method: "POST",
      path,
      body: { UserID: 2, TeamID: 2, Role: 2 },
      status: 403,
    },
    {
      name: "are changed by the leader",
      as: "leader",
      method: "PUT",
      path: `${path}/2`,
      body: { UserID: 2, TeamID: 1, Role: 1 },
      status: 200,
      expected: { Role: 1 },
    },
    {
      name: "show in the user",
      as: "alice",
      method: "GET",
      path: "/users/2/memberships",
      status: 200,
      expected: [{ TeamID: 1, Role: 1 }],
    },
    { name: "go", as: "leader", method: "DELETE", path: `${path}/2`, status: 204 },
    { name: "are gone", as: "admin", method: "DELETE", path: `${path}/2`, status: 404 },
    { name: "go with the team", as: "admin", method: "DELETE", path: "/teams/1", status: 204 },
    { name: "are none then", as: "admin", method: "GET", path, status: 200, expected: "[]" },
  ]);
});
