import { z } from "zod";
import { live, route } from "./route";

export const PublicSettings = z.looseObject({
  LogoURL: z.string(),
  AuthenticationMethod: z.int(),
  /** In bytes. */
  RequiredPasswordLength: z.int().optional(),
});
export type PublicSettings = z.infer<typeof PublicSettings>;

export const settings = {
  getPublic: route({
    method: "GET",
    path: "/settings/public",
    access: "public",
    summary: "Show the settings that a login page needs",
    response: PublicSettings,
    verified: live,
  }),
};
