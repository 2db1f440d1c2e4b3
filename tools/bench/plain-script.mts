import { COUNT, nameOf, PARALLEL, specification } from "./workload.mts";

/** The calls that a container cannot do without (create, start, inspect; remove), by fetch and nothing else. */
export function plainScript(server: { url: string; apiKey: string | undefined }) {
  const headers = { "x-api-key": server.apiKey ?? "", "content-type": "application/json" };
  const ids: string[] = [];

  const call = async (method: string, path: string, body?: unknown): Promise<string> => {
    const url = `${server.url}/api/endpoints/1/docker${path}`;
    const answer = await fetch(url, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.text();
  };

  const createOne = async (index: number) => {
    const { image: Image, command: Cmd, stopSignal: StopSignal } = specification;
    const created = await call("POST", `/containers/create?name=${nameOf(index)}`, {
      Image,
      Cmd,
      StopSignal,
    });
    const { Id } = JSON.parse(created) as { Id: string };
    ids.push(Id);
    await call("POST", `/containers/${Id}/start`);
    await call("GET", `/containers/${Id}/json`);
  };

  const all = (work: (index: number) => Promise<unknown>) => async () => {
    const indexes = Array.from({ length: COUNT }, (_, index) => index).values();
    const worker = async () => {
      for (const index of indexes) await work(index);
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  };

  return {
    create: all(createOne),
    remove: all((index) => call("DELETE", `/containers/${ids[index]}?force=true`)),
  };
}
