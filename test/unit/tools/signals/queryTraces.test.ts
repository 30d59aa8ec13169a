import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createHttpSource, type HttpSource } from '../../../../src/sources/http.ts';
import { createTempo } from '../../../../src/sources/tempo.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import type { TracesPort } from '../../../../src/sources/traces.ts';
import { ToolError } from '../../../../src/tools/errors.ts';
import { queryTracesTool } from '../../../../src/tools/signals/queryTraces.ts';
import type { Answer, Call } from '../../../../src/tools/tool.ts';
import { startTempoStandIn, type TempoStandIn } from '../../../standins/tempo/tempo.ts';
import { callOf } from '../../../support/callers.ts';
import { signalsDeps } from '../../../support/signalsDeps.ts';

const NOW = Date.parse('2026-01-02T12:00:00Z');
const ADMIN = callOf('admin', () => true);
const DAVE = callOf('dave', (right) => right === 'get pods/log shop');
const [SLOW, QUICK, PAY] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)];

interface Sent {
  readonly trace: string;
  readonly id: string;
  readonly parent?: string;
  readonly service: string;
  readonly namespace: string;
  readonly ms: number;
  readonly failed?: boolean;
}

const resource = ({ trace, id, parent, service, namespace, ms, failed = false }: Sent) => ({
  resource: {
    attributes: [
      { key: 'service.name', value: { stringValue: service } },
      { key: 'k8s.namespace.name', value: { stringValue: namespace } },
    ],
  },
  scopeSpans: [
    {
      spans: [
        {
          traceId: trace,
          spanId: id.repeat(16),
          ...(parent !== undefined && { parentSpanId: parent.repeat(16) }),
          name: `GET /${service}?token=ghp_0123456789abcdefghijABCDEFGHIJ012345`,
          startTimeUnixNano: `${NOW - 60_000}000000`,
          endTimeUnixNano: `${NOW - 60_000 + ms}000000`,
          ...(failed && { status: { code: 'STATUS_CODE_ERROR', message: 'no answer' } }),
        },
      ],
    },
  ],
});

describe('query_traces', () => {
  let http: HttpSource;
  let standIn: TempoStandIn;
  let tempo: TracesPort;
  const recorded: string[] = [];
  const run = (input: Readonly<Record<string, unknown>>, call: Call = ADMIN): Promise<Answer> => {
    const workloads = { find: () => Promise.reject(new ToolError('NotFound', 'there is none')) };
    return queryTracesTool(signalsDeps({ traces: [tempo] }, { clock: { now: () => NOW }, workloads }, recorded)).run(input, call);
  };
  const refusal = (input: Readonly<Record<string, unknown>>, call: Call = ADMIN): Promise<string> =>
    run(input, call).then(
      ({ text }) => `answered: ${text}`,
      (error: Error & { reason?: string }) => `${error.reason ?? error.name}: ${error.message}`,
    );

  beforeAll(async () => {
    http = createHttpSource({ clock: systemClock });
    standIn = await startTempoStandIn();
    tempo = createTempo(http, { name: 'tempo', url: standIn.url }, createCleaner(createRedactor().text));
    standIn.push([
      resource({ trace: SLOW, id: '1', service: 'cart', namespace: 'shop', ms: 900 }),
      resource({ trace: SLOW, id: '2', parent: '1', service: 'pay', namespace: 'bank', ms: 800, failed: true }),
      resource({ trace: QUICK, id: '3', service: 'cart', namespace: 'shop', ms: 20 }),
      resource({ trace: PAY, id: '4', service: 'pay', namespace: 'bank', ms: 5 }),
    ]);
  });
  afterAll(async () => {
    await http.close();
    await standIn.stop();
  });

  test('finds the slowest first, and says how to see one', async () => {
    const { text, data } = await run({ service_name: 'cart', namespace: 'shop' }, DAVE);
    expect(data).toMatchObject({
      total: 2,
      sources: ['tempo'],
      traces: [
        { traceId: SLOW, durationMs: 900 },
        { traceId: QUICK, durationMs: 20 },
      ],
    });
    const lines = text.split('\n');
    expect(lines[0]).toBe(
      '2 traces from tempo, 2026-01-02T11:00Z to 2026-01-02T12:00Z, of cart in namespace shop: median 460 ms, p95 856 ms',
    );
    expect(lines.at(-1)).toBe(`trace_id="${SLOW}" shows the slowest, span by span.`);
    expect(text + JSON.stringify(data)).not.toContain('ghp_0123456789');
    expect(recorded.at(-1)).toBe('reads logs in shop: stored traces');
  });

  test('narrows by what took long', async () => {
    expect((await run({ service_name: 'cart', namespace: 'shop', min_duration: '500ms' })).data).toMatchObject({ total: 1 });
  });

  test('shows one with its tree, where it spent its time and where errors began', async () => {
    const { text, data } = await run({ trace_id: SLOW });
    expect(data).toMatchObject({
      total: 2,
      hidden: 0,
      spans: [
        { service: 'pay', error: true, selfMs: 800 },
        { service: 'cart', selfMs: 100 },
      ],
    });
    expect(text).toContain('2 spans of 2 services in 900 ms, 1 failed');
    expect(text).toContain('Most time was spent in pay: GET /pay');
    expect(text).toContain('Errors began in pay: GET /pay');
    expect(text).toContain('\n  pay: GET /pay');
  });

  test('hides of a trace what is of namespaces that the caller may not see, and says so', async () => {
    const { text, data } = await run({ trace_id: SLOW }, DAVE);
    expect(data).toMatchObject({ total: 1, hidden: 1, spans: [{ service: 'cart' }] });
    expect(text).toContain('1 spans of namespaces that you may not see are left out');
    expect(text).not.toContain('pay');
  });

  test.each([
    [
      'a trace of which they may see nothing',
      { trace_id: PAY },
      'Forbidden: dave may not look across namespaces here: say which namespace, in the field namespace or in every selector, as in {namespace="shop"}.',
    ],
    ['another namespace', { namespace: 'bank' }, 'Forbidden: dave may not get pods/log in namespace bank; an administrator can grant it.'],
    [
      'TraceQL',
      { query: '{ resource.service.name = "cart" }', namespace: 'shop' },
      'Forbidden: dave may not look across namespaces here, and TraceQL does: say namespace and service_name, min_duration or errors_only instead.',
    ],
  ])('refuses who may not see %s', async (_title, input, words) => {
    expect(await refusal(input, DAVE)).toBe(words);
  });

  test('takes TraceQL of who may look everywhere, and tells what Tempo says of what is wrong', async () => {
    expect((await run({ query: '{ resource.service.name = "pay" }' })).data).toMatchObject({ total: 2 });
    expect(await refusal({ query: '{ resource.service.name == }' })).toMatch(/^Invalid: query: tempo does not take it: /u);
  });

  test.each([
    [
      { query: 'slow requests' },
      'Invalid: query: write TraceQL such as { resource.service.name = "cart" && status = error }, or say service_name',
    ],
    [{ trace_id: 'xyz' }, 'Invalid: trace_id: write it as up to 32 hexadecimal digits'],
    [
      { trace_id: 'd'.repeat(32) },
      `NotFound: There is no trace ${'d'.repeat(32)} from 2026-01-01T12:00:00.000Z on; say start for an older one.`,
    ],
    [{ service_name: 'cart', min_duration: 'long' }, 'Invalid: min_duration: write it as 500ms or 2s, or as a number of seconds'],
  ])('%j is refused with what to do', async (input, words) => {
    expect(await refusal(input)).toBe(words);
  });
});
