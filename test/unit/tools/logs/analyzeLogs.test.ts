import { describe, expect, test } from 'vitest';
import type { NewEntry } from '../../../../src/audit/entry.ts';
import type { KubeClient, LogOptions } from '../../../../src/kube/client.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { type ApiPod, pods } from '../../../../src/sources/kubernetes/api.ts';
import { serviceObjects } from '../../../../src/sources/kubernetes/networkApi.ts';
import type { LogLine, LogQuery, LogsPort } from '../../../../src/sources/logs.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { createLogRecord } from '../../../../src/tools/cluster/logs/record.ts';
import { ToolError } from '../../../../src/tools/errors.ts';
import { analyzeLogsTool, LONGEST_LOGS } from '../../../../src/tools/logs/analyzeLogs.ts';
import type { Answer, Call, Tool } from '../../../../src/tools/tool.ts';
import { callOf } from '../../../support/callers.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';

const now = Date.parse('2026-01-31T12:00:00Z');
const at = (minutesAgo: number): string => new Date(now - minutesAgo * 60_000).toISOString();

function caller(may: (right: string) => boolean = () => true): Call & { readonly asked: string[] } {
  const asked: string[] = [];
  return { ...callOf('ann', may, asked), asked };
}

interface World {
  /** By pod. */
  readonly logs?: Readonly<Record<string, string>>;
  readonly stored?: readonly { readonly minutesAgo: number; readonly line: string }[];
  readonly refuses?: Error;
}

async function world({ logs = {}, stored, refuses }: World) {
  const kube = createMemoryKube();
  for (const name of Object.keys(logs)) {
    const status = { phase: 'Running', containerStatuses: [{ name: 'app', ready: true, state: { running: { startedAt: at(300) } } }] };
    await kube.create(pods, { metadata: { namespace: 'shop', name, labels: { app: name.split('-')[0] } }, status } as unknown as ApiPod);
  }
  await kube.create(serviceObjects, { metadata: { namespace: 'shop', name: 'front' }, spec: { selector: { app: 'cart' } } });
  const read: { pod: string; options: LogOptions | undefined }[] = [];
  const asked: LogQuery[] = [];
  const port: LogsPort = {
    name: 'loki',
    lines: async (query) => {
      asked.push(query);
      const lines = (stored ?? [])
        .map(({ minutesAgo, line }): LogLine => ({ at: now - minutesAgo * 60_000, line, labels: {} }))
        .filter((one) => one.at >= query.window.start && one.at <= query.window.end);
      return { lines, truncated: false, notes: [] };
    },
    counts: async () => ({ points: [], stepMs: 1, notes: [] }),
  };
  const client = {
    get: kube.get,
    list: kube.list,
    logs: async (_namespace: string, pod: string, options?: LogOptions) => {
      read.push({ pod, options });
      if (refuses !== undefined) throw refuses;
      return logs[pod] ?? '';
    },
  } as unknown as KubeClient;
  const record: NewEntry[] = [];
  const tool = toolOn(client, stored === undefined ? [] : [port], record);
  return { tool, read, asked, record };
}

function toolOn(client: KubeClient, stores: readonly LogsPort[], record: NewEntry[] = []): Tool {
  const redactor = createRedactor();
  const clock = { now: () => now };
  const audit = { record: async (entries: readonly NewEntry[]) => void record.push(...entries) };
  return analyzeLogsTool({
    client,
    stores,
    clock,
    redactor,
    cleaner: createCleaner(redactor.text),
    logRecord: createLogRecord({ audit, clock }),
  });
}

const errorOf = async (answer: Promise<Answer>): Promise<ToolError> => {
  const error: unknown = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ToolError)) throw new Error('no ToolError', { cause: error });
  return error;
};

const REFUSED = 'ERROR dial tcp payments:8080: connect: connection refused';

describe('analyze_logs', () => {
  test('asks nobody about a text that is passed in', async () => {
    const { tool } = await world({});
    const call = caller(() => false);
    const { data, text } = await tool.run({ logs: `${at(1)} ${REFUSED}`, unknown_field: 1 }, call);
    expect(call.asked).toEqual([]);
    expect(text).toMatch(/^Likely cause \(\d+ %\): Connections are refused/u);
    expect(tool.output.parse(data)).toMatchObject({ source: 'The text', lines: 1, likelyCause: { family: 'ConnectionRefused' } });
  });

  test('takes a list of lines', async () => {
    const { tool } = await world({});
    expect((await tool.run({ logs: ['INFO fine', REFUSED] }, caller())).data).toMatchObject({ lines: 2, troubleLines: 1 });
  });

  test.each([
    { name: 'neither a log nor a selector', input: {}, says: 'pass the log itself as logs, or namespace with service_name or pod' },
    { name: 'a namespace alone', input: { namespace: 'shop' }, says: 'pass the log itself as logs' },
    { name: 'a number for a log', input: { logs: 7 }, says: 'logs: ' },
    {
      name: 'a name that cannot be one',
      input: { namespace: 'shop', service_name: 'a/../b' },
      says: 'service_name: this cannot be a name',
    },
    { name: 'a time that is none', input: { namespace: 'shop', pod: 'cart-0', start: 'noon' }, says: 'start: write it as' },
  ])('refuses $name', async ({ input, says }) => {
    const { tool } = await world({});
    const error = await errorOf(tool.run(input, caller()));
    expect(error.reason).toBe('Invalid');
    expect(error.message).toContain(says);
  });

  test('refuses what is too long, and says how long it may be', async () => {
    const { tool } = await world({});
    const error = await errorOf(tool.run({ logs: 'x'.repeat(LONGEST_LOGS + 1) }, caller()));
    expect(error).toMatchObject({
      reason: 'TooLarge',
      message: expect.stringContaining('48 MiB; pass the part around the failure') as string,
    });
  });

  test('reads the pods of a Service, and tells what is new from the time before', async () => {
    const usual = (from: number): string => Array.from({ length: 30 }, (_, n) => `${at(from - n)} INFO served order ${n}\n`).join('');
    const { tool, read, record } = await world({ logs: { 'cart-1': `${usual(118)}${usual(58)}${at(5)} ${REFUSED}\n`, 'ads-1': '' } });
    const call = caller();
    const { data } = await tool.run({ namespace: 'shop', service_name: 'front', duration: '1h' }, call);
    expect(call.asked.at(-1)).toBe('get pods/log shop/cart-1');
    expect(record).toMatchObject([{ who: 'ann', event: 'ReadForSomebody', message: 'reads logs in shop: analysis of front (cart-1)' }]);
    expect(read.map(({ pod }) => pod)).toEqual(['cart-1']);
    expect(read[0]?.options).toMatchObject({ container: 'app', timestamps: true, sinceSeconds: 7200 });
    expect(data).toMatchObject({
      lines: 31,
      source: 'Logs of pod cart-1 (1 container)',
      comparedWith: { from: at(120), to: at(60) },
      families: [{ family: 'ConnectionRefused', novelty: 'new', firstAt: at(5) }],
    });
  });

  test('finds an application by the label of its pods', async () => {
    const { tool, read } = await world({ logs: { 'cart-1': `${at(5)} ${REFUSED}\n`, 'cart-2': '', 'ads-1': '' } });
    await tool.run({ namespace: 'shop', service_name: 'cart' }, caller());
    expect(read.map(({ pod }) => pod)).toEqual(['cart-1', 'cart-2']);
  });

  test('goes to a store of logs where no pod is left', async () => {
    const { tool, asked } = await world({
      stored: [
        { minutesAgo: 5, line: REFUSED },
        { minutesAgo: 80, line: 'INFO fine' },
      ],
    });
    const { data } = await tool.run({ namespace: 'shop', service_name: 'gone' }, caller());
    expect(data).toMatchObject({ source: 'Logs of shop/gone in loki', lines: 1, families: [{ novelty: 'new' }] });
    expect(asked[0]).toMatchObject({ namespace: 'shop', podPattern: expect.stringMatching(/^gone-/u) as string });
  });

  test('names the nearest where there is nothing of that name', async () => {
    const { tool } = await world({ logs: { 'cart-1': '' } });
    const error = await errorOf(tool.run({ namespace: 'shop', service_name: 'crt-1' }, caller()));
    expect(error).toMatchObject({
      reason: 'NotFound',
      message: 'There is no pod or workload crt-1 in namespace shop; did you mean cart-1?',
    });
  });

  test.each([
    { lacks: 'get pods/log shop/cart-1', says: 'ann may not get pods/log cart-1 in namespace shop; an administrator can grant it.' },
    { lacks: 'get pods shop/cart-1', says: 'ann may not get pods cart-1 in namespace shop; an administrator can grant it.' },
  ])('reads nothing for who may not $lacks', async ({ lacks, says }) => {
    const { tool, read } = await world({ logs: { 'cart-1': REFUSED } });
    const error = await errorOf(
      tool.run(
        { namespace: 'shop', pod: 'cart-1' },
        caller((right) => right !== lacks),
      ),
    );
    expect(error).toMatchObject({ reason: 'Forbidden', message: says });
    expect(read).toEqual([]);
  });

  test('says which log could not be read', async () => {
    const broken = await world({ logs: { 'cart-1': REFUSED }, refuses: new Error('kubelet says no to 10.0.0.1') });
    const { data, text } = await broken.tool.run({ namespace: 'shop', pod: 'cart-1' }, caller());
    expect(data).toMatchObject({ notes: ['the log of app in cart-1 could not be read (Unavailable).'] });
    expect(text).not.toContain('10.0.0.1');
  });

  test('stops when its caller leaves, and lets the next one go on', async () => {
    const { tool } = await world({});
    const controller = new AbortController();
    const logs = `${REFUSED}\n`.repeat(200_000);
    const left = tool.run({ logs }, { ...caller(), signal: controller.signal, progress: () => controller.abort(new Error('gone')) });
    const next = tool.run({ logs: REFUSED }, caller());
    await expect(left).rejects.toThrow('gone');
    expect((await next).data).toMatchObject({ lines: 1 });
  });

  test('lets the event loop go on, and tells how far it is', async () => {
    const { tool } = await world({});
    let turns = 0;
    const tick = (): void => {
      turns++;
      timer = setImmediate(tick);
    };
    let timer = setImmediate(tick);
    const told: string[] = [];
    await tool.run(
      { logs: `${REFUSED}\n`.repeat(50_000) },
      { ...caller(), progress: (done, total, message) => told.push(`${done}/${total ?? ''} ${message}`) },
    );
    clearImmediate(timer);
    expect(turns).toBeGreaterThan(50);
    expect(told.at(-1)).toBe('100/100 reading');
    expect(told.length).toBeLessThan(15);
  });
});
