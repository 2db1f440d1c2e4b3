import { describe, expect, test } from "@jest/globals";
import { ApiError } from "../../../../client";
import type { Context } from "../../../../provider/core/definition";
import { isLasting, unreachable, untilUp } from "../../../../provider/portainer/endpoint/reach";

const TCP = { url: "tcp://10.0.7.10:2376", type: "docker", tls: { caCert: "ca" } } as const;
const PLAIN = { url: "tcp://10.0.7.10:2375", type: "docker", tls: undefined } as const;
const SOCKET = { url: "unix:///var/run/docker.sock", type: "docker", tls: undefined } as const;

const refused = (details: string): ApiError =>
  new ApiError({
    status: 500,
    method: "POST",
    path: "/api/endpoints",
    serverMessage: "Unable to initiate communications with environment",
    details,
    isJson: true,
    source: "portainer",
  });
const messageFor = (details: string, target: Parameters<typeof unreachable>[1]) =>
  unreachable(refused(details), target).message;

const GET = 'Error during connect: Get "https://10.0.7.10:2376/_ping":';
const VERIFY = `${GET} tls: failed to verify certificate: x509:`;
const CLIENT =
  "The server probably has client authentication (--tlsverify) enabled; check your TLS client certification settings:";

describe("what no waiting helps against", () => {
  test.each<[said: string, target: typeof TCP | typeof PLAIN | typeof SOCKET, remedy: RegExp]>([
    [`${GET} http: server gave HTTP response to HTTPS client`, TCP, /speaks no TLS: leave `tls` out/],
    [`${GET} tls: first record does not look like a TLS handshake`, TCP, /speaks no TLS/],
    ["Error response from daemon: Client sent an HTTP request to an HTTPS server.", PLAIN, /give `tls`/],
    [
      'Error during connect: malformed HTTP response "\\x15\\x03\\x01". * Are you trying to connect to a TLS-enabled daemon without TLS?',
      PLAIN,
      /give `tls`/,
    ],
    [`${VERIFY} certificate signed by unknown authority`, TCP, /Is `tls\.caCert` the authority/],
    [`${VERIFY} certificate is valid for 10.0.0.1, not 10.0.7.10`, TCP, /a host in `url` that/],
    [`${VERIFY} certificate is not valid for any names, but wanted to match engine`, TCP, /a host in `url`/],
    [
      `${VERIFY} cannot validate certificate for 10.0.7.10 because it doesn't contain any IP SANs`,
      TCP,
      /a host in `url`/,
    ],
    [`${VERIFY} certificate relies on legacy Common Name field, use SANs instead`, TCP, /a host in `url`/],
    [
      `${VERIFY} certificate has expired or is not yet valid: current time 2026-11-28T08:49:37Z is after 2026-11-28T07:49:36Z`,
      TCP,
      /Renew the engine's certificate/,
    ],
    [`${CLIENT} ${GET} remote error: tls: bad certificate`, TCP, /refuses the certificate/],
    [`${GET} remote error: tls: certificate required`, TCP, /refuses the certificate/],
    [`${GET} remote error: tls: unknown certificate authority`, TCP, /refuses the certificate/],
    [`${GET} remote error: tls: handshake failure`, TCP, /refuses the certificate/],
    [`${GET} remote error: tls: expired certificate`, TCP, /refuses the certificate/],
    [`${GET} remote error: tls: protocol version not supported`, TCP, /no version of TLS in common/],
    [
      "Permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied",
      SOCKET,
      /may not use this socket/,
    ],
    ["Failed request with status 404", PLAIN, /no Portainer agent/],
    ["Agent already paired with another Portainer instance", PLAIN, /restart the agent/],
    ["Write EPROTO 40:error:0A00010B:SSL routines:f:wrong version number:a.c:77:", TCP, /speaks no TLS/],
    ["Self-signed certificate in certificate chain", TCP, /Is `tls\.caCert`/],
    ["Unable to verify the first certificate", TCP, /Is `tls\.caCert`/],
    ["Hostname/IP does not match certificate's altnames: Host: localhost.", TCP, /a host in `url`/],
    ["Certificate has expired", TCP, /Renew/],
    [
      "40:error:0A00045C:SSL routines:f:tlsv13 alert certificate required:a.c:918:SSL alert number 116",
      TCP,
      /refuses the certificate/,
    ],
    ["Connect EACCES /var/run/docker.sock", SOCKET, /may not use this socket/],
  ])("%s", (said, target, remedy) => {
    expect(isLasting(refused(said), target)).toBe(true);
    expect(messageFor(said, target)).toMatch(remedy);
  });
});

const SILENT = "Cannot connect to the Docker daemon at";

describe("what may pass", () => {
  test.each<[said: string, target: typeof TCP | typeof PLAIN | typeof SOCKET, remedy: RegExp]>([
    [`${SILENT} ${TCP.url}. Is the docker daemon running?`, TCP, /Does the engine listen there/],
    [
      `${SILENT} ${SOCKET.url}. Is the docker daemon running?`,
      SOCKET,
      /The socket must be one on the machine/,
    ],
    ["Dial unix /var/run/docker.sock: connect: no such file or directory", SOCKET, /The socket must be/],
    ["Dial tcp 10.0.7.10:2376: connect: connection refused", TCP, /Does the engine listen there/],
    ["Dial tcp 10.0.7.10:2376: i/o timeout", TCP, /Does the engine listen there/],
    ["Dial tcp 10.0.7.10:2376: connect: no route to host", TCP, /Does the engine listen there/],
    [
      `${GET} context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
      TCP,
      /Does the engine listen/,
    ],
    ["Dial tcp: lookup engine on 127.0.0.11:53: no such host", TCP, /does not know this host name/],
    ["Dial tcp: lookup engine on 127.0.0.11:53: server misbehaving", TCP, /does not know this host name/],
    [`${GET} EOF`, TCP, /does not trust `tls\.clientCert`/],
    [`${GET} EOF`, PLAIN, /speaks only TLS closes/],
    ["Read tcp 10.0.7.10:2376: read: connection reset by peer", PLAIN, /speaks only TLS closes/],
    ["Connect ECONNREFUSED 127.0.0.1:1", PLAIN, /Does the engine listen/],
    ["Connect ENOENT /no/such.sock", SOCKET, /The socket must be/],
    ["Getaddrinfo ENOTFOUND engine", PLAIN, /does not know this host name/],
    ["Socket hang up", PLAIN, /speaks only TLS closes/],
  ])("%s", (said, target, remedy) => {
    expect(isLasting(refused(said), target)).toBe(false);
    expect(messageFor(said, target)).toMatch(remedy);
  });
});

test("sentences end once", () => {
  for (const said of [
    `${SILENT} ${TCP.url}. Is the docker daemon running?`,
    "Client sent an HTTP request to an HTTPS server.",
    "Connect ECONNREFUSED 127.0.0.1:1",
  ]) {
    expect(messageFor(said, TCP)).not.toMatch(/[.?!]\.|\?\?|\s{2}/);
  }
});

test("names the address once", () => {
  expect(messageFor(`${SILENT} ${TCP.url}. Is the docker daemon running?`, TCP)).toBe(
    "Portainer cannot reach the engine at tcp://10.0.7.10:2376: Cannot connect to the Docker daemon. Does the engine listen there, and can the machine of the Portainer server (not this one) reach it?",
  );
});

test.each([
  [TCP, "Does the engine listen there, is `tls.caCert` the authority of its certificate"],
  [PLAIN, "Does the engine listen there, and can the machine of the Portainer server"],
])("asks about all that can be wrong where Portainer gives no reason: $url", async (target, question) => {
  const silent = new ApiError({
    status: 502,
    method: "GET",
    path: "/api/endpoints/1/docker/version",
    serverMessage: "Bad Gateway",
    isJson: false,
    source: "portainer",
  });
  const connection = { forgetEngine: () => {}, engine: () => Promise.reject(silent) };
  const context = {
    connection,
    signal: new AbortController().signal,
    progress: () => {},
  } as unknown as Context;
  await expect(untilUp(context, 1, target, 0)).rejects.toThrow(
    `the engine at ${target.url} did not answer within 0 s: Portainer gives no reason. ${question}`,
  );
});
