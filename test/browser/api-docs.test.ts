import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { type Page, startBrowser } from "../support/browser";
import { browserOrSkip, browserProgram } from "../support/needs";

jest.setTimeout(60_000);

browserOrSkip()("the reference of the API, in a browser", () => {
  let server: RunningServer;
  let page: Page;
  beforeAll(async () => {
    server = await startServer();
    page = await startBrowser(browserProgram);
    await page.open(`${server.url}/api/docs`);
  });
  afterAll(async () => {
    await page[Symbol.asyncDispose]();
    await server.stop();
  });

  const isShown = (selector: string) =>
    page.evaluate<boolean>(`document.querySelector(${JSON.stringify(selector)}).checkVisibility()`);

  test("shows every operation of the document", async () => {
    const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    const shown = await page.evaluate<string[]>(
      "[...document.querySelectorAll('section > details')].filter((it) => it.checkVisibility()).map(({ id }) => id)",
    );
    expect(ids.length).toBeGreaterThan(100);
    expect(shown).toEqual(expect.arrayContaining(ids));
  });

  test("opens an operation that is clicked on", async () => {
    const table = '[id="endpoints.create"] table';
    expect(await isShown(table)).toBe(false);
    await page.click('[id="endpoints.create"] summary');
    expect(await isShown(table)).toBe(true);
    const text = await page.evaluate<string>(`document.getElementById("endpoints.create").innerText`);
    expect(text).toContain("TLSCACertFile");
    expect(text).toContain("Administrators may call it.");
    expect(text).toContain("env-create-forms");
  });

  test("opens a schema that a link leads to", async () => {
    await page.click('[id="endpoints.create"] a[href="#schema-Endpoint"]');
    expect(await page.evaluate("location.hash")).toBe("#schema-Endpoint");
    expect(await isShown('[id="schema-Endpoint"] table')).toBe(true);
  });

  test("filters by method, path and words", async () => {
    await page.click("#filter");
    await page.type("put /tags");
    expect(await isShown('[id="endpoints.create"]')).toBe(false);
    await page.evaluate("document.getElementById('filter').select()");
    await page.type("create a team");
    expect(await isShown('[id="teams.create"]')).toBe(true);
    expect(await isShown('[id="teams.list"]')).toBe(false);
    expect(await isShown("#tags")).toBe(false);
  });

  test("has asked for nothing but itself, and broken none of its rules", () => {
    expect(page.requested).toEqual([`${server.url}/api/docs`]);
    expect(page.complaints).toEqual([]);
  });
});
