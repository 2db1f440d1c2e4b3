import type { PortainerClient } from "../../client";
import { CreationType } from "../../contract";
import { idNumber } from "../core/id";
import type { EndpointSettled } from "./schema";
import { filesOf, type Tls } from "./tls";

type Form = Parameters<PortainerClient["endpoints"]["create"]>[0]["form"];

/** An agent comes with a certificate that it has made itself. */
const AGENT_TLS: Tls = { skipVerify: true, skipClientVerify: true };

/** The form that creates the environment; what it cannot carry (access, security) is set afterwards. */
export function createForm(wish: EndpointSettled): Form {
  const tls = wish.type === "agent" ? AGENT_TLS : wish.tls;
  return {
    Name: wish.name,
    URL: wish.url,
    EndpointCreationType: String(CreationType[wish.type]),
    ...(wish.containerEngine && { ContainerEngine: wish.containerEngine }),
    ...(wish.publicUrl !== undefined && { PublicURL: wish.publicUrl }),
    ...(wish.groupId !== undefined && { GroupID: String(idNumber(wish.groupId)) }),
    ...(wish.tagIds && { TagIds: JSON.stringify(wish.tagIds.map(idNumber)) }),
    ...(tls && tlsFields(tls)),
  };
}

function tlsFields(tls: Tls): Partial<Form> {
  const { ca, cert, key } = filesOf(tls);
  return {
    TLS: "true",
    TLSSkipVerify: String(tls.skipVerify ?? false),
    TLSSkipClientVerify: String(tls.skipClientVerify ?? false),
    ...(ca !== undefined && { TLSCACertFile: { filename: "ca.pem", content: ca } }),
    ...(cert !== undefined && { TLSCertFile: { filename: "cert.pem", content: cert } }),
    ...(key !== undefined && { TLSKeyFile: { filename: "key.pem", content: key } }),
  };
}
