import { createHash } from "node:crypto";
import type { ApiDocument } from "./document";
import { type Html, html, raw } from "./html";
import type { Operation } from "./operation";
import { fieldsOf, typeOf } from "./page-schema";
import { SCRIPT, STYLE } from "./page-text";
import type { JsonSchema } from "./schema";

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The page contains its style and script, and loads nothing. */
export const PAGE_POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The reference of the API as one page of HTML, complete without a network. */
export function pageOf(document: ApiDocument): string {
  const { info, tags, components } = document;
  const operations = operationsOf(document);
  const byTag = tags.map(({ name }) => ({ name, own: operations.filter(({ tags: [tag] }) => tag === name) }));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title} ${info.version}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<nav>
<input type="search" id="filter" placeholder="Filter" aria-label="Filter the operations">
<ul>
${byTag.map(({ name }) => html`<li><a href="#${name}">${name}</a></li>`)}
<li><a href="#schemas">Schemas</a></li>
</ul>
</nav>
<main>
<h1>${info.title} ${info.version}</h1>
${paragraphs(info.description)}
<p>Paths are below <code>${document.servers[0]?.url}</code>. The same as <a href="openapi.json">OpenAPI 3.1</a>.</p>
${byTag.map(({ name, own }) => html`<section><h2 id="${name}">${name}</h2>${own.map(operation)}</section>`)}
<section>
<h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas).map(([name, schema]) => schemaEntry(name, schema))}
</section>
</main>
<script>${raw(SCRIPT)}</script>
</body>
</html>
`.toString();
}

interface Placed extends Operation {
  readonly method: string;
  readonly path: string;
}

const operationsOf = ({ paths }: ApiDocument): Placed[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, it]) => ({ ...it, method: method.toUpperCase(), path })),
  );

const paragraphs = (text: string): Html[] => text.split("\n\n").map((it) => html`<p>${marked(it)}</p>`);

/** Converts the Markdown that descriptions use. */
function marked(text: string): Html[] {
  return text.split(/(`[^`]*`|\*[^*]*\*)/).map((part) => {
    if (part.startsWith("`")) return html`<code>${part.slice(1, -1)}</code>`;
    return part.startsWith("*") ? html`<em>${part.slice(1, -1)}</em>` : html`${part}`;
  });
}

function operation(it: Placed): Html {
  const { operationId, method, path, summary, description, parameters, requestBody, responses } = it;
  return html`<details id="${operationId}">
<summary><b class="${method}">${method}</b> <code>${path}</code> <span>${summary}</span></summary>
<p>${marked(description)} ${verification(it["x-verified"])}</p>
${parameters.length > 0 ? html`<h4>Parameters</h4>${rows(parameters.map(({ name, in: where, required, schema }) => [name, where, type(schema), required ? "required" : ""]))}` : ""}
${Object.entries(requestBody?.content ?? {}).map(([media, { schema }]) => html`<h4>Body: ${media}</h4>${fields(schema)}`)}
<h4>Answers</h4>
${rows(Object.entries(responses).map(([status, { description: words, content }]) => [status, words, type(Object.values(content ?? {})[0]?.schema)]))}
</details>
`;
}

function verification({ by, version, recordings = [] }: Operation["x-verified"]): Html {
  return html`Verified: <em>${by}</em> ${version ?? ""}${recordings.length > 0 ? ` (${recordings.join(", ")})` : ""}.`;
}

const schemaEntry = (name: string, schema: JsonSchema): Html =>
  html`<details id="schema-${name}"><summary><code>${name}</code></summary>${fields(schema)}</details>`;

function fields(schema: JsonSchema): Html {
  const found = fieldsOf(schema);
  if (found.length === 0) return html`<p>${type(schema)}</p>`;
  return rows(found.map((field) => [field.path, type(field.schema), field.isRequired ? "required" : ""]));
}

type Cell = string | Html | readonly Html[];

const rows = (lines: readonly (readonly Cell[])[]): Html =>
  html`<table>${lines.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</table>`;

/** The description of a type, with links to named schemas. */
function type(schema: JsonSchema | undefined): Html[] {
  return typeOf(schema).map((part) =>
    typeof part === "string" ? html`${part}` : html`<a href="#schema-${part.schema}">${part.schema}</a>`,
  );
}
