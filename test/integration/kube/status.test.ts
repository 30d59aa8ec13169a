/** A status by server-side apply, on a real API server: what is written, and above all what is not. */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isConflict } from '../../../src/kube/errors.ts';
import { setCondition } from '../../../src/kube/object.ts';
import { applyStatus } from '../../../src/kube/status.ts';
import { clientFor } from '../../support/kubeClient.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { type Gadget, gadgets, installGadgets } from './support/gadgets.ts';

const cluster = inject('cluster');
const client = clientFor({ ...cluster, token: cluster.tokens.admin });
const NOW = Date.parse('2026-01-01T00:00:00Z');
const ready = { type: 'Ready', status: 'True', reason: 'Done', message: '' } as const;

let namespace: string;
let applies: number;
const counting: Pick<KubeClient, 'apply' | 'get'> = {
  get: (resource, key) => client.get(resource, key),
  apply: (resource, intent, options) => {
    applies += 1;
    return client.apply(resource, intent, options);
  },
};

beforeAll(async () => {
  await installGadgets(client);
  namespace = await makeNamespace(client, 'status');
});
afterAll(async () => client.close());
beforeEach(() => {
  applies = 0;
});

let made = 0;
const create = (): Promise<Gadget> => client.create(gadgets, { metadata: { namespace, name: `gadget-${(made += 1)}` }, spec: { size: 1 } });
const as = (fieldManager: string) => (object: Gadget, status: NonNullable<Gadget['status']>) =>
  applyStatus(counting, gadgets, object, status, { fieldManager });
const apply = as('us');

describe('a status that was applied', () => {
  test.each<{ name: string; status: NonNullable<Gadget['status']> }>([
    { name: 'a scalar', status: { observed: 1 } },
    { name: 'a condition', status: { conditions: setCondition([], ready, NOW) } },
    { name: 'a list that is atomic', status: { notes: ['a', 'b'] } },
    { name: 'an empty list', status: { notes: [], observed: 1 } },
    { name: 'an empty list-map', status: { conditions: [], observed: 1 } },
    { name: 'a map', status: { counts: { a: 1, b: 2 } } },
    { name: 'an empty map', status: { counts: {}, observed: 1 } },
    { name: 'all of it', status: { observed: 2, notes: ['x'], counts: { a: 1 }, conditions: setCondition([], ready, NOW) } },
  ])('costs no request when it is applied again: $name', async ({ status }) => {
    const after = await apply(await create(), status);
    expect(after.status).toEqual(status);
    expect(await apply(after, structuredClone(status))).toBe(after);
    expect(applies).toBe(1);
  });

  test('is dropped where it is left out', async () => {
    const first = await apply(await create(), { observed: 1, notes: ['a'] });
    const second = await apply(first, { observed: 1 });
    expect(second.status).toEqual({ observed: 1 });
  });

  test('stands beside what another manager owns, and neither disturbs the other', async () => {
    const first = await apply(await create(), { conditions: setCondition([], ready, NOW) });
    const theirs = { ...ready, type: 'Synced' };
    const both = await as('them')(first, { observed: 7, conditions: setCondition([], theirs, NOW) });
    expect(both.status?.conditions?.map(({ type }) => type).toSorted()).toEqual(['Ready', 'Synced']);
    expect(await apply(both, { conditions: setCondition([], ready, NOW) })).toBe(both);
    const changed = await apply(both, { conditions: setCondition([], { ...ready, status: 'False' }, NOW) });
    expect(changed.status?.observed).toBe(7);
  });

  test('is restored when somebody has overwritten it', async () => {
    const first = await apply(await create(), { observed: 1 });
    await client.patch(gadgets, first.metadata, { status: { observed: 99 } }, { type: 'merge', subresource: 'status' });
    const overwritten = await client.get(gadgets, first.metadata);
    if (overwritten === undefined) throw new Error('it was there');
    expect((await apply(overwritten, { observed: 1 })).status).toEqual({ observed: 1 });
  });
});

test('a status is written though others have changed the object meanwhile', async () => {
  const first = await create();
  await client.patch(gadgets, first.metadata, { metadata: { labels: { touched: 'yes' } } }, { type: 'merge' });
  expect((await apply(first, { observed: 1 })).status).toEqual({ observed: 1 });
  expect(applies).toBe(2);
});

test('a status is never written to a namesake that was made meanwhile', async () => {
  const first = await create();
  await client.delete(gadgets, first.metadata);
  await client.create(gadgets, { metadata: { namespace, name: first.metadata.name }, spec: { size: 2 } });
  await expect(apply(first, { observed: 1 })).rejects.toSatisfy(isConflict);
  expect((await client.get(gadgets, first.metadata))?.status).toBeUndefined();
});
