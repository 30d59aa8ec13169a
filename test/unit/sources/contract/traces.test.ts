/** The contract of the port of traces, kept by Tempo's adapter and by SigNoz'. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createHttpSource, type HttpSource } from '../../../../src/sources/http.ts';
import { createSignoz } from '../../../../src/sources/signoz.ts';
import { createTempo } from '../../../../src/sources/tempo.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import type { TracesPort } from '../../../../src/sources/traces.ts';
import { type AnsweringServer, json, startAnsweringServer } from '../../../support/answeringServer.ts';
import { failsAsASourceShould, INSTANCE } from './failures.ts';

interface WireSpan {
  readonly spanId: string;
  readonly parentId?: string;
  readonly service: string;
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly failed?: boolean;
  readonly message?: string;
}

interface Adapter {
  readonly name: string;
  readonly create: (http: HttpSource, url: string) => TracesPort;
  readonly noTraces: unknown;
  readonly trace: (spans: readonly WireSpan[]) => unknown;
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const cleaner = createCleaner(createRedactor().text);
const signozRows = (rows: readonly unknown[] | null): unknown => ({
  status: 'success',
  data: { type: 'raw', data: { results: [{ queryName: 'A', rows }] } },
});

const adapters: readonly Adapter[] = [
  {
    name: 'Tempo',
    create: (http, url) => createTempo(http, { name: INSTANCE, url }, cleaner),
    noTraces: { traces: [], metrics: {} },
    trace: (spans) => ({
      trace: {
        resourceSpans: spans.map((span) => ({
          resource: { attributes: [{ key: 'service.name', value: { stringValue: span.service } }] },
          scopeSpans: [
            {
              spans: [
                {
                  traceId: TRACE,
                  spanId: span.spanId,
                  parentSpanId: span.parentId ?? '',
                  name: span.name,
                  kind: 'SPAN_KIND_SERVER',
                  startTimeUnixNano: `${span.startMs}000000`,
                  endTimeUnixNano: `${span.startMs + span.durationMs}000000`,
                  status: span.failed === true ? { code: 'STATUS_CODE_ERROR', message: span.message } : {},
                },
              ],
            },
          ],
        })),
      },
    }),
  },
  {
    name: 'SigNoz',
    create: (http, url) => createSignoz({ http, cleaner, clock: { now: () => 0 } }, { name: INSTANCE, url }).traces,
    noTraces: signozRows(null),
    trace: (spans) =>
      signozRows(
        spans.map((span) => ({
          timestamp: new Date(span.startMs).toISOString(),
          data: {
            trace_id: TRACE,
            span_id: span.spanId,
            parent_span_id: span.parentId ?? '',
            name: span.name,
            'service.name': span.service,
            kind_string: 'Server',
            duration_nano: span.durationMs * 1e6,
            has_error: span.failed === true,
            status_message: span.message ?? '',
          },
        })),
      ),
  },
];

const window = { start: 1_000_000, end: 2_000_000 };
const root: WireSpan = { spanId: '00f067aa0ba902b7', service: 'frontend', name: 'GET /', startMs: 1_500_000, durationMs: 90 };

describe.each(adapters)('the port of traces: $name', ({ name, create, noTraces, trace }) => {
  failsAsASourceShould(name, [
    { name: 'search', ask: (http, url, signal) => create(http, url).search({ service: 'cart', window }, signal) },
    { name: 'trace', ask: (http, url, signal) => create(http, url).trace(TRACE, window, signal) },
  ]);

  let server: AnsweringServer;
  let http: HttpSource;
  beforeEach(async () => {
    server = await startAnsweringServer();
    http = createHttpSource({ clock: systemClock });
  });
  afterEach(async () => {
    await http.close();
    await server.close();
  });
  const spansOf = async (spans: readonly WireSpan[]) => {
    server.answer = json(trace(spans));
    return create(http, server.url).trace(TRACE, window);
  };

  test('an empty answer is one', async () => {
    server.answer = json(noTraces);
    expect(await create(http, server.url).search({ window })).toEqual({ traces: [], notes: [] });
    expect(await spansOf([])).toEqual({ spans: [], notes: [] });
  });

  test('spans come by their start, with parent, service, duration and error', async () => {
    const child: WireSpan = {
      ...root,
      spanId: '00f067aa0ba902b8',
      parentId: root.spanId,
      service: 'cart',
      startMs: 1_500_010,
      durationMs: 70,
      failed: true,
    };
    const { spans } = await spansOf([child, root]);
    expect(spans.map(({ attributes: _attributes, ...span }) => span)).toEqual([
      {
        traceId: TRACE,
        spanId: root.spanId,
        parentId: undefined,
        service: 'frontend',
        name: 'GET /',
        startMs: 1_500_000,
        durationMs: 90,
        error: false,
        kind: 'server',
      },
      {
        traceId: TRACE,
        spanId: child.spanId,
        parentId: root.spanId,
        service: 'cart',
        name: 'GET /',
        startMs: 1_500_010,
        durationMs: 70,
        error: true,
        kind: 'server',
      },
    ]);
  });

  test('texts of applications are cleaned, redacted and cut', async () => {
    const hostile = { ...root, name: `\u001b[31mGET\u0000 ${'x '.repeat(10_000)}`, failed: true, message: 'password=hunter2hunter2' };
    const { spans } = await spansOf([hostile]);
    expect(spans[0]?.name).toMatch(/^GET x x/u);
    expect(spans[0]?.name.length).toBeLessThanOrEqual(160);
    expect(spans[0]?.attributes).toEqual({ 'status.message': 'password=[redacted:password]' });
  });

  test('a span without a usable id is left out', async () => {
    const { spans } = await spansOf([root, { ...root, spanId: 'zz' }, { ...root, spanId: '' }]);
    expect(spans).toHaveLength(1);
  });

  test('of a giant trace the first spans are taken, and that is said', async () => {
    const giant = Array.from({ length: 2_100 }, (_, index) => ({ ...root, spanId: (index + 1).toString(16).padStart(16, '0') }));
    const { spans, notes } = await spansOf(giant);
    expect([spans.length, notes.length]).toEqual([2_000, 1]);
  });
});
