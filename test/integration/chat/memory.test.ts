/** Conversations where a real API server keeps them, under the gateway's own account and the admission policies. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAudit } from '../../../src/audit/chain.ts';
import { chainIn } from '../../../src/audit/segment.ts';
import { verifyChain } from '../../../src/audit/verify.ts';
import type { Conversation } from '../../../src/chat/memory/conversation.ts';
import { forgetOld } from '../../../src/chat/memory/forget.ts';
import { createConversationStore } from '../../../src/chat/memory/store.ts';
import { systemClock } from '../../../src/clock.ts';
import { createModelAccount } from '../../../src/compose/modelAccount.ts';
import { configMaps } from '../../../src/crds/configMaps.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createLogRecord } from '../../../src/tools/cluster/logs/record.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { describeError, until } from '../../cluster/lib/poll.ts';
import { callOf } from '../../support/callers.ts';
import { installApi } from '../../support/installCrds.ts';
import { silentLogger } from '../../support/logger.ts';
import { testClient } from '../../support/testClient.ts';

const namespace = 'agent-sre';
const HOUR = 3_600_000;
const { signal } = new AbortController();

let cluster: Cluster;
let admin: KubeClient;
let gateway: KubeClient;
let now = Date.parse('2026-03-01T12:00:00Z');
const clock = { now: () => now };
beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin, { mutation: false });
  gateway = testClient(await cluster.kubeconfigForServiceAccount(namespace, 'agent-sre-gateway'));
  // Policies take effect a little after they were stored.
  const foreign = { metadata: { namespace, name: 'foreign' }, data: {} };
  await until('the policy about the gateway is in force', { deadlineSeconds: 30 }, () =>
    gateway.create(configMaps, foreign, { dryRun: true }).then(
      () => 'it was admitted',
      (error: unknown) => (/writes conversations/u.test(describeError(error)) ? undefined : describeError(error)),
    ),
  );
}, 120_000);
afterAll(async () => {
  await Promise.all([gateway, admin].map((client) => client.close()));
  await cluster.stop();
});

const replica = () => createConversationStore({ client: gateway, namespace, clock });
const saying =
  (question: string) =>
  (before: Conversation): Conversation => ({
    ...before,
    turns: [...before.turns, { at: new Date(now).toISOString(), question, answer: 'yes' }],
  });
const questions = (conversation: Conversation | undefined) => conversation?.turns.map(({ question }) => question);

describe('a conversation', () => {
  test('goes on at another replica', async () => {
    const [first, second] = [replica(), replica()];
    const id = first.newId();
    await first.write(id, 'alice', saying('what is broken?'));
    expect(questions(await second.read(id, 'alice', signal))).toEqual(['what is broken?']);
    await second.write(id, 'alice', saying('why?'));
    expect(questions(await first.read(id, 'alice', signal))).toEqual(['what is broken?', 'why?']);
  });

  test('loses nothing when two replicas write at once', async () => {
    const id = replica().newId();
    await Promise.all(['a', 'b', 'c'].map((question) => replica().write(id, 'alice', saying(question))));
    expect(questions(await replica().read(id, 'alice', signal))?.toSorted()).toEqual(['a', 'b', 'c']);
  });

  test('is unknown to anybody else, who cannot write it either', async () => {
    const id = replica().newId();
    await replica().write(id, 'alice', saying('what is broken?'));
    expect(await replica().read(id, 'bob', signal)).toBeUndefined();
    await expect(replica().write(id, 'bob', saying('mine'))).rejects.toThrow();
    expect(questions(await replica().read(id, 'alice', signal))).toEqual(['what is broken?']);
  });

  test.each(['', 'not-an-id', '../agent-sre-stop', 'A'.repeat(32), '0'.repeat(32)])('of the id %j is unknown', async (id) => {
    expect(await replica().read(id, 'alice', signal)).toBeUndefined();
  });

  test('is over a day after the last word, and forgotten; one that goes on stays', async () => {
    const [old, open] = [replica().newId(), replica().newId()];
    await replica().write(old, 'carol', saying('old'));
    now += 23 * HOUR;
    await replica().write(open, 'carol', saying('open'));
    expect(await replica().read(old, 'carol', signal)).toBeDefined();
    now += 2 * HOUR;
    expect(await replica().read(old, 'carol', signal)).toBeUndefined();
    expect(await forgetOld({ client: gateway, namespace, now })).toBeGreaterThan(0);
    expect(await admin.get(configMaps, { namespace, name: `agent-sre-chat-${old}` })).toBeUndefined();
    expect(questions(await replica().read(open, 'carol', signal))).toEqual(['open']);
  });

  test('that somebody has spoiled is none', async () => {
    const id = replica().newId();
    await replica().write(id, 'alice', saying('what is broken?'));
    const key = { namespace, name: `agent-sre-chat-${id}` };
    await admin.patch(configMaps, key, { data: { 'conversation.json': '{"turns":[{}]}' } }, { type: 'merge' });
    expect(await replica().read(id, 'alice', signal)).toBeUndefined();
  });

  test('holds neither the name of its owner nor more than its owner said', async () => {
    const id = replica().newId();
    await replica().write(id, 'alice@example.com', saying('hello'));
    const stored = await admin.get(configMaps, { namespace, name: `agent-sre-chat-${id}` });
    expect(JSON.stringify({ ...stored?.metadata, managedFields: [] })).not.toContain('alice');
  });
});

describe('the gateway', () => {
  const refused = /gateway writes conversations, reported changes, the account of models and its own audit/u;

  test('keeps the account of what models cost', async () => {
    const account = createModelAccount(gateway, namespace);
    expect(await account.write('{}', undefined, signal)).toBe(true);
    expect(await account.write('{"a":1}', (await account.read())?.version, signal)).toBe(true);
  });

  test('writes its own audit, and nobody else’s', async () => {
    const auditOf = (chain: 'gateway' | 'executor') =>
      createAudit({
        client: gateway,
        namespace,
        chain,
        clock: systemClock,
        logger: silentLogger,
        redactor: createRedactor(),
        signingKey: async () => undefined,
        metrics: { recorded: () => undefined, failed: () => undefined, stands: () => undefined },
      });
    const record = createLogRecord({ audit: auditOf('gateway'), clock: systemClock });
    const call = callOf('alice', () => true);
    await record.admit(call, { namespace: 'shop', pods: ['cart-1'], what: 'cart-1' });
    await record.admit(call, { namespace: 'shop', pods: ['cart-1'], what: 'cart-1' });
    const { items } = await admin.list(configMaps, { namespace });
    const chain = chainIn(items, 'gateway');
    expect(verifyChain(chain).problems).toEqual([]);
    expect(JSON.stringify(items)).toMatch(/ReadForSomebody.*alice.*ReadForSomebody/u);
    await expect(auditOf('executor').record([{ key: 'x', event: 'X', outcome: 'Noted', who: 'x', message: 'x' }])).rejects.toThrow();
  });

  test.each(['agent-sre-stop', 'agent-sre-record-x', 'foreign', 'evidence-1-2'])('may not make a ConfigMap %s', async (name) => {
    await expect(gateway.create(configMaps, { metadata: { namespace, name }, data: {} })).rejects.toThrow(refused);
  });

  test('may neither change nor delete what is not its own', async () => {
    const foreign = await admin.create(configMaps, { metadata: { namespace, name: 'settings' }, data: { a: '1' } });
    await expect(gateway.replace(configMaps, { ...foreign, data: {} })).rejects.toThrow(refused);
    await expect(gateway.delete(configMaps, { namespace, name: 'settings' })).rejects.toThrow(refused);
  });

  test('may add what was reported to have changed, and never change it', async () => {
    const change = await gateway.create(configMaps, { metadata: { namespace, name: 'change-1' }, data: { a: '1' } });
    await expect(gateway.replace(configMaps, { ...change, data: {} })).rejects.toThrow(refused);
  });
});
