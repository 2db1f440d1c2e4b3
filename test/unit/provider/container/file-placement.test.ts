import { describe, expect, test } from "@jest/globals";
import { UNKNOWN } from "../../../../provider/core/properties";
import { fileFolders, misplacedFiles } from "../../../../provider/docker/container/file-volumes";

const readOnly = true;
const files = (...paths: string[]) => ({ files: Object.fromEntries(paths.map((path) => [path, "x"])) });

describe("files that no container can have at their path are refused in the preview", () => {
  test.each([
    ["/etc/hosts", {}, /the engine writes this file at every start: set `extraHosts`/],
    ["/etc/hostname", {}, /set `hostname`/],
    ["/etc/resolv.conf", { readOnly }, /set `dns`, `dnsSearch` and `dnsOptions`/],
    ["/proc/x", {}, /the engine fills \/proc at every start/],
    ["/dev/shm/token", {}, /the engine fills \/dev at every start/],
    ["/sys/x", {}, /the engine fills \/sys/],
    ["/data/x", { volumes: ["data:/data:ro"] }, /\/data is mounted read-only/],
    ["/data/x", { volumes: [{ source: "data", target: "/data/", readOnly }] }, /\/data is mounted read-only/],
    ["/data/x", { volumes: [{ type: "image", source: "nginx", target: "/data" }] }, /read-only/],
    ["/data/sub/x", { volumes: ["data:/data/sub:ro", "/host:/data"] }, /\/data\/sub is mounted read-only/],
    ["/run/token", { tmpfs: { "/run": "" } }, /\/run is a tmpfs.*such as \/run\/files\/token/],
    ["/run/token", { volumes: [{ type: "tmpfs", target: "/run" }] }, /\/run is a tmpfs/],
    ["/etc/app", { volumes: ["data:/etc/app"] }, /something is mounted there/],
    ["/etc/app", { tmpfs: { "/etc/app/cache": "" } }, /something is mounted there/],
    ["/token", { readOnly }, /a file needs a folder/],
  ])("%s with %j", (path, more, reason) => {
    const [failure, ...others] = misplacedFiles({ ...files(path), ...more });
    expect(failure).toEqual({
      property: `files[${JSON.stringify(path)}]`,
      reason: expect.stringMatching(reason),
    });
    expect(others).toEqual([]);
  });

  test("and so is autoRemove, which would leave their volumes behind", () => {
    const inputs = { ...files("/etc/x"), readOnly, autoRemove: true };
    expect(misplacedFiles(inputs)).toMatchObject([{ property: "autoRemove" }]);
    expect(misplacedFiles({ ...inputs, readOnly: false })).toEqual([]);
  });

  test.each([
    ["/run/token", { tmpfs: UNKNOWN }],
    ["/run/token", { volumes: [UNKNOWN, { type: "tmpfs", target: UNKNOWN }] }],
    ["/run/token", { volumes: "wrong", tmpfs: 7 }],
  ])("but nothing is said of what is not known yet or written wrongly: %s with %j", (path, more) => {
    expect(misplacedFiles({ ...files(path), ...more })).toEqual([]);
    expect(misplacedFiles({ files: UNKNOWN, ...more })).toEqual([]);
  });
});

describe("files are put into volumes of the provider", () => {
  const tmpfs = { "/run": "" };
  test.each([
    [["/etc/x"], {}, []],
    [["/etc/x", "/srv/y"], { readOnly }, ["/etc", "/srv"]],
    [["/etc/a/b/x", "/etc/a/y"], { readOnly }, ["/etc/a"]],
    [["/data/x"], { readOnly, volumes: ["data:/data"] }, []],
    [["/run/secrets/x", "/etc/y"], { tmpfs }, ["/run/secrets"]],
    [["/run/secrets/x", "/y/z"], { tmpfs, readOnly }, ["/run/secrets", "/y"]],
    [["/run/a/x"], { tmpfs, volumes: ["data:/run/a"] }, []],
    [["/srv/x", "/srv/t/a/x"], { readOnly, tmpfs: { "/srv/t": "" } }, ["/srv", "/srv/t/a"]],
  ])("%j with %j: %j", (paths, more, expected) => {
    expect(fileFolders({ ...files(...paths), ...more }).map(({ path }) => path)).toEqual(expected);
  });

  test("that are read-only as the container is, and writable in a tmpfs", () => {
    expect(fileFolders({ ...files("/run/a/x", "/srv/x"), readOnly, tmpfs })).toEqual([
      { path: "/run/a", readOnly: false },
      { path: "/srv", readOnly: true },
    ]);
  });
});
