// A proxy of Node in front of an engine's socket, without rules or accounts: what any gateway in one Node process can reach.
//
//   node tools/bench/bare-proxy.mts SOCKET PORT

import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

const [socketPath = "", port] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

createServer((asked, reply) => {
  const headers = ["Host", "docker"];
  const options = { socketPath, path: asked.url, agent, headers, setDefaultHeaders: false };
  request(options, (answer) => passOn(answer, reply)).end();
}).listen(Number(port), "127.0.0.1");

function passOn(answer: IncomingMessage, reply: ServerResponse): void {
  const chunks: Buffer[] = [];
  answer.on("data", (chunk: Buffer) => chunks.push(chunk));
  answer.on("end", () => {
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    const length = String(body.length);
    reply.writeHead(answer.statusCode ?? 502, ["Content-Type", "application/json", "Content-Length", length]);
    reply.end(body);
  });
}
