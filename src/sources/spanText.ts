/**
 * Names and attributes of spans, made fit to be read. Applications write what they like there: secrets, megabytes, orders to a reader.
 *
 * The same few texts come again and again in a trace; each is cleaned once.
 */
import type { Labels } from './metrics.ts';
import type { Cleaner } from './text.ts';

/** What says what was called, and how it ended. Old and new names of OpenTelemetry's conventions. */
const KEPT: ReadonlySet<string> = new Set([
  'db.collection.name',
  'db.name',
  'db.namespace',
  'db.operation',
  'db.operation.name',
  'db.response.status_code',
  'db.system',
  'db.system.name',
  'error.type',
  'exception.message',
  'exception.type',
  'http.method',
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'http.status_code',
  'k8s.namespace.name',
  'k8s.pod.name',
  'messaging.destination.name',
  'messaging.system',
  'net.peer.name',
  'net.peer.port',
  'peer.service',
  'rpc.grpc.status_code',
  'rpc.method',
  'rpc.service',
  'server.address',
  'server.port',
  'service.version',
  'status.message',
  'url.path',
]);

const NAME_CHARACTERS = 160;
const VALUE_CHARACTERS = 240;
/** Cut before it is cleaned. */
const RAW_CHARACTERS = 2_000;

export interface SpanCleaner {
  readonly name: (text: string) => string;
  readonly attributes: (all: Readonly<Record<string, unknown>>) => Labels;
}

/** For the spans of one answer. */
export function createSpanCleaner(cleaner: Cleaner): SpanCleaner {
  const known = new Map<string, string>();
  const clean = (text: string, max: number): string => {
    const raw = text.slice(0, RAW_CHARACTERS);
    const found = known.get(raw);
    if (found !== undefined) return found.slice(0, max);
    const cleaned = cleaner.line(raw, VALUE_CHARACTERS);
    known.set(raw, cleaned);
    return cleaned.slice(0, max);
  };
  return {
    name: (text) => clean(text, NAME_CHARACTERS),
    attributes: (all) =>
      Object.fromEntries(
        Object.entries(all).flatMap(([key, value]) => {
          if (!KEPT.has(key)) return [];
          const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
          return isPlain && value !== '' ? [[key, clean(String(value), VALUE_CHARACTERS)]] : [];
        }),
      ),
  };
}
