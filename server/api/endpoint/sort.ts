import { type contract, UNASSIGNED_GROUP } from "../../../contract";
import type { Call } from "../../route/call";
import type { EndpointRecord } from "../../store/records";
import type { Store } from "../../store/store";

type Query = Call<typeof contract.endpoints.list>["query"];
type Order = (a: EndpointRecord, b: EndpointRecord) => number;

/** Without a known `sort`, the order is that of the ids. */
export function endpointOrder(store: Store, { sort, order }: Query): Order {
  // Whoever is in no group of a name of its own comes first.
  const group = ({ GroupId }: EndpointRecord) =>
    GroupId === UNASSIGNED_GROUP ? "" : (store.endpointGroups.get(GroupId)?.Name ?? "");
  const orders: Record<string, Order> = {
    Name: (a, b) => natural(a.Name, b.Name),
    Group: (a, b) => natural(group(a), group(b)),
    Status: (a, b) => a.Status - b.Status,
  };
  const compare = orders[sort ?? ""];
  if (!compare) return (a, b) => a.Id - b.Id;
  return order === "desc" ? (a, b) => compare(b, a) : compare;
}

/**
 * The order of Portainer's library: digits come before all else and compare as numbers (of equal ones that with fewer
 * zeros before it comes first), anything else compares by bytes. `env-2` comes before `env-10`.
 */
export function natural(a: string, b: string): number {
  const [left, right] = [chunks(a), chunks(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = compareChunks(left[at] ?? "", right[at] ?? "");
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const chunks = (text: string): string[] => text.match(/\d+|[^\d]/gu) ?? [];

function compareChunks(a: string, b: string): number {
  const isNumber = /^\d/.test(a);
  if (isNumber !== /^\d/.test(b)) return isNumber ? -1 : 1;
  if (!isNumber) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  const [x, y] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : a.length - b.length);
}
