/** The page at `/docs`: each route with its fields and a line to try it with. One file without scripts; nothing is fetched from anywhere. */
import type { OpenApiDocument } from './openapi.ts';

/** What of a JSON schema the page shows. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly default?: unknown;
  readonly $ref?: string;
}

interface Content {
  readonly schema?: Schema;
  readonly example?: unknown;
}

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, Content>> }>>;
}

interface Listed {
  readonly method: string;
  readonly paths: readonly string[];
  readonly operation: Operation;
}

export function pageOf(document: OpenApiDocument): string {
  const operations = listed(document);
  const schemas = (document.components?.schemas ?? {}) as Readonly<Record<string, Schema>>;
  const links = operations.map(
    ({ paths: [path = ''], operation }) => `<li><a href="#${idOf(path)}">${escaped(path)}</a> ${escaped(operation.summary ?? '')}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Agent-SRE: REST</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Agent-SRE <small>${escaped(document.info.version)}</small></h1>
<p>${escaped(document.info.description ?? '')}</p>
<p>Show who you are by <code>Authorization: Bearer TOKEN</code>, with a token that the Kubernetes API server knows
(<code>kubectl create token NAME --namespace NAMESPACE</code>). On the loopback none is needed. Errors are
<a href="https://www.rfc-editor.org/rfc/rfc9457">problems</a>: <code>detail</code> says what to do. For programs: <a href="/openapi.json">openapi.json</a>.</p>
</header>
<nav><ul>${links.join('\n')}</ul></nav>
<main>
${operations.map((operation) => section(operation, schemas)).join('\n')}
</main>
</body>
</html>
`;
}

/** Routes that answer alike are one. */
function listed({ paths = {} }: OpenApiDocument): readonly Listed[] {
  const all = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Readonly<Record<string, Operation>>).map(([method, operation]) => ({ method, path, operation })),
  );
  const alike = Map.groupBy(all, ({ method, operation }) => method + JSON.stringify({ ...operation, tags: undefined }));
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [{ method: first.method.toUpperCase(), paths: group.map(({ path }) => path), operation: first.operation }];
  });
}

function section({ method, paths, operation }: Listed, schemas: Readonly<Record<string, Schema>>): string {
  const [path = '', ...others] = paths;
  const body = operation.requestBody?.content['application/json'];
  const answer = operation.responses['200']?.content?.['application/json']?.schema;
  const parts = [
    `<h2><b>${method}</b> ${escaped(path)}</h2>`,
    ...(others.length === 0 ? [] : [`<p class="also">also ${others.map((other) => `<code>${escaped(other)}</code>`).join(', ')}</p>`]),
    `<p>${withCode(operation.summary ?? '')}.</p>`,
    ...(operation.description === undefined ? [] : [`<p>${withCode(operation.description)}</p>`]),
    `<pre>${escaped(curlLine(method, path, body?.example))}</pre>`,
    ...(body?.schema === undefined ? [] : [`<h3>Fields</h3>${fields(resolved(body.schema, schemas), schemas)}`]),
    ...(answer === undefined ? [] : [`<details><summary>Answer</summary>${fields(resolved(answer, schemas), schemas)}</details>`]),
  ];
  return `<section id="${idOf(path)}">${parts.join('\n')}</section>`;
}

function curlLine(method: string, path: string, example: unknown): string {
  const to = `http://localhost:8080${path}`;
  if (method === 'GET') return `curl ${to}`;
  return `curl ${to} -H 'Content-Type: application/json' -d '${JSON.stringify(example ?? {}).replaceAll("'", "'\\''")}'`;
}

function fields(schema: Schema, schemas: Readonly<Record<string, Schema>>): string {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const of = resolved(property, schemas);
    const given = of.default === undefined ? '' : ` Absent: <code>${escaped(JSON.stringify(of.default))}</code>.`;
    const isNeeded = required.has(name) && of.default === undefined;
    return `<tr><td><code>${escaped(name)}</code>${isNeeded ? '' : ' <i>optional</i>'}</td><td>${escaped(typeOf(of, schemas))}</td><td>${withCode(of.description ?? '')}${given}</td></tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}

function typeOf(schema: Schema, schemas: Readonly<Record<string, Schema>>): string {
  const { type, enum: values, items, anyOf } = schema;
  if (values !== undefined) return values.map(String).join(' | ');
  if (anyOf !== undefined) return anyOf.map((one) => typeOf(resolved(one, schemas), schemas)).join(' or ');
  if (type === 'array') return `list of ${items === undefined ? 'anything' : typeOf(resolved(items, schemas), schemas)}`;
  return Array.isArray(type) ? type.join(' or ') : String(type ?? 'anything');
}

function resolved(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return (name === undefined ? undefined : schemas[name]) ?? schema;
}

function idOf(path: string): string {
  return path.slice(1).replaceAll('/', '-');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** What stands in backquotes. */
function withCode(text: string): string {
  return escaped(text).replaceAll(/`([^`]{1,200})`/gu, '<code>$1</code>');
}

const STYLE = `
:root { color-scheme: light dark; --edge: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 6%, transparent); }
* { box-sizing: border-box }
body { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 6rem; font: 16px/1.55 system-ui, sans-serif }
h1 { margin: 0 } h1 small { font-size: 1rem; font-weight: 400; opacity: .6 }
nav ul { padding: 0; list-style: none; columns: 24rem 2; border-block: 1px solid var(--edge); padding-block: .75rem } nav li { break-inside: avoid }
a { color: #2563eb } @media (prefers-color-scheme: dark) { a { color: #7aa7ff } }
section { margin-top: 2.75rem; scroll-margin-top: 1rem }
h2 { font: 600 1.15rem ui-monospace, monospace; margin: 0 0 .25rem; overflow-wrap: anywhere } h2 b { padding: .1rem .45rem; border-radius: .3rem; background: #2563eb; color: #fff; font-size: .85rem }
h3 { font-size: .95rem; margin: 1.25rem 0 .25rem } .also { margin: 0; opacity: .7; font-size: .9rem }
code, pre { font: .875em ui-monospace, monospace } code { background: var(--soft); padding: .05rem .3rem; border-radius: .25rem; overflow-wrap: anywhere }
pre { background: var(--soft); padding: .75rem 1rem; border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse; font-size: .92rem } td { padding: .4rem .75rem .4rem 0; border-top: 1px solid var(--edge); vertical-align: top } td:nth-child(2) { min-width: 7rem; opacity: .75 }
i { opacity: .6; font-size: .8rem } details { margin-top: 1rem } summary { cursor: pointer; font-weight: 600; font-size: .95rem }
`;
