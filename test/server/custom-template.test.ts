import { describe } from "@jest/globals";
import { form, play, useWorld } from "./kit";

const world = useWorld();

const COMPOSE = "services: {}";
const template = (Title: string, more: object = {}) => ({
  Title,
  Description: "d",
  Platform: 1,
  Type: 2,
  FileContent: COMPOSE,
  ...more,
});
const string = { as: "alice", method: "POST", path: "/custom_templates/create/string" } as const;
const repository = { ...string, path: "/custom_templates/create/repository" };
const FAILED = { message: "Unable to create custom template" };

describe("a custom template", () => {
  play(world, [
    {
      ...string,
      name: "that is no JSON: 500, as Portainer has it",
      body: "{",
      status: 500,
      expected: FAILED,
    },
    { ...string, name: "that is empty: 500 too", status: 500, expected: FAILED },
    { ...string, name: "of a wrong type: 500 too", body: { Title: 1 }, status: 500, expected: FAILED },
    {
      ...repository,
      name: "comes from a URL",
      body: template("a", { RepositoryURL: "nonsense" }),
      status: 500,
      expected: { ...FAILED, details: "Invalid repository URL. Must correspond to a valid URL format" },
    },
    {
      ...repository,
      name: "comes with a name and a password, or neither",
      body: template("a", { RepositoryURL: "http://127.0.0.1:1/x", RepositoryAuthentication: true }),
      status: 500,
      expected: FAILED,
    },
    { ...string, name: "is created", body: template("one"), status: 200, expected: { Id: 1 } },
    {
      ...string,
      name: "has a title of its own",
      body: template("one"),
      status: 500,
      expected: { message: "Template name must be unique" },
    },
    {
      ...string,
      name: "that was refused for its title has used up an id",
      body: template("two", { EdgeTemplate: true }),
      status: 200,
      expected: { Id: 3 },
    },
    {
      ...string,
      name: "comes as a file",
      path: "/custom_templates/create/file",
      body: form({ Title: "three", Description: "d", Type: "3", File: new Blob([COMPOSE]) }),
      status: 200,
      expected: { Id: 4, Type: 3, Platform: 0 },
    },
    {
      ...string,
      name: "comes with the file that it promises",
      path: "/custom_templates/create/file",
      body: form({ Title: "four", Description: "d", Type: "3" }),
      status: 500,
      expected: FAILED,
    },
    {
      name: "is listed whatever `edge` says that says nothing",
      as: "alice",
      method: "GET",
      path: "/custom_templates?edge=",
      status: 200,
      expected: [{ Id: 1 }, { Id: 3 }, { Id: 4 }],
    },
    {
      name: "is listed by what it is for",
      as: "alice",
      method: "GET",
      path: "/custom_templates?edge=1",
      status: 200,
      expected: [{ Id: 3 }],
    },
    {
      name: "is listed by types",
      as: "alice",
      method: "GET",
      path: "/custom_templates?type=3&type=1",
      status: 200,
      expected: [{ Id: 4 }],
    },
    {
      name: "is not listed by what is no type",
      as: "alice",
      method: "GET",
      path: "/custom_templates?type=x",
      status: 400,
      expected: { message: "Invalid Custom template type" },
    },
    {
      name: "of somebody else is not in the list",
      as: "leader",
      method: "GET",
      path: "/custom_templates",
      status: 200,
      expected: "[]",
    },
    {
      name: "of somebody else is not shown",
      as: "leader",
      method: "GET",
      path: "/custom_templates/1",
      status: 403,
    },
    {
      name: "of somebody else is not changed",
      as: "leader",
      method: "PUT",
      path: "/custom_templates/1",
      body: template("mine"),
      status: 403,
    },
    {
      name: "that comes from no repository is not fetched",
      as: "alice",
      method: "PUT",
      path: "/custom_templates/1/git_fetch",
      status: 400,
    },
    {
      name: "is made from something",
      as: "alice",
      method: "PUT",
      path: "/custom_templates/1",
      body: template("one", { FileContent: "" }),
      status: 400,
    },
    {
      name: "is not made from what is no URL",
      as: "alice",
      method: "PUT",
      path: "/custom_templates/1",
      body: template("one", { FileContent: "", RepositoryURL: "nonsense" }),
      status: 400,
      expected: { message: "Invalid repository URL. Must correspond to a valid URL format" },
    },
    {
      name: "is not created in a way that old clients do not say",
      as: "alice",
      method: "POST",
      path: "/custom_templates",
      status: 400,
      expected: { message: "Invalid query parameter: method" },
    },
    {
      name: "of somebody else is not deleted",
      as: "leader",
      method: "DELETE",
      path: "/custom_templates/1",
      status: 403,
    },
    {
      name: "is deleted by administrators too",
      as: "admin",
      method: "DELETE",
      path: "/custom_templates/1",
      status: 204,
    },
  ]);
});
