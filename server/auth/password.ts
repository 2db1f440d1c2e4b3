import { hash, verify } from "@node-rs/bcrypt";
import { HttpError } from "../http-error";

const COST = 10;
/** bcrypt ignores further bytes. Portainer refuses longer passwords, and so does this server. */
const LONGEST = 72;
/** Compared with when there is no such user, so that the response time does not tell. */
const NOBODY = "$2b$10$vy4Se0.aS/GTI3El7kkBZet2BQu5vJ9/XbSPOd/n4YSxluWrsAcH.";

/** Hashes in a thread of the native library, not on the event loop. */
export function hashPassword(password: string): Promise<string> {
  if (Buffer.byteLength(password) > LONGEST)
    throw new HttpError(500, "Unable to hash user password", "Unable to hash data");
  return hash(password, { cost: COST });
}

export async function passwordMatches(password: string, stored: string | undefined): Promise<boolean> {
  const same = await verify(password, stored || NOBODY);
  return same && Boolean(stored);
}

/** The length is counted in bytes. */
export function isLongEnough(password: string, required: number): boolean {
  return Buffer.byteLength(password) >= required;
}
