import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../../src/kube/errors.ts';
import { defineResource } from '../../../../src/kube/object.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createCallBudget } from '../../../../src/sources/budget.ts';
import { type DeliveryDeps, gatherDeliveries } from '../../../../src/sources/deliveries/gather.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';

const flux = (group: string, kind: string, plural: string) =>
  defineResource({ group: `${group}.toolkit.fluxcd.io`, version: 'v1', kind, plural, namespaced: true });
const kustomizations = flux('kustomize', 'Kustomization', 'kustomizations');
const gitRepositories = flux('source', 'GitRepository', 'gitrepositories');
const claim = { kind: 'Kustomization', namespace: 'flux-system', name: 'shop' } as const;
const at = (minute: number): string => `2026-01-01T10:${String(minute).padStart(2, '0')}:00Z`;
const window = { start: Date.parse(at(5)), end: Date.parse(at(50)) };

async function world() {
  const kube = createMemoryKube();
  const metadata = { name: 'shop', namespace: 'flux-system' };
  const entry = (revision: string, minute: number) => ({
    firstReconciled: at(minute),
    lastReconciled: at(minute),
    lastReconciledStatus: 'ReconciliationSucceeded',
    metadata: { revision },
  });
  const spec = { sourceRef: { kind: 'GitRepository', name: 'shop' } };
  await kube.create(kustomizations, { metadata, spec, status: { history: [entry('new', 30), entry('old', 1)] } } as never);
  await kube.create(gitRepositories, { metadata, status: { artifact: { revision: 'new', lastUpdateTime: at(29) } } } as never);
  const deps = (calls = 20): DeliveryDeps => ({
    kube,
    budget: createCallBudget(calls, 4),
    cleaner: createCleaner(createRedactor().text),
    signal: new AbortController().signal,
  });
  return { kube, deps };
}

describe('what was synced when', () => {
  test('is what happened in the window, newest first, down to the source', async () => {
    const { deps } = await world();
    const { deliveries, states, gaps } = await gatherDeliveries(deps(), [claim], window);
    expect(deliveries.map(({ object: { kind }, outcome, revision }) => `${kind} ${outcome} ${revision}`)).toEqual([
      'Kustomization Applied new',
      'GitRepository Fetched new',
    ]);
    expect([states.length, gaps]).toEqual([2, []]);
  });

  test('is nothing where the object is gone, or its kind is not served', async () => {
    const { kube, deps } = await world();
    kube.fail(['get'], 1, () => new ApiError('the server could not find the requested resource', { status: 404, reason: 'NotFound' }));
    const claims = [
      { kind: 'Application', name: 'x' },
      { ...claim, name: 'gone' },
    ] as const;
    expect(await gatherDeliveries(deps(), claims, window)).toEqual({ deliveries: [], states: [], gaps: [] });
  });

  test('is a gap where it may not be read, or the budget is spent', async () => {
    const { kube, deps } = await world();
    kube.fail(['get'], 1, () => new ApiError('no', { status: 403, reason: 'Forbidden' }));
    expect((await gatherDeliveries(deps(), [claim], window)).gaps).toMatchObject([{ source: 'gitops', reason: 'Forbidden' }]);
    expect((await gatherDeliveries(deps(1), [claim], window)).gaps.map(({ reason }) => reason)).toEqual(['TooLarge', 'TooLarge']);
  });

  test('is a gap where an object has another shape', async () => {
    const { kube, deps } = await world();
    await kube.create(kustomizations, { metadata: { name: 'odd', namespace: 'flux-system' }, status: 'fine' } as never);
    expect((await gatherDeliveries(deps(), [{ ...claim, name: 'odd' }], window)).gaps).toMatchObject([{ reason: 'Malformed' }]);
  });
});
