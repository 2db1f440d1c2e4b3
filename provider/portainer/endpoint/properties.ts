import { UNASSIGNED_GROUP } from "../../../contract";
import { normalizeAccess } from "../../core/access";
import type { Property } from "../../core/definition";
import { idNumber, normalizeIds } from "../../core/schema";
import type { EndpointInputs } from "./schema";
import { normalizeTls } from "./tls";
import { normalizeUrl } from "./validate";

/** How each property of an environment is compared, and what its change does. */
export const properties: { readonly [Key in keyof EndpointInputs]-?: Property } = {
  name: {},
  url: { normalize: normalizeUrl },
  type: { change: "replace" },
  tls: { normalize: normalizeTls },
  publicUrl: { whenRemoved: "" },
  groupId: { normalize: idNumber, whenRemoved: UNASSIGNED_GROUP },
  tagIds: { normalize: normalizeIds, whenRemoved: [] },
  access: { normalize: normalizeAccess },
  security: {},
  containerEngine: { change: "replace" },
  adopt: { change: "none" },
  startupTimeout: { change: "none" },
};
