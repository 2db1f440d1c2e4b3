import { describe, expect, test } from "@jest/globals";
import { normalizeUrl, urlProblem } from "../../../../provider/portainer/endpoint/validate";

describe("the url of an environment", () => {
  test.each([
    "unix:///var/run/docker.sock",
    "npipe:////./pipe/docker_engine",
    "tcp://10.0.7.10:2376",
    "tcp://engine.example.com:2375/",
    "tcp://[fd00::1]:2376",
  ])("may be %p", (url) => {
    expect(urlProblem(url)).toBeUndefined();
  });

  test.each([
    ["10.0.7.10:2375", 'did you mean "tcp://10.0.7.10:2375"?'],
    ["localhost:2375", 'did you mean "tcp://localhost:2375"?'],
    ["/var/run/docker.sock", 'did you mean "unix:///var/run/docker.sock"?'],
    ["\\\\.\\pipe\\docker_engine", 'did you mean "npipe:////./pipe/docker_engine"?'],
    ["unix://var/run/docker.sock", 'did you mean "unix:///var/run/docker.sock"?'],
    ["npipe://docker_engine", "npipe:////./pipe/docker_engine"],
    ["https://10.0.7.10:2376/", 'did you mean "tcp://10.0.7.10:2376"?'],
    ["ssh://me@host", "run an agent there"],
    ["tcp://10.0.7.10", "has no port"],
    ["tcp://:2375", "no"],
    ["tcp://10.0.7.10:99999", "is not an address"],
    ["tcp://me:secret@10.0.7.10:2375", "names a user"],
    ["tcp://10.0.7.10:2375/v1.41", "without a path"],
    ["ftp://10.0.7.10", '"ftp://" is not known'],
  ])("is not %p, and the answer helps", (url, help) => {
    expect(urlProblem(url)).toContain(help);
  });

  test("does not repeat a password", () => {
    expect(urlProblem("tcp://me:secret@10.0.7.10:2375")).not.toContain("secret");
  });

  test("means the same in other spellings", () => {
    expect(normalizeUrl("TCP://Engine:2375/")).toBe(normalizeUrl("tcp://engine:2375"));
    expect(normalizeUrl("unix:///Var/run")).toBe("unix:///Var/run");
  });
});
