/** Conversations with Jamie without a model: what is looked up, how it is told, and how one question leads to the next. */
import { describe, expect, test } from 'vitest';
import { configMaps } from '../../../src/crds/configMaps.ts';
import { ToolError } from '../../../src/tools/errors.ts';
import { createStage, smallTool } from './stage.ts';

const toolsOf = (stage: ReturnType<typeof createStage>): readonly string[] => stage.seen.map(({ tool }) => tool);

describe('Jamie without a model', () => {
  test('answers with what tools say, and cites each', async () => {
    const stage = createStage();
    expect(await stage.ask('golden signals of cart')).toBe('latency 45ms (p95), traffic 150 req/min, errors 0.1% [e1]');
    expect(stage.seen).toEqual([{ tool: 'check_golden_signals', input: { service_name: 'cart', namespace: 'shop' } }]);
    expect(stage.last().evidence).toEqual([
      {
        id: 'e1',
        tool: 'check_golden_signals',
        query: 'namespace=shop service_name=cart',
        at: '2026-01-01T00:00:00.000Z',
        summary: 'latency 45ms (p95), traffic 150 req/min, errors 0.1%',
      },
    ]);
  });

  test('tells the pieces of its answer and each look as they come', async () => {
    const stage = createStage();
    const response = await stage.ask('golden signals of cart');
    const told = stage.events.map((event) => (event.type === 'tool' ? `${event.id} ${event.tool} ${event.state}` : 'text'));
    expect(told).toEqual(['e1 check_golden_signals begun', 'e1 check_golden_signals done', 'text']);
    expect(stage.events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('')).toBe(response);
  });

  test('tells why by the diagnosis of the Incident about it', async () => {
    const stage = createStage();
    const response = await stage.ask('why is cart failing?');
    expect(toolsOf(stage)).toEqual(['list_incidents', 'get_service_health', 'check_golden_signals', 'get_incident']);
    expect(response.startsWith('inc-4f2a-1: cart runs out of memory. [e4]')).toBe(true);
  });

  test('tells why in few lines where a diagnosis names the cause: what to do, the plan, and how a person approves it', async () => {
    const data = {
      name: 'inc-4f2a-1',
      phase: 'AwaitingApproval',
      waitingOn: { who: 'Person', detail: 'an approver' },
      diagnosis: {
        impact: '0 of 2 pods of cart are ready.',
        rootCause: { statement: 'Container app runs out of memory at 64Mi.', confidence: 93 },
        immediateActions: ['Raise the limit.'],
        changes: [{ summary: 'Deployment shop/cart: revision 4', at: '2026-01-01T00:00:00Z' }],
      },
      currentPlan: { name: 'rp-1', namespace: 'agent-sre', phase: 'AwaitingApproval', risk: 'Low', does: ['memory of app 128Mi'] },
    };
    const stage = createStage({
      tools: (seen) => [
        smallTool(
          'list_incidents',
          'service state',
          { data: { total: 1, incidents: [{ name: 'inc-4f2a-1', namespace: 'agent-sre' }] } },
          seen,
        ),
        smallTool('get_incident', 'name namespace', { text: 'a long page', data }, seen),
        smallTool('check_golden_signals', 'service_name', new ToolError('Unavailable', 'Prometheus cannot be reached.'), seen),
      ],
    });
    const lines = (await stage.ask('why is cart failing?')).split('\n');
    expect(lines[0]).toBe('Container app runs out of memory at 64Mi. [e3]');
    expect(lines).toEqual(
      expect.arrayContaining([
        'That is 93 % sure.',
        'Impact: 0 of 2 pods of cart are ready.',
        'What changed: Deployment shop/cart: revision 4, 2026-01-01T00:00:00Z',
        'What to do: Raise the limit.',
        'Plan rp-1: memory of app 128Mi (risk Low); a person approves it with',
        '  kubectl sre approve rp-1 -n agent-sre',
        'I could not see this: Prometheus cannot be reached. [e2]',
      ]),
    );
    expect(lines.join('\n')).not.toContain('a long page');
  });

  test('tells who looks after an Incident', async () => {
    expect(await createStage().ask('who is on inc-4f2a-1?')).toMatch(
      /^bob looks after inc-4f2a-1\. It waits for Person: approve rp-4f2a-1\. \[e1\]/u,
    );
  });

  test('runs a query as it was written', async () => {
    const stage = createStage();
    await stage.ask('run `sum(rate(http_requests_total{namespace="shop"}[5m]))`');
    await stage.ask('{namespace="shop"} |= "error"');
    expect(stage.seen).toEqual([
      { tool: 'query_prometheus', input: { query: 'sum(rate(http_requests_total{namespace="shop"}[5m]))' } },
      { tool: 'query_logs', input: { query: '{namespace="shop"} |= "error"' } },
    ]);
  });

  test.each([
    {
      asked: ['golden signals of cart', 'and its logs?'],
      last: { tool: 'get_pod_logs', input: { pod: 'cart', namespace: 'shop', limit: 50 } },
    },
    {
      asked: ['show logs of cart', 'and checkout?'],
      last: { tool: 'get_pod_logs', input: { pod: 'checkout', namespace: 'shop', limit: 50 } },
    },
    {
      asked: ['show logs of cart', 'what about checkout'],
      last: { tool: 'get_pod_logs', input: { pod: 'checkout', namespace: 'shop', limit: 50 } },
    },
    {
      asked: ['status of inc-4f2a-1', 'who is on it?'],
      last: { tool: 'get_incident', input: { name: 'inc-4f2a-1', namespace: 'agent-sre' } },
    },
    {
      asked: ['logs of api', 'the second'],
      last: { tool: 'get_pod_logs', input: { pod: 'api', namespace: 'staging', limit: 50 } },
    },
    {
      asked: ['logs of api', 'thanks', 'staging'],
      last: { tool: 'get_pod_logs', input: { pod: 'api', namespace: 'staging', limit: 50 } },
    },
    {
      asked: ['golden signals of cart', 'signals of api'],
      last: { tool: 'check_golden_signals', input: { service_name: 'api', namespace: 'shop' } },
    },
    { asked: ['logs of api', 'list plans'], last: { tool: 'list_plans', input: { state: 'open' } } },
  ])('goes on: $asked', async ({ asked, last }) => {
    const stage = createStage();
    for (const question of asked) {
      stage.restart();
      await stage.ask(question);
    }
    expect(stage.seen.at(-1)).toEqual(last);
  });

  test('asks back when a name means several things, and looks nothing up before', async () => {
    const stage = createStage();
    expect(await stage.ask('show logs of api')).toBe(
      'Which api do you mean?\n1. shop/api (Deployment)\n2. staging/api (Deployment)\nAnswer with a number, a name or a namespace.',
    );
    expect(await stage.ask('hmm')).toMatch(/^Which api do you mean\?/u);
    expect(stage.seen).toEqual([]);
  });

  test('tells the nearest names of what is not there, and how it took a slip', async () => {
    const stage = createStage();
    expect(await stage.ask('golden signals of crat')).toBe('I find nothing called crat that you may see. Did you mean cart?');
    expect(await stage.ask('golden signals of chekout')).toMatch(/^I take chekout to be shop\/checkout\.\n\nlatency/u);
  });

  test.each([
    { asked: 'restart cart', says: /I change nothing, so I have not done that.*kubectl sre approve PLAN/u },
    { asked: 'approve rp-4f2a-1', says: /`kubectl sre approve rp-4f2a-1 -n agent-sre`/u },
    {
      asked: 'how do I approve rp-4f2a-1?',
      says: /^That is a person’s to do; I change nothing\. To approve a plan: `kubectl sre approve rp-4f2a-1/u,
    },
    { asked: 'please close inc-4f2a-1', says: /`kubectl sre close inc-4f2a-1 -n agent-sre --reason Fixed`/u },
    { asked: 'kubectl delete pod x -n shop', says: /I change nothing/u },
  ])('does not act, and says how a person can: $asked', async ({ asked, says }) => {
    const stage = createStage();
    expect(await stage.ask(asked)).toMatch(says);
    expect(stage.seen).toEqual([]);
  });

  test('says what it cannot do without a model', async () => {
    const stage = createStage();
    expect(await stage.ask('what is the meaning of life')).toMatch(
      /^I did not understand that\..* take a language model, and none is configured here/u,
    );
    expect(stage.seen).toEqual([]);
  });

  test('says what could not be seen, and tells the rest', async () => {
    const stage = createStage({
      tools: (seen) => [
        smallTool('list_incidents', 'state', 'No Incident is open.', seen),
        smallTool('health_check', '', new ToolError('Unavailable', 'Prometheus cannot be reached just now.'), seen),
      ],
    });
    expect(await stage.ask('what is broken?')).toBe(
      'No Incident is open. [e1]\n\nI could not see this: Prometheus cannot be reached just now. [e2]',
    );
  });

  test('tells nothing of the inside when a tool breaks', async () => {
    const stage = createStage({
      tools: (seen) => [smallTool('list_incidents', '', new Error('connect 10.0.0.1:9090 with token abc'), seen)],
    });
    expect(await stage.ask('list incidents')).toBe(
      'I could not see this: list_incidents failed in a way that nothing expected; the log says more. [e1]',
    );
  });

  test('waits for no tool longer than its time', async () => {
    const stage = createStage({ tools: (seen) => [smallTool('list_incidents', '', () => new Promise(() => undefined), seen)] });
    const asked = stage.ask('list incidents');
    await stage.clock.advance(21_000);
    expect(await asked).toMatch(/list_incidents did not answer within 20 s/u);
  });

  test('ends when who asked leaves', async () => {
    const leaving = new AbortController();
    const stage = createStage({
      tools: (seen) => [
        smallTool(
          'list_incidents',
          '',
          () => {
            leaving.abort(new Error('gone'));
            return new Promise(() => undefined);
          },
          seen,
        ),
      ],
    });
    await expect(stage.ask('list incidents', { signal: leaving.signal })).rejects.toThrow('gone');
    expect(stage.kube.calls.create).toBe(0);
  });

  test('begins anew where a conversation is over or somebody else’s, and says so', async () => {
    const stage = createStage();
    await stage.ask('golden signals of cart');
    const before = stage.last().conversationId;
    expect(await stage.ask('and its logs?', { as: 'mallory' })).toMatch(
      /^I do not remember that conversation.*Which service do you mean\?/su,
    );
    expect(stage.last().conversationId).not.toBe(before);
  });

  test('answers all the same when a conversation cannot be kept', async () => {
    const stage = createStage();
    stage.kube.fail(['get', 'create'], 20, () => new Error('no API server'));
    expect(await stage.ask('list plans')).toBe('1 plan waits for approval. [e1]');
  });

  test('keeps no secret of what was said', async () => {
    const stage = createStage();
    for (const question of ['what is the password hunter2 for', 'logs of cart with hunter2', 'logs of api with hunter2'])
      await stage.ask(question);
    const { items } = await stage.kube.list(configMaps);
    expect(JSON.stringify(items)).not.toContain('hunter2');
  });

  test.each([
    { message: '', says: /^message: is empty/u },
    { message: 'x'.repeat(8_001), says: /^message: is longer than 8000 characters/u },
  ])('refuses what is no question', async ({ message, says }) => {
    await expect(createStage().ask(message)).rejects.toThrow(says);
  });
});
