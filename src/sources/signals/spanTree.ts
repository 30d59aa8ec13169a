/**
 * A trace as people read one: a line a span, indented under its parent, with what it took and how it ended.
 *
 * What failed and what led there is always among the lines; of the rest the first ones, so many as are useful. Spans whose parent is not there
 * stand as roots; spans that name each other as parents, once.
 */
import type { Span } from '../traces.ts';

const MOST_LINES = 60;
const DEEPEST = 30;
/** What a span says of itself, in this order. */
const TOLD = ['db.system', 'server.address', 'peer.service', 'http.response.status_code', 'http.status_code', 'rpc.grpc.status_code'];

export function spanTree(spans: readonly Span[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const parentOf = ({ parentId, spanId }: Span): Span | undefined =>
    parentId === undefined || parentId === spanId ? undefined : byId.get(parentId);
  const children = Map.groupBy(byId.values(), parentOf);
  const kept = keptOf([...byId.values()], parentOf);
  const lines: string[] = [];
  const seen = new Set<Span>();
  const write = (span: Span, depth: number): void => {
    if (seen.has(span) || depth > DEEPEST) return;
    seen.add(span);
    if (kept.has(span)) lines.push(`${'  '.repeat(depth)}${lineOf(span)}`);
    for (const child of children.get(span) ?? []) write(child, depth + 1);
  };
  for (const root of children.get(undefined) ?? []) write(root, 0);
  const left = byId.size - kept.size;
  return left > 0 ? [...lines, `and ${left} more spans`] : lines;
}

function keptOf(spans: readonly Span[], parentOf: (span: Span) => Span | undefined): ReadonlySet<Span> {
  const kept = new Set<Span>();
  const keepWithParents = (span: Span): void => {
    for (let at: Span | undefined = span; at !== undefined && !kept.has(at) && kept.size < MOST_LINES; at = parentOf(at)) kept.add(at);
  };
  for (const span of spans) if (span.error) keepWithParents(span);
  for (const span of spans) keepWithParents(span);
  return kept;
}

function lineOf({ service, name, kind, durationMs, error, attributes }: Span): string {
  const told = TOLD.flatMap((key) => (attributes[key] === undefined ? [] : [`${key}=${attributes[key]}`]));
  const failure = error ? [`failed: ${attributes['exception.message'] ?? attributes['status.message'] ?? 'it does not say why'}`] : [];
  return [`${service}: ${name} (${kind}, ${Math.round(durationMs)} ms)`, ...told, ...failure].join(' ');
}
