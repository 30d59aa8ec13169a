/** Jamie behind real gateways: a real API server that judges what each caller may see, a real Prometheus, and a model's stand-in. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDirectory } from '../../../src/chat/names/directory.ts';
import { systemClock } from '../../../src/clock.ts';
import { configMaps } from '../../../src/crds/configMaps.ts';
import { incidents } from '../../../src/crds/kinds.ts';
import { changeMap } from '../../../src/domain/reportedChange.ts';
import { mayDo } from '../../../src/kube/access.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { whatChangedTool } from '../../../src/tools/assistant/whatChanged.ts';
import { type LanguageModelStandIn, startLanguageModel } from '../../standins/languageModel/server.ts';
import { callOf } from '../../support/callers.ts';
import { applyManifest } from '../../support/installCrds.ts';
import { type ShopWorld, startShop } from '../../support/shopWorld.ts';
import { newIncident } from '../../support/sreObjects.ts';
import { makeReplicaSet, makeWorkload, podSpec } from '../sources/world.ts';

interface Reply {
  readonly response: string;
  readonly conversationId: string;
  readonly evidence: readonly { readonly id: string; readonly tool: string }[];
}

const redactor = createRedactor();
const CHECKOUT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' };

let world: ShopWorld;
let model: LanguageModelStandIn;
/** A second gateway, which has a model. */
let second: Awaited<ReturnType<ShopWorld['another']>>;
beforeAll(async () => {
  world = await startShop();
  model = await startLanguageModel({ script: [{ kind: 'says', text: 'nothing' }] });
  second = await world.another(model.url);
  const { client } = world;
  await client.create(
    incidents,
    newIncident({ namespace: 'agent-sre', name: 'inc-4f2a-1' }, { title: 'Checkout fails', targets: [CHECKOUT] }),
  );
  await client.raw('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'staging' } });
  await makeWorkload({ client, namespace: 'staging' }, 'Deployment', 'checkout', podSpec('checkout:1.0'));
  const [made, before, after] = [{ client, namespace: 'shop' }, podSpec('basket:1.0'), podSpec('basket:2.0')];
  const basket = await makeWorkload(made, 'Deployment', 'basket', after);
  await makeReplicaSet(made, basket, 'basket-5d9c7f7d8', 1, before);
  await makeReplicaSet(made, basket, 'basket-6d9c7f7d9', 2, after);
}, 240_000);
afterAll(async () => {
  await second?.stop();
  await model?.stop();
  await world?.stop();
});

async function ask(message: string, conversationId?: string, url = world.url): Promise<Reply> {
  const answer = await fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message, conversationId }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Reply;
}

describe('Jamie', () => {
  test('measures what is asked for, and shows by which query', async () => {
    const { response } = await ask('what is the error rate of shop/checkout?');
    expect(response).toMatch(
      /^shop\/checkout: Share of failing requests: 1% \[e1\]\nMeasured by client libraries in prometheus: `\(\(sum\(rate\(http_requests_total\{/u,
    );
  });

  test('asks back which of two, at one gateway, and understands the answer at another', async () => {
    model.say([{ kind: 'says', text: 'It has no ready endpoints [e2].' }]);
    const asked = await ask('why is checkout failing?');
    expect(asked.response).toBe(
      'Which checkout do you mean?\n1. shop/checkout (Deployment)\n2. staging/checkout (Deployment)\nAnswer with a number, a name or a namespace.',
    );
    const answered = await ask('the one in shop', asked.conversationId, second.url);
    expect(answered.conversationId).toBe(asked.conversationId);
    expect(answered.response).toBe('It has no ready endpoints [e2].');
    expect(model.asks[0]?.text).toContain('it has no ready endpoints');
    expect((await ask('show its logs', asked.conversationId, second.url)).response).toContain('connect: connection refused');
    const goesOn = await ask('and its golden signals?', asked.conversationId);
    expect(goesOn.response).toMatch(/^shop\/checkout \(Deployment\) is unhealthy/u);
  });

  test('tells what changed: which rollout, and what of it', async () => {
    const { response } = await ask('what changed in shop lately?');
    expect(response).toMatch(
      /^1 change in namespace shop in 24h, the newest first: \[e1\]\n\d+s ago: Revision 2 of Deployment\/shop\/basket changed spec\.containers\[app\]\.image\n/u,
    );
    expect(response).toMatch(/image: basket:1\.0 → basket:2\.0/u);
  });

  test('tells who looks after an Incident, and why something fails by its diagnosis', async () => {
    const { response, conversationId } = await ask('who is on inc-4f2a-1?');
    expect(response).toBe('Nobody has acknowledged inc-4f2a-1. It waits for AgentSRE. [e1]');
    expect((await ask('why?', conversationId)).response).toMatch(/^inc-4f2a-1 {2}critical/u);
  });

  test('is streamed by a model through the gateway', async () => {
    model.say([{ kind: 'says', text: 'Of its requests {e1.1} fail.' }]);
    const answer = await fetch(`${second.url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ message: 'error rate of shop/checkout' }),
    });
    const text = await answer.text();
    expect(text).toMatch(/event: token/u);
    expect(text).toMatch(/event: final/u);
  });

  test('writes down what a model costs where all gateways see it', async () => {
    model.say([{ kind: 'says', text: 'Fine [e1].' }]);
    await ask('golden signals of shop/checkout', undefined, second.url);
    const account = await world.client.get(configMaps, { namespace: 'agent-sre', name: 'agent-sre-model-account' });
    expect(account?.data?.['account.json']).toMatch(/"chat-[0-9a-f]{40}-\d+"/u);
  });
});

describe('names', () => {
  const RBAC = 'rbac.authorization.k8s.io/v1';
  test('are only those that the caller may list, in the namespaces that they may look into', async () => {
    const { client } = world;
    const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] }];
    await applyManifest(client, { apiVersion: RBAC, kind: 'Role', metadata: { name: 'erin', namespace: 'staging' }, rules });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'erin' };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'erin' }];
    await applyManifest(client, {
      apiVersion: RBAC,
      kind: 'RoleBinding',
      metadata: { name: 'erin', namespace: 'staging' },
      roleRef,
      subjects,
    });
    const directory = createDirectory({ client, clock: systemClock });
    const { signal } = new AbortController();
    const namesOf = async (username: string, words: readonly string[]) => {
      const caller = { username, may: (what: Parameters<typeof mayDo>[2]) => mayDo(client, { username }, what, signal) };
      return (await directory.namesFor(words, { caller, signal }))
        .filter(({ kind }) => kind !== 'Namespace')
        .map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
    };
    expect(await namesOf('erin', ['checkout', 'staging', 'shop'])).toEqual(['Deployment staging/checkout']);
    expect(await namesOf('erin', ['checkout'])).toEqual([]);
    expect(await namesOf('mallory', ['checkout', 'shop', 'staging'])).toEqual([]);
  });
});

describe('what_changed', () => {
  test('tells of what was reported to who may look where it was, and of all to who may look everywhere', async () => {
    const { client } = world;
    const now = Date.now();
    const report = (summary: string, namespace?: string) =>
      changeMap('agent-sre', {
        kind: 'FeatureFlag',
        summary,
        at: now - 60_000,
        source: 'flags',
        objects: namespace === undefined ? [] : [{ namespace, name: 'checkout' }],
      });
    for (const change of [report('new-cart is on', 'shop'), report('new-cart is on in staging', 'staging'), report('dark mode is on')])
      await client.create(configMaps, change);
    const tool = whatChangedTool({
      client,
      clock: systemClock,
      redactor,
      cleaner: createCleaner(redactor.text),
      operatorNamespace: 'agent-sre',
    });
    const told = async (input: object, may: (right: string) => boolean): Promise<readonly string[]> => {
      const { data } = await tool.run(input, callOf('somebody', may));
      const changes = data['changes'] as readonly { readonly kind: string; readonly summary: string }[];
      return changes
        .flatMap(({ kind, summary }) => (kind === 'Reported' ? [summary.replace('FeatureFlag reported by flags: ', '')] : []))
        .toSorted();
    };
    const inShop = (right: string): boolean => right.endsWith(' shop');
    expect(await told({}, () => true)).toEqual(['dark mode is on', 'new-cart is on', 'new-cart is on in staging']);
    expect(await told({ namespace: 'shop' }, inShop)).toEqual(['new-cart is on']);
    expect(await told({ namespace: 'shop', service_name: 'basket' }, inShop)).toEqual([]);
    await expect(told({}, inShop)).rejects.toThrow(/may not list replicasets\.apps in the whole cluster/u);
    await expect(told({ namespace: 'staging' }, inShop)).rejects.toThrow(/may not list/u);
  });
});
