/** The account of what was spent on models, where a real API server keeps it and judges who writes it. */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createModelAccount } from '../../../src/compose/modelAccount.ts';
import { configMaps } from '../../../src/evidence/configMap.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { readAccount } from '../../../src/llm/account.ts';
import { createLedger, type Ledger } from '../../../src/llm/budget.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { testClient } from '../../support/testClient.ts';

const { signal } = new AbortController();
const tokens = (count: number) => ({ tokens: count, moneyMicros: 0 });

let client: KubeClient;
let namespace: string;
beforeAll(() => {
  client = testClient(inject('cluster').kubeconfigPath);
});
afterAll(() => client.close());
beforeEach(async () => {
  namespace = await makeNamespace(client, 'sre');
});

const process = (as = client): Ledger => createLedger({ store: createModelAccount(as, namespace), now: Date.now, hour: { tokens: 100 } });
const account = async () => readAccount((await createModelAccount(client, namespace).read())?.text ?? '');

describe('the account of what was spent on models', () => {
  test('outlives a process that died between a reservation and its settlement', async () => {
    await process().open('a', {}).reserve(tokens(60), signal);
    const next = process();
    const again = next.open('a', { tokens: 90 });
    await expect(again.reserve(tokens(31), signal)).rejects.toThrow(/this investigation has not enough tokens/u);
    await expect(next.open('b', {}).reserve(tokens(41), signal)).rejects.toThrow(/this hour has not enough tokens/u);
    const call = await again.reserve(tokens(30), signal);
    call.settle(tokens(5));
    await again.close();
    expect(again.usage().tokens).toBe(65);
    expect(await account()).toMatchObject({ reserved: [{ investigation: 'a', tokens: 60 }], investigations: { a: { tokens: 5 } } });
  });

  test('is one for replicas that ask at the same time', async () => {
    const replicas = [process(), process(), process()];
    const asked = replicas.flatMap((replica) => ['a', 'b', 'c', 'd'].map((name) => replica.open(name, {}).reserve(tokens(15), signal)));
    const ends = await Promise.allSettled(asked);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ reason: 'BudgetExceeded' });
    expect((await account()).reserved).toHaveLength(6);
  });

  test('lets nothing be spent by who may not write it, or when somebody has spoiled it', async () => {
    const mallory = testClient(inject('cluster').kubeconfigs.mallory);
    try {
      await expect(process(mallory).open('a', {}).reserve(tokens(1), signal)).rejects.toMatchObject({ reason: 'BudgetUnknown' });
    } finally {
      await mallory.close();
    }
    await process().open('a', {}).reserve(tokens(1), signal);
    const key = { namespace, name: 'agent-sre-model-account' };
    await client.patch(configMaps, key, { data: { 'account.json': 'nothing' } }, { type: 'merge' });
    await expect(process().open('a', {}).reserve(tokens(1), signal)).rejects.toThrow(/holds no account that can be read; delete it/u);
    await client.delete(configMaps, key);
    await process().open('a', {}).reserve(tokens(1), signal);
  });
});
