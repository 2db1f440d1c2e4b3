import { z } from "zod";
import { Id } from "./common";
import { live, route } from "./route";

export const ApiKey = z.looseObject({
  id: Id,
  userId: Id,
  description: z.string(),
  /** The first seven characters of the key. */
  prefix: z.string(),
  /** Unix seconds. */
  dateCreated: z.number(),
  /** Unix seconds; 0 before the first use. */
  lastUsed: z.number(),
});
export type ApiKey = z.infer<typeof ApiKey>;

export const apiKeys = {
  list: route({
    method: "GET",
    path: "/users/:id/tokens",
    access: "restricted",
    since: "2.11",
    summary: "List a user's API keys",
    response: z.array(ApiKey),
    verified: live,
  }),
  create: route({
    method: "POST",
    path: "/users/:id/tokens",
    access: "restricted",
    limited: true,
    since: "2.11",
    summary: "Create an API key for the caller",
    body: z.object({
      description: z
        .string()
        .optional()
        .default("")
        .refine((text) => text.trim() !== "", "invalid description: cannot be empty")
        .refine((text) => text.length < 128, "invalid description: cannot be longer than 128 characters"),
      password: z.string().optional().default(""),
    }),
    response: z.object({ rawAPIKey: z.string(), apiKey: ApiKey }),
    status: 201,
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/users/:id/tokens/:keyId",
    access: "restricted",
    since: "2.11",
    summary: "Revoke an API key",
    fails: { 500: "There is no such key." },
    verified: live,
  }),
};
