import { z } from "zod";

/** An id in Portainer's database: a positive integer, never used twice for the same kind of object. */
export const Id = z.int().positive();

/** Go sends `null` for an unset slice or map, which means the same as an empty one. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);

const URL_HOST = String.raw`(?:\[[0-9a-f:.]+\]|[\w\u00a1-\uffff](?:[\w\u00a1-\uffff.-]*[\w\u00a1-\uffff])?\.?)`;
const URL_FORM = new RegExp(
  String.raw`^(?:(?:ftp|tcp|udp|wss?|https?):\/\/)?(?:[^\s/]+@)?${URL_HOST}(?::\d{1,5})?(?:[/?#]\S*)?$`,
  "i",
);

/** Whether Portainer accepts a text as a URL. The scheme may be missing if the rest looks like a host with a path. */
export const isUrl = (text: string): boolean =>
  text.length > 3 && text.length < 2_083 && /[.:]/.test(text) && URL_FORM.test(text);

/** Who may use an object, by user or team id. CE stores `RoleId` without using it. */
export const AccessPolicies = z.record(z.string(), z.object({ RoleId: z.int().optional() }));
export type AccessPolicies = z.infer<typeof AccessPolicies>;

/** The body of every error that Portainer itself answers. */
export const ErrorBody = z.object({ message: z.string().optional(), details: z.string().optional() });
export type ErrorBody = z.infer<typeof ErrorBody>;

const fileShape = { filename: z.string(), content: z.union([z.string(), z.instanceof(Uint8Array)]) };

/** A file in a form; `complaint` is the error where the file is missing. */
export const formFile = (complaint?: string) => z.object(fileShape, complaint);
export const FormFile = formFile();
export type FormFile = z.infer<typeof FormFile>;

/** Whether a schema is one of a form's files. */
export const isFormFile = (schema: unknown): boolean =>
  schema instanceof z.ZodObject && schema.shape["content"] === fileShape.content;
