import { beforeEach, expect, test } from "@jest/globals";
import type { GatewayControls } from "../../../server/gateway/host";
import { gatewayControls } from "../../../server/host";
import { openSqlite } from "../../../server/store/sqlite";
import { Store } from "../../../server/store/store";

let store: Store;
let controls: GatewayControls;
beforeEach(async () => {
  store = await Store.open(openSqlite(":memory:"));
  controls = gatewayControls(store);
});

const access = { public: true, users: [], teams: [] };

test("finds the control of a resource by type and id, as soon as it is stored", async () => {
  expect((await controls.current()).isEmpty).toBe(true);
  const { Id } = await controls.createPrivate(1, "abc", 7);
  const index = await controls.current();
  expect(index.find(1, "abc")).toMatchObject({ Id, UserAccesses: [{ UserId: 7 }] });
  expect(index.find(2, "abc")).toBeUndefined();
  await controls.remove(1, "abc");
  expect((await controls.current()).find(1, "abc")).toBeUndefined();
});

test("finds the control that names a resource as part of another, of whatever type", async () => {
  const { Id } = await controls.createPrivate(6, "1_web", 7);
  await store.change(() => {
    const control = store.resourceControls.get(Id);
    if (control) store.resourceControls.put(Id, { ...control, SubResourceIds: ["inner"] });
  });
  expect((await controls.current()).find(1, "inner")).toMatchObject({ Id });
});

test("takes the oldest of two controls for one resource", async () => {
  const { Id } = await controls.createPrivate(3, "data_x", 1);
  await controls.createPrivate(3, "data_x", 2);
  expect((await controls.current()).find(3, "data_x")).toMatchObject({ Id });
});

test("stores what labels say once, however many see them at the same time", async () => {
  const made = await Promise.all([1, 2, 3].map(() => controls.createFromLabels(1, "abc", access)));
  expect(new Set(made.map(({ Id }) => Id)).size).toBe(1);
  expect(store.resourceControls.size).toBe(1);
});

test("forgets a control that could not be stored", async () => {
  const failing = store.change(() => {
    store.resourceControls.insert((Id) => ({
      Id,
      ResourceId: "abc",
      SubResourceIds: [],
      Type: 1,
      UserAccesses: [],
      TeamAccesses: [],
      Public: true,
      AdministratorsOnly: false,
      System: false,
    }));
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect((await controls.current()).find(1, "abc")).toBeUndefined();
});
