import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../machine/command.mts";
import { unpackDebianPackage } from "../debian-package.mts";
import { rootFilesystem } from "./root-filesystem.mts";

/** A root file system from Debian's `busybox-static`: unpacked into a temporary folder, not installed. */
export async function debianBusybox(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-busybox-"));
  try {
    const busybox = await unpackBusybox(folder);
    const root = rootFilesystem();
    root.folder("bin");
    root.file("bin/busybox", await readFile(busybox), 0o755);
    for (const applet of (await run(busybox, ["--list"])).trim().split("\n")) {
      if (applet !== "busybox") root.link(`bin/${applet}`, "busybox");
    }
    root.folder("etc");
    root.file("etc/passwd", "root:x:0:0:root:/:/bin/sh\n");
    root.file("etc/group", "root:x:0:\n");
    root.folder("tmp", 0o1777);
    return await root.finish();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpackBusybox(folder: string): Promise<string> {
  await unpackDebianPackage("busybox-static", folder);
  return join(folder, "bin", "busybox");
}
