/** `query_logs` on a real Loki, as callers of every right meet it, and what comes onto the record. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createHttpSource, type HttpSource } from '../../../../src/sources/http.ts';
import type { LogsPort } from '../../../../src/sources/logs.ts';
import { createLoki } from '../../../../src/sources/loki.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import type { FoundWorkload } from '../../../../src/tools/signals/findWorkload.ts';
import { queryLogsTool } from '../../../../src/tools/signals/queryLogs.ts';
import type { Answer, Call } from '../../../../src/tools/tool.ts';
import { startLoki } from '../../../cluster/addons/loki.ts';
import { openWorkspace, type Workspace } from '../../../cluster/workspace/workspace.ts';
import { callOf } from '../../../support/callers.ts';
import { signalsDeps } from '../../../support/signalsDeps.ts';
import { until } from '../../../support/until.ts';

const NOW = Date.now();
const ADMIN = callOf('admin', () => true);
const DAVE = callOf('dave', (right) => right === 'get pods/log shop');
const POD = 'cart-7d9c6b5f4d-x2x7k';
const CART = { kind: 'Deployment', namespace: 'shop', name: 'cart', services: [] } as unknown as FoundWorkload;

describe('query_logs', () => {
  let workspace: Workspace;
  let http: HttpSource;
  let loki: LogsPort;
  const recorded: string[] = [];
  const run = (input: Readonly<Record<string, unknown>>, call: Call = ADMIN): Promise<Answer> =>
    queryLogsTool(signalsDeps({ logs: [loki] }, { workloads: { find: () => Promise.resolve(CART) } }, recorded)).run(input, call);
  const refusal = (input: Readonly<Record<string, unknown>>, call: Call = ADMIN): Promise<string> =>
    run(input, call).then(
      ({ text }) => `answered: ${text}`,
      (error: Error & { reason?: string }) => `${error.reason ?? error.name}: ${error.message}`,
    );

  beforeAll(async () => {
    workspace = await openWorkspace({ description: 'query_logs' });
    const server = await startLoki(workspace);
    const at = (ms: number) => NOW - ms;
    const requests = Array.from({ length: 40 }, (_, index) => ({
      at: at(300_000 - index * 1000),
      line: `level=info msg="GET /cart/${index} took ${index}ms"`,
    }));
    await server.push([
      { labels: { namespace: 'shop', pod: POD, container: 'app' }, entries: requests },
      {
        labels: { namespace: 'shop', pod: POD, container: 'proxy' },
        entries: [{ at: at(120_000), line: 'level=error msg="upstream refused" password=hunter2-abcdef' }],
      },
      { labels: { namespace: 'stage', pod: POD, container: 'app' }, entries: [{ at: at(100_000), line: 'level=error msg="not yours"' }] },
    ]);
    http = createHttpSource({ clock: systemClock });
    loki = createLoki(http, { name: 'loki', url: server.url }, createCleaner(createRedactor().text));
    await until(
      'the lines',
      async () => ((await run({ query: '{namespace=~"shop|stage"}' })).data['total'] === 42 ? true : undefined),
      60_000,
    );
    recorded.length = 0;
  }, 120_000);
  afterAll(async () => {
    await http?.close();
    await workspace?.stop();
  });

  test('tells totals, kinds of lines, and the newest, without what is secret', async () => {
    const { text, data } = await run({ query: '{namespace="shop"}', limit: 3 }, DAVE);
    expect(data).toMatchObject({ total: 41, truncated: false, remaining: 38, sources: ['loki'], notes: [] });
    expect((data['kinds'] as { count: number }[]).map(({ count }) => count)).toEqual([40, 1]);
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^41 lines from loki, \S+ to \S+, of \{namespace="shop"\}$/u);
    expect(lines.slice(1, 3)).toEqual(['Kinds of lines:', expect.stringContaining('40 × ')]);
    expect(lines.at(-2)).toContain('proxy: level=error msg="upstream refused" password=');
    expect(lines.at(-1)).toBe('38 older ones: a higher limit, or an earlier end, shows them.');
    expect(text + JSON.stringify(data)).not.toContain('hunter2');
  });

  test('confines a caller to their namespace, in every selector', async () => {
    const { data } = await run({ query: '{container="app"} |= "yours"', namespace: 'shop' }, DAVE);
    expect(data).toMatchObject({ total: 0, query: '{namespace="shop",container="app"} |= "yours"' });
  });

  test('counts where the query counts', async () => {
    const { data } = await run({ query: 'sum by (container) (count_over_time({namespace="shop"}[10m]))', duration: '10m' }, DAVE);
    expect(data).toMatchObject({
      total: 2,
      series: [
        { labels: { container: 'app' }, max: 40 },
        { labels: { container: 'proxy' }, max: 1 },
      ],
    });
  });

  test('looks for words in the lines of a service', async () => {
    const { data, text } = await run({ query: 'REFUSED', service_name: 'cart' }, DAVE);
    expect(data).toMatchObject({ total: 1, lines: [{ labels: { container: 'proxy' } }] });
    expect(text).toContain('of shop/cart with "REFUSED"');
  });

  test('puts on record what is read before it is read, and what is refused', async () => {
    recorded.length = 0;
    await run({ query: '{namespace="shop"}' }, DAVE);
    await run({ query: '{container="app"}' }, ADMIN);
    await refusal({ query: '{namespace="stage"}' }, DAVE);
    expect(recorded).toEqual([
      'reads logs in shop: stored logs',
      'reads logs in all namespaces: stored logs',
      expect.stringContaining('may not read logs'),
    ]);
  });

  test.each([
    [
      'another namespace',
      { query: '{namespace="stage"}' },
      'Forbidden: dave may not get pods/log in namespace stage; an administrator can grant it.',
    ],
    [
      'all namespaces',
      { query: '{container="app"}' },
      'Forbidden: dave may not look across namespaces here: say which namespace, in the field namespace or in every selector, as in {namespace="shop"}.',
    ],
    [
      'what is counted elsewhere',
      { query: 'count_over_time({namespace="shop"}[5m]) + count_over_time({namespace="stage"}[5m])' },
      'Forbidden: dave may not get pods/log in namespace stage; an administrator can grant it.',
    ],
  ])('refuses who may not see %s', async (_title, input, words) => {
    expect(await refusal(input, DAVE)).toBe(words);
  });

  test.each([
    [
      'what does not parse',
      { query: '{namespace="shop"} | jsn' },
      'Invalid: query: at character 22, before "jsn": expected a stage such as json',
    ],
    [
      'everything',
      { query: '{namespace=~".+"}' },
      'Invalid: query: at character 1, before "{namespace=~\\".+\\"}": this selects everything; narrow it, as in {namespace="shop"} |= "error"',
    ],
    ['nothing', { query: 'error' }, 'Invalid: query: say a service_name or namespace, or LogQL such as {namespace="shop"} |= "error"'],
    [
      'what only Loki can tell to be wrong',
      { query: 'rate({namespace="shop"} | unwrap x [5m]) by (a)' },
      'Invalid: query: loki does not take it: ',
    ],
  ])('refuses %s', async (_title, input, words) => {
    expect((await refusal(input)).slice(0, words.length)).toBe(words);
  });
});
