import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { type AskModelRequest, askModel } from '../../../../src/investigate/model/askModel.ts';
import type { ModelOpinion } from '../../../../src/investigate/model/opinion.ts';
import { SUBMIT } from '../../../../src/investigate/model/submission.ts';
import { type CallLimits, createModelHttp, type ModelHttp } from '../../../../src/llm/http.ts';
import type { Ask, Reply, Script } from '../../../standins/languageModel/script.ts';
import { type LanguageModelStandIn, type StandInOptions, startLanguageModel } from '../../../standins/languageModel/server.ts';
import { analysed, depsFor, evidence, hypothesis, openBudget } from './builders.ts';

let http: ModelHttp;
let server: LanguageModelStandIn | undefined;
beforeAll(() => {
  http = createModelHttp(systemClock);
});
afterEach(() => server?.stop());
afterAll(() => http.close());

interface Scene {
  readonly provider?: 'ollama' | 'openai';
  readonly request?: Partial<AskModelRequest>;
  readonly limits?: Partial<CallLimits>;
  readonly deadlineMs?: number;
  readonly standIn?: Partial<StandInOptions>;
}

async function ask(
  script: Script,
  { request = {}, standIn, ...options }: Scene = {},
): Promise<{ readonly opinion: ModelOpinion; readonly asks: readonly Ask[] }> {
  server = await startLanguageModel({ script, ...standIn });
  const opinion = await askModel(depsFor(http, server, options), {
    ...analysed(),
    budget: openBudget(),
    signal: new AbortController().signal,
    ...request,
  });
  return { opinion, asks: server.asks };
}

const reads = (id: string): Reply => ({ kind: 'says', calls: [{ name: 'get_evidence', arguments: { id } }] });
const submits = (...hypotheses: readonly unknown[]): Reply => ({ kind: 'says', calls: [{ name: SUBMIT, arguments: { hypotheses } }] });
const writes = (...hypotheses: readonly unknown[]): Reply => ({ kind: 'says', text: JSON.stringify({ hypotheses }) });
const offersTools = ({ body }: Ask): boolean => Array.isArray(body['tools']);

const good = {
  statement: hypothesis().statement,
  object: 'Service/shop/orders-db',
  confidence: 45,
  citations: ['e2', 'e3'],
  source: 'model',
};

describe.each<{ provider: 'ollama' | 'openai' }>([{ provider: 'ollama' }, { provider: 'openai' }])(
  'a model that works, by the protocol of $provider',
  ({ provider }) => {
    test('reads, submits, and is believed as far as its evidence goes', async () => {
      const { opinion, asks } = await ask([reads('e2'), submits(hypothesis())], { provider });
      expect(opinion).toMatchObject({
        hypotheses: [good],
        dropped: 0,
        lowered: 0,
        gaps: [],
        model: 'test',
        usage: { toolCalls: 1, moneyMicros: 0 },
      });
      expect(opinion.usage.tokens).toBeGreaterThan(100);
      expect(asks[1]?.text).toContain('connection refused (host orders-db');
    });

    test('is asked for the form alone when it cannot call tools', async () => {
      const { opinion, asks } = await ask([writes(hypothesis())], { provider, standIn: { tools: false } });
      expect(opinion).toMatchObject({ hypotheses: [good], gaps: [] });
      expect(asks).toHaveLength(1);
      expect(asks[0]?.body[provider === 'ollama' ? 'format' : 'response_format']).toBeDefined();
    });
  },
);

describe('phase one', () => {
  test('takes JSON in place of a call, as small models write it', async () => {
    const { opinion, asks } = await ask([writes(hypothesis())]);
    expect(opinion.hypotheses).toMatchObject([good]);
    expect(asks).toHaveLength(1);
  });

  test('asks for the form when a model writes prose', async () => {
    const { opinion, asks } = await ask((one) =>
      offersTools(one) ? { kind: 'says', text: 'I think that the database is down.' } : writes(hypothesis()),
    );
    expect(opinion.hypotheses).toMatchObject([good]);
    expect(asks).toHaveLength(2);
  });

  test('is content with no hypotheses', async () => {
    const { opinion } = await ask([submits()]);
    expect(opinion).toMatchObject({ hypotheses: [], gaps: [], dropped: 0 });
  });

  test('shows what is wrong with a submission, and takes the next', async () => {
    const { opinion, asks } = await ask([submits({ ...hypothesis(), sure: true }), submits(hypothesis())]);
    expect(opinion.hypotheses).toMatchObject([good]);
    expect(asks[1]?.text).toMatch(/unknown keys: sure/u);
  });

  test('repairs at most three times in all, then it is a gap', async () => {
    const { opinion, asks } = await ask([submits({ statement: 1 })]);
    expect(asks).toHaveLength(4);
    expect(opinion).toMatchObject({ hypotheses: [], gaps: [{ source: 'model', reason: 'Malformed' }] });
  });

  test.each<{ name: string; call: { name: string; arguments: unknown }; says: RegExp }>([
    { name: 'a tool that there is not', call: { name: 'kubectl_delete', arguments: { all: true } }, says: /no such tool/u },
    {
      name: 'evidence that there is not',
      call: { name: 'get_evidence', arguments: { id: 'e99' } },
      says: /no evidence e99; there is e1, e2, e3/u,
    },
    {
      name: 'arguments that the tool does not take',
      call: { name: 'get_evidence', arguments: { id: 'e1', as: 'root' } },
      says: /unknown keys: as/u,
    },
    { name: 'text that is nowhere', call: { name: 'search_evidence', arguments: { text: 'zebra' } }, says: /No line contains it/u },
    {
      name: 'text that is somewhere',
      call: { name: 'search_evidence', arguments: { text: 'REFUSED' } },
      says: /e2: .*connection refused/u,
    },
    { name: 'all that there is', call: { name: 'list_findings', arguments: {} }, says: /f1: ContainerExitsWithError/u },
  ])('answers a call for $name', async ({ call, says }) => {
    const { asks } = await ask([{ kind: 'says', calls: [call] }, submits()]);
    const messages = asks[1]?.body['messages'] as readonly { role: string; content: string }[];
    expect(messages.at(-1)).toMatchObject({ role: 'tool', content: expect.stringMatching(says) });
  });

  test('ends a loop of tools after a few turns, and does not read twice', async () => {
    const { opinion, asks } = await ask((one) => (offersTools(one) ? reads('e1') : writes(hypothesis())));
    expect(asks).toHaveLength(7);
    expect(asks[2]?.text).toMatch(/You have read that already/u);
    expect(opinion).toMatchObject({ hypotheses: [good], usage: { toolCalls: 6 } });
  });

  test('checks and tells placeholders as what they stand for', async () => {
    const statement = 'checkout cannot reach <ip-1>: the connection to orders-db is refused.';
    const quote = 'dial tcp <ip-1>:5432: connect: connection refused';
    const { opinion, asks } = await ask([reads('e2'), submits(hypothesis({ statement, citations: [{ evidenceId: 'e2', quote }] }))]);
    expect(asks[1]?.text).toContain(quote);
    expect(opinion).toMatchObject({ dropped: 0, lowered: 0, hypotheses: [{ statement: statement.replace('<ip-1>', '10.0.7.12') }] });
  });

  test('uses the tools that it is given, and survives one that breaks', async () => {
    const { evidenceTools } = await import('../../../../src/investigate/model/readTools.ts');
    const [get] = evidenceTools(analysed());
    if (get === undefined) throw new Error('there is no tool');
    const broken = { ...get, name: 'get_trace', call: () => Promise.reject(new Error('password=hunter2')) };
    const { opinion, asks } = await ask([{ kind: 'says', calls: [{ name: 'get_trace', arguments: { id: 't' } }] }, submits(hypothesis())], {
      request: { tools: [broken] },
    });
    expect(opinion.hypotheses).toHaveLength(1);
    expect(asks[1]?.text).toMatch(/could not be read/u);
    expect(asks[1]?.text).not.toContain('hunter2');
  });
});

describe('a window of 8,000 tokens', () => {
  const long = [...evidence, ...['e4', 'e5', 'e6', 'e7', 'e8'].map((id) => ({ id, query: `log ${id}`, summary: '', content: id }))].map(
    (item) => ({
      ...item,
      content: `${item.content}\n${'2026-11-21T03:22:10Z ERROR worker-7 pool exhausted, 250 waiting, request 3f2504e04f8911d3 refused\n'.repeat(4_000)}`,
    }),
  );
  const many = Array.from({ length: 60 }, (_, index) => ({
    id: `e${index + 10}`,
    query: `get Pod/shop/cart-${index}`,
    summary: 'x'.repeat(300),
    content: 'y',
  }));

  test.each<{ provider: 'ollama' | 'openai' }>([{ provider: 'ollama' }, { provider: 'openai' }])(
    'is kept in every turn, as $provider counts',
    async ({ provider }) => {
      const readsTwo = (turn: number): Reply => ({
        kind: 'says',
        calls: [2 * turn + 1, 2 * turn + 2].map((number) => ({ name: 'get_evidence', arguments: { id: `e${number}` } })),
      });
      const script = (one: Ask, turn: number): Reply => (offersTools(one) ? readsTwo(turn) : writes(hypothesis()));
      const { opinion, asks } = await ask(script, {
        provider,
        request: { evidence: [...long, ...many] },
        standIn: { contextTokens: 7_000 },
      });
      expect(opinion).toMatchObject({ hypotheses: [good], gaps: [] });
      expect(asks.length).toBeGreaterThan(3);
      expect(Math.max(...asks.map(({ promptTokens }) => promptTokens))).toBeLessThanOrEqual(7_000);
      expect(Math.min(...asks.map(({ promptTokens }) => promptTokens))).toBeGreaterThan(2_000);
    },
  );

  test('begins with the findings, whatever else there is', async () => {
    const { asks } = await ask([submits()], { request: { evidence: [...long, ...many] } });
    expect(asks[0]?.text).toContain('f1: ContainerExitsWithError of Deployment/shop/checkout');
  });

  test('is made smaller when the server says that a prompt does not fit', async () => {
    const { opinion, asks } = await ask([submits(hypothesis())], {
      provider: 'openai',
      request: { evidence: [...long, ...many] },
      standIn: { contextTokens: 3_000 },
    });
    expect(opinion).toMatchObject({ hypotheses: [good], gaps: [] });
    expect(asks).toHaveLength(1);
  });
});

describe('a model that fails', () => {
  const html: Reply = { kind: 'raw', body: '<html>login</html>' };
  test.each<{ name: string; script: Script; reason: string; scene?: Scene }>([
    { name: 'is away', script: [{ kind: 'fails', status: 503, message: 'x' }], reason: 'Unavailable' },
    { name: 'is silent', script: [{ kind: 'silent' }], reason: 'TimedOut', scene: { deadlineMs: 100 } },
    { name: 'drips', script: [{ kind: 'drips', text: 'a', everyMs: 5 }], reason: 'TimedOut', scene: { deadlineMs: 100 } },
    { name: 'never stops', script: [{ kind: 'endless' }], reason: 'TooLarge' },
    { name: 'is a web page', script: [html], reason: 'Malformed' },
    { name: 'wants a key', script: [html], reason: 'Forbidden', scene: { standIn: { apiKey: 'k' } } },
    { name: 'is not there', script: [html], reason: 'NotFound', scene: { standIn: { models: ['other'] } } },
    { name: 'talks only nonsense', script: [{ kind: 'says', text: 'colourless green ideas' }], reason: 'Malformed' },
  ])('because it $name is a gap, and nothing else', async ({ script, reason, scene }) => {
    const { opinion } = await ask(script, scene);
    expect(opinion).toMatchObject({ hypotheses: [], dropped: 0, lowered: 0, gaps: [{ source: 'model', reason }] });
  });

  test('because the budget is spent is not asked', async () => {
    const { opinion, asks } = await ask([submits(hypothesis())], { request: { budget: openBudget({ tokens: 500 }) } });
    expect(asks).toEqual([]);
    expect(opinion).toMatchObject({
      gaps: [{ source: 'model', reason: 'TooLarge', message: expect.stringMatching(/budget of this investigation/u) }],
      usage: { tokens: 0 },
    });
  });

  test('because the budget has no more for a whole prompt is asked for the form, with less', async () => {
    const content = 'FATAL giving up after 30s\n'.repeat(2_000);
    const long = evidence.map((item) => ({ ...item, content: `${content}${item.content}` }));
    const budget = openBudget({ tokens: 12_000 });
    const { opinion, asks } = await ask((one) => (offersTools(one) ? reads('e2') : writes(hypothesis())), {
      provider: 'openai',
      request: { evidence: long, budget },
    });
    expect(asks.length).toBeLessThan(7);
    expect([asks[0], asks.at(-1)].map((one) => one !== undefined && offersTools(one))).toEqual([true, false]);
    expect(opinion).toMatchObject({ hypotheses: [good], gaps: [] });
    expect(opinion.usage.tokens).toBeLessThanOrEqual(12_000);
  });

  test('is given up with its caller', async () => {
    const caller = new AbortController();
    server = await startLanguageModel({ script: [{ kind: 'silent' }] });
    const work = askModel(depsFor(http, server), { ...analysed(), budget: openBudget(), signal: caller.signal });
    await expect.poll(() => server?.asks.length, { timeout: 10_000 }).toBe(1);
    caller.abort();
    expect(await work).toMatchObject({ hypotheses: [], gaps: [{ source: 'model', reason: 'TimedOut' }] });
  });

  test('that does not look at its signal holds nobody up', async () => {
    server = await startLanguageModel({ script: [{ kind: 'silent' }] });
    const deps = depsFor(http, server, { deadlineMs: 50 });
    const stuck = {
      ...deps,
      models: {
        for: (...given: Parameters<typeof deps.models.for>) => ({
          ...deps.models.for(...given),
          model: { name: 'stuck', chat: () => new Promise<never>(() => {}) },
        }),
      },
    };
    const opinion = await askModel(stuck, { ...analysed(), budget: openBudget(), signal: new AbortController().signal });
    expect(opinion.gaps).toMatchObject([{ reason: 'TimedOut', message: expect.stringMatching(/no opinion within 50 ms/u) }]);
  });
});

describe('phase two', () => {
  const rootCause = { reason: 'ContainerOutOfMemory', object: { kind: 'Deployment' } };
  const candidates = [
    { id: 'a1', type: 'RevertCommit' },
    { id: 'a2', type: 'SetResources' },
  ];
  const orders = (...ids: readonly string[]): Reply => ({
    kind: 'says',
    text: JSON.stringify({ actions: ids.map((id) => ({ id, reason: 'Least <b>risk</b> http://evil.example' })) }),
  });
  const run = (...second: readonly [Reply, ...Reply[]]) => ask([submits(), ...second], { request: { rootCause, candidates } });

  test('orders what rules have chosen, in a context of its own without any telemetry', async () => {
    const { opinion, asks } = await run(orders('a2', 'a1'));
    expect(opinion.actions).toEqual({
      order: ['a2', 'a1'],
      reasons: { a1: 'Least ‹b›risk‹/b› http: //evil.example', a2: 'Least ‹b›risk‹/b› http: //evil.example' },
    });
    expect(asks[1]?.text).toContain('ContainerOutOfMemory of a Deployment');
    expect(asks[1]?.text).not.toMatch(/checkout|orders-db|begins/u);
    expect(asks[1]?.body['tools']).toBeUndefined();
  });

  test.each<{ name: string; reply: Reply }>([
    { name: 'an action that there is not', reply: orders('a2', 'a1', 'a3') },
    { name: 'an action in place of another', reply: orders('a2', 'DeleteNamespace') },
    { name: 'an action twice', reply: orders('a2', 'a2') },
    { name: 'too few', reply: orders('a2') },
    {
      name: 'a value beside them',
      reply: {
        kind: 'says',
        text: JSON.stringify({
          actions: [
            { id: 'a1', reason: '', image: 'evil:1' },
            { id: 'a2', reason: '' },
          ],
        }),
      },
    },
  ])('refuses $name, four times over, and leaves the order of the rules', async ({ reply }) => {
    const { opinion, asks } = await run(reply);
    expect(opinion.actions).toBeUndefined();
    expect(opinion.gaps).toMatchObject([{ source: 'model', reason: 'Malformed' }]);
    expect(asks).toHaveLength(5);
  });

  test('is not begun for one action, or without a cause', async () => {
    for (const request of [{ rootCause, candidates: candidates.slice(1) }, { candidates }]) {
      const { opinion, asks } = await ask([submits()], { request });
      expect(opinion.actions).toBeUndefined();
      expect(asks).toHaveLength(1);
      await server?.stop();
    }
  });
});
