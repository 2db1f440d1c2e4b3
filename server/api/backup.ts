import type { contract } from "../../contract";
import { requireSetupToken } from "../auth/admin-window";
import { decrypted, encrypted, isEncrypted } from "../backup/encryption";
import { milliseconds } from "../clock";
import { HttpError } from "../http-error";
import type { Handlers } from "../route/call";
import type { Services } from "../services";
import { hasAdministrator } from "./user";

/** Loaded on first use, to start faster. */
const content = () => require("../backup/content") as typeof import("../backup/content");

export function backupHandlers(services: Services): Handlers<typeof contract.backups> {
  const { store, tlsFiles, clock } = services;
  const refuseIfInUse = () => {
    if (hasAdministrator(store))
      throw new HttpError(400, "Cannot restore already initialized instance", "system already initialized");
  };

  return {
    async create(call) {
      if (!call.caller.isAdmin) throw new HttpError(401, "User is not authorized to perform the action");
      const { Password } = call.body;
      const archive = await content().backup(store, tlsFiles);
      const bytes = Password ? await encrypted(archive, Password) : archive;
      const time = new Date(milliseconds(clock)).toISOString().slice(0, 19).replaceAll(/[T:]/g, "-");
      const name = `portainer-backup_${time}.tar.gz${Password ? ".encrypted" : ""}`;
      call.reply.headers["Content-Disposition"] = `attachment; filename=${name}`;
      return { type: Password ? "application/octet-stream" : "application/gzip", body: bytes };
    },

    async restore({ form, headers }) {
      requireSetupToken(services.setupToken, headers);
      refuseIfInUse();
      const given = Buffer.from(form.file.content);
      try {
        const archive = isEncrypted(given) ? await decrypted(given, form.password ?? "") : given;
        await content().restore(store, tlsFiles, archive, refuseIfInUse);
      } catch (cause) {
        if (cause instanceof HttpError) throw cause;
        throw new HttpError(500, "Failed to restore the backup", (cause as Error).message, { cause });
      }
      await services.serving.apply();
    },
  };
}
