import type { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { createClient, type PortainerClient, type RequestOf, type ResponseOf } from "../../../client";
import type { ContainerInspect, contract, dockerContract, PullLine, User } from "../../../contract";

type Users = (typeof contract)["users"];
type Containers = (typeof dockerContract)["containers"];
type Images = (typeof dockerContract)["images"];

/** Compiles only if both types are the same. */
function same<A, B>(
  ..._: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [never]
): void {}

test("derives what a call takes and gives from the contract", async () => {
  same<RequestOf<Users["get"]>, { readonly params: { readonly id: string | number } }>();
  same<keyof RequestOf<Containers["putArchive"]>, "params" | "query" | "upload">();
  same<ResponseOf<Users["get"]>, User>();
  same<ResponseOf<Users["delete"]>, undefined>();
  same<ResponseOf<Containers["inspect"]>, ContainerInspect>();
  same<ResponseOf<Containers["logs"]>, Readable>();
  same<ResponseOf<Images["pull"]>, AsyncIterable<PullLine>>();
  same<keyof PortainerClient & string, keyof typeof contract | "docker" | "account" | "close">();
  expect.assertions(0);
});

test("a call that does not fit the contract does not compile", async () => {
  await using client = createClient({ url: "http://127.0.0.1:1" });
  const wrong = [
    // @ts-expect-error a route with a parameter needs it
    () => client.users.get(),
    // @ts-expect-error by its name
    () => client.users.get({ params: { userId: 3 } }),
    // @ts-expect-error a body is needed
    () => client.tags.create({}),
    // @ts-expect-error with the right keys
    () => client.tags.create({ body: { name: "prod" } }),
    // @ts-expect-error a query with something mandatory is needed
    () => client.docker(1).containers.create({ body: { Image: "nginx" } }),
    // @ts-expect-error there is no such operation
    () => client.users.forget({ params: { id: 3 } }),
    // @ts-expect-error lines are not a promise
    () => client.docker(1).images.pull({ query: { fromImage: "nginx" } }).then,
    // @ts-expect-error one kind of credentials
    () => createClient({ url: "http://127.0.0.1:1", credentials: { username: "ada" } }),
  ];
  expect(wrong).toHaveLength(8);
});
