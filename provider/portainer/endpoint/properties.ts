import type { Property } from "../../core/definition";
import { idNumber } from "../../core/schema";
import { normalizeAccess } from "./access";
import type { EndpointInputs } from "./schema";
import { normalizeTls } from "./tls";
import { normalizeUrl } from "./validate";

type Ids = readonly (number | string)[];

/** How each property of an environment is compared, and what its change does. */
export const properties: { readonly [Key in keyof EndpointInputs]-?: Property } = {
  name: {},
  url: { normalize: normalizeUrl },
  type: { change: "replace" },
  tls: { normalize: normalizeTls },
  publicUrl: {},
  groupId: { normalize: idNumber },
  tagIds: { normalize: (ids: Ids) => [...new Set(ids.map(idNumber))].sort((left, right) => left - right) },
  access: { normalize: normalizeAccess },
  security: {},
  containerEngine: { change: "replace" },
  adopt: { change: "none" },
  startupTimeout: { change: "none" },
};
