/**
 * Traces in OTLP's JSON, as Tempo gives them: ids in hexadecimal or in base64, kinds and codes by name or number, times in nanoseconds.
 *
 * What has no usable id or time is left out and counted. See https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import { z } from 'zod';
import { createSpanCleaner, type SpanCleaner } from './spanText.ts';
import type { Cleaner } from './text.ts';
import { MAX_SPANS, type Span, type SpanKind, type Trace } from './traces.ts';

const attributes = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()).nullish() })).nullish();
const nanoseconds = z.union([z.string(), z.number()]).optional();
const wireSpan = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().nullish(),
  name: z.string().default(''),
  kind: z.union([z.string(), z.number()]).optional(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  status: z.object({ code: z.union([z.string(), z.number()]).optional(), message: z.string().optional() }).nullish(),
  events: z.array(z.object({ name: z.string().optional(), attributes })).nullish(),
});
type WireSpan = z.infer<typeof wireSpan>;

const scope = z.object({ spans: z.array(wireSpan).nullish() });
export const resourceSpans = z.object({
  resource: z.object({ attributes }).nullish(),
  scopeSpans: z.array(scope).nullish(),
  /** Before OTLP 0.19. */
  instrumentationLibrarySpans: z.array(scope).nullish(),
});
export type ResourceSpans = z.infer<typeof resourceSpans>;

export function traceOf(resources: readonly ResourceSpans[], cleaner: Cleaner): Trace {
  const clean = createSpanCleaner(cleaner);
  const all = resources.flatMap(({ resource, scopeSpans, instrumentationLibrarySpans }) => {
    const of = valuesOf(resource?.attributes);
    const wire = [...(scopeSpans ?? []), ...(instrumentationLibrarySpans ?? [])].flatMap(({ spans }) => spans ?? []);
    return wire.map((span) => ({ span, of }));
  });
  const spans = all.slice(0, MAX_SPANS).flatMap(({ span, of }) => spanOf(span, of, clean) ?? []);
  const unusable = Math.min(all.length, MAX_SPANS) - spans.length;
  const notes = [
    ...(all.length > MAX_SPANS ? [`the trace has ${all.length} spans; ${MAX_SPANS} were looked at`] : []),
    ...(unusable > 0 ? [`${unusable} spans have no usable id or time`] : []),
  ];
  return { spans: spans.toSorted((a, b) => a.startMs - b.startMs), notes };
}

function spanOf(wire: WireSpan, resource: Readonly<Record<string, unknown>>, clean: SpanCleaner): Span | undefined {
  const traceId = idOf(wire.traceId, 16);
  const spanId = idOf(wire.spanId, 8);
  const start = timeOf(wire.startTimeUnixNano);
  const end = timeOf(wire.endTimeUnixNano);
  if (traceId === undefined || spanId === undefined || start === undefined || end === undefined) return undefined;
  const exception = wire.events?.find(({ name }) => name === 'exception');
  const message = wire.status?.message;
  const told = { ...resource, ...valuesOf(wire.attributes), ...valuesOf(exception?.attributes), 'status.message': message };
  const { 'service.name': service } = resource;
  return {
    traceId,
    spanId,
    parentId: idOf(wire.parentSpanId ?? '', 8),
    service: clean.name(typeof service === 'string' ? service : 'unknown'),
    name: clean.name(wire.name),
    startMs: millisecondsOf(start),
    durationMs: Math.max(0, millisecondsOf(end - start)),
    error: wire.status?.code === 2 || wire.status?.code === 'STATUS_CODE_ERROR',
    kind: kindOf(wire.kind),
    attributes: clean.attributes(told),
  };
}

function valuesOf(list: z.infer<typeof attributes>): Readonly<Record<string, unknown>> {
  return Object.fromEntries((list ?? []).map(({ key, value }) => [key, Object.values(value ?? {})[0]]));
}

/** In hexadecimal; of an id that is none, or all zeros, nothing. */
function idOf(text: string, bytes: number): string | undefined {
  const isHex = text.length === bytes * 2 && /^[0-9a-f]+$/iu.test(text);
  const hex = isHex ? text.toLowerCase() : Buffer.from(text, 'base64').toString('hex');
  return hex.length === bytes * 2 && !/^0*$/u.test(hex) ? hex : undefined;
}

function timeOf(value: string | number | undefined): bigint | undefined {
  const text = String(value ?? '');
  return /^\d{1,20}$/u.test(text) ? BigInt(text) : undefined;
}

/** With three decimals. */
const millisecondsOf = (nanosecondsSince: bigint): number => Number(nanosecondsSince / 1000n) / 1000;

const KINDS: readonly SpanKind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];

function kindOf(kind: string | number | undefined): SpanKind {
  if (typeof kind === 'number') return KINDS[kind] ?? 'internal';
  const word = (kind ?? '').replace(/^SPAN_KIND_/u, '').toLowerCase();
  return KINDS.find((known) => known === word) ?? 'internal';
}
