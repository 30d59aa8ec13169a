import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { argoApplication } from '../../../../src/sources/deliveries/argo.ts';
import { commitIn, type Delivery, type EngineState } from '../../../../src/sources/deliveries/delivery.ts';
import { fluxEvents, fluxObject } from '../../../../src/sources/deliveries/flux.ts';
import { claimsOn } from '../../../../src/sources/deliveries/owners.ts';
import { createCleaner } from '../../../../src/sources/text.ts';

const cleaner = createCleaner(createRedactor().text);
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const at = (minute: number): string => `2026-01-01T10:${String(minute).padStart(2, '0')}:00Z`;
const minuteOf = (time: number): number => new Date(time).getUTCMinutes();
const line = ({ at: time, outcome, revision }: Delivery): string =>
  `${minuteOf(time)} ${outcome} ${revision.replaceAll(/([ab])\1{39}/gu, '$1')}`;

const metadata = { name: 'shop', namespace: 'flux-system' };
const ready = (status: string, reason: string, minute: number, message = 'm') => ({
  type: 'Ready',
  status,
  reason,
  message,
  lastTransitionTime: at(minute),
});
const snapshot = (revision: string, first: number, last: number, lastReconciledStatus = 'ReconciliationSucceeded') => ({
  digest: 'sha256:1',
  firstReconciled: at(first),
  lastReconciled: at(last),
  lastReconciledStatus,
  totalReconciliations: 1,
  metadata: { revision: `main@sha1:${revision}` },
});
const kustomization = (status: object, spec = {}) => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata,
  spec,
  status,
});

describe('Flux', () => {
  test.each<{ name: string; object: object; want: readonly string[] }>([
    {
      name: 'tells by its history when each build result took effect',
      object: kustomization({ history: [snapshot(B, 30, 50), snapshot(A, 10, 20)] }),
      want: ['30 Applied main@sha1:b', '10 Applied main@sha1:a'],
    },
    {
      name: 'tells of a result that came back, at the earliest after what was there in between',
      object: kustomization({ history: [snapshot(A, 10, 50), snapshot(B, 20, 40)] }),
      want: ['40 Applied main@sha1:a', '20 Applied main@sha1:b'],
    },
    {
      name: 'tells what failed, and what is not healthy',
      object: kustomization({ history: [snapshot(B, 30, 50, 'HealthCheckFailed'), snapshot(A, 10, 20, 'BuildFailed')] }),
      want: ['30 Unhealthy main@sha1:b', '10 Failed main@sha1:a'],
    },
    {
      name: 'tells by its condition where it keeps no history',
      object: kustomization({ lastAppliedRevision: `main@sha1:${A}`, conditions: [ready('True', 'ReconciliationSucceeded', 12)] }),
      want: ['12 Applied main@sha1:a'],
    },
    {
      name: 'tells which revision an attempt that failed was of',
      object: kustomization({
        lastAppliedRevision: `main@sha1:${A}`,
        lastAttemptedRevision: `main@sha1:${B}`,
        conditions: [ready('False', 'ReconciliationFailed', 14)],
      }),
      want: ['14 Failed main@sha1:b'],
    },
    {
      name: 'is at work',
      object: kustomization({ lastAttemptedRevision: 'x', conditions: [ready('Unknown', 'Progressing', 15)] }),
      want: ['15 Progressing x'],
    },
    {
      name: 'tells the releases of a HelmRelease',
      object: {
        apiVersion: 'helm.toolkit.fluxcd.io/v2',
        kind: 'HelmRelease',
        metadata,
        status: {
          conditions: [ready('False', 'UpgradeFailed', 22, 'timed out waiting for the condition')],
          lastAttemptedRevision: '1.3.0',
          history: [
            { version: 2, status: 'failed', chartName: 'shop', chartVersion: '1.3.0', firstDeployed: at(1), lastDeployed: at(20) },
            { version: 1, status: 'superseded', chartName: 'shop', chartVersion: '1.2.0', firstDeployed: at(1), lastDeployed: at(1) },
          ],
        },
      },
      want: ['20 Failed 1.3.0', '1 Applied 1.2.0', '22 Failed 1.3.0'],
    },
    {
      name: 'tells what a source fetched',
      object: {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata,
        status: { artifact: { revision: `main@sha1:${A}`, lastUpdateTime: at(9) }, conditions: [ready('True', 'Succeeded', 1)] },
      },
      want: ['9 Fetched main@sha1:a'],
    },
    {
      name: 'tells that a source fails, not of which revision',
      object: {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata,
        status: { artifact: { revision: `main@sha1:${A}`, lastUpdateTime: at(9) }, conditions: [ready('False', 'GitOperationFailed', 11)] },
      },
      want: ['9 Fetched main@sha1:a', '11 Failed '],
    },
    { name: 'has said nothing yet', object: { apiVersion: 'v1', kind: 'Kustomization', metadata }, want: [] },
    {
      name: 'leaves out what cannot be read',
      object: kustomization({ history: [7, {}, snapshot(A, 10, 20)] }),
      want: ['10 Applied main@sha1:a'],
    },
  ])('$name', ({ object, want }) => {
    expect(fluxObject(object, cleaner)?.deliveries.map(line)).toEqual(want);
  });

  test.each<{ name: string; object: object; want: Partial<EngineState> }>([
    {
      name: 'synced',
      object: kustomization({ conditions: [ready('True', 'ReconciliationSucceeded', 1)] }),
      want: { sync: 'Synced', suspended: false },
    },
    {
      name: 'failed, in its own words',
      object: kustomization({ conditions: [ready('False', 'BuildFailed', 1, 'no such file')] }),
      want: { sync: 'Failed', reason: 'BuildFailed', message: 'no such file' },
    },
    { name: 'suspended', object: kustomization({}, { suspend: true }), want: { suspended: true, sync: 'Unknown' } },
    {
      name: 'not healthy',
      object: kustomization({ conditions: [ready('False', 'HealthCheckFailed', 1)] }),
      want: { sync: 'Failed', health: 'Unhealthy' },
    },
  ])('stands $name', ({ object, want }) => {
    expect(fluxObject(object, cleaner)?.states[0]).toMatchObject(want);
  });

  test('is no object of another shape', () => {
    expect([null, 7, {}, { kind: 'Kustomization' }].map((object) => fluxObject(object, cleaner))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('tells revisions by its events, and only those that have one', () => {
    const event = (reason: string, annotations: object, minute: number) => ({
      metadata: { annotations },
      involvedObject: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: 'flux-system', name: 'shop' },
      reason,
      message: 'token=ghp_0123456789abcdefghijklmnopqrstuvwxyz12',
      lastTimestamp: at(minute),
    });
    const mark = { 'kustomize.toolkit.fluxcd.io/revision': `main@sha1:${A}` };
    const { deliveries } = fluxEvents(
      [event('ReconciliationSucceeded', mark, 7), event('ReconciliationFailed', mark, 8), event('Progressing', {}, 9), null],
      cleaner,
    );
    expect(deliveries.map(line)).toEqual(['7 Applied main@sha1:a', '8 Failed main@sha1:a']);
    expect(deliveries[0]).toMatchObject({ commit: A });
    expect(deliveries[0]?.message).not.toContain('ghp_');
  });
});

describe('Argo CD', () => {
  const application = (status: object, spec: object = { syncPolicy: { automated: {} } }) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata,
    spec,
    status,
  });
  const operation = (phase: string, more = {}) => ({
    phase,
    message: 'said so',
    startedAt: at(40),
    syncResult: { revision: B },
    operation: { initiatedBy: { username: 'ada' } },
    ...more,
  });

  test.each<{ name: string; status: object; want: readonly string[] }>([
    {
      name: 'tells what it deployed',
      status: {
        history: [
          { id: 1, revision: A, deployedAt: at(1) },
          { id: 2, revisions: [A, B], deployedAt: at(2) },
        ],
      },
      want: ['1 Applied a', '2 Applied a,b'],
    },
    {
      name: 'tells an operation that failed',
      status: { operationState: operation('Failed', { finishedAt: at(41) }) },
      want: ['41 Failed b'],
    },
    { name: 'tells an operation that is running', status: { operationState: operation('Running') }, want: ['40 Progressing b'] },
    {
      name: 'tells a success once, by its history',
      status: { operationState: operation('Succeeded'), history: [{ revision: B, deployedAt: at(41) }] },
      want: ['41 Applied b'],
    },
    { name: 'has said nothing yet', status: {}, want: [] },
  ])('$name', ({ status, want }) => {
    expect(argoApplication(application(status), cleaner)?.deliveries.map(line)).toEqual(want);
  });

  test.each<{ name: string; status: object; spec?: object; want: Partial<EngineState> }>([
    {
      name: 'synced and healthy',
      status: { sync: { status: 'Synced', revision: A }, health: { status: 'Healthy' } },
      want: { sync: 'Synced', health: 'Healthy', revision: A },
    },
    { name: 'drifted', status: { sync: { status: 'OutOfSync' } }, want: { sync: 'OutOfSync' } },
    {
      name: 'degraded',
      status: { sync: { status: 'Synced' }, health: { status: 'Degraded', message: 'x' } },
      want: { health: 'Unhealthy', message: 'x' },
    },
    {
      name: 'failed',
      status: { sync: { status: 'OutOfSync' }, operationState: operation('Error') },
      want: { sync: 'Failed', message: 'said so' },
    },
    {
      name: 'failed to compare',
      status: { sync: { status: 'Unknown' }, conditions: [{ type: 'ComparisonError', message: 'no repository' }] },
      want: { sync: 'Failed', reason: 'ComparisonError', message: 'no repository' },
    },
    { name: 'without automation', status: {}, spec: { syncPolicy: { syncOptions: ['CreateNamespace=true'] } }, want: { suspended: true } },
    { name: 'without a policy', status: {}, spec: {}, want: { suspended: true } },
  ])('stands $name', ({ status, spec, want }) => {
    expect(argoApplication(application(status, spec), cleaner)?.states[0]).toMatchObject(want);
  });

  test('tells who asked', () => {
    const told = argoApplication(application({ operationState: operation('Failed') }), cleaner);
    expect(told?.deliveries[0]).toMatchObject({ by: 'ada', message: 'Failed: said so' });
  });
});

describe('a revision', () => {
  test.each([
    [`main@sha1:${A}`, A],
    [`main/${A}`, A],
    [A, A],
    [`v1.2@sha256:${'c'.repeat(64)}`, 'c'.repeat(64)],
    ['1.2.3', undefined],
    [`${A}1`, undefined],
  ])('%s holds the commit %s', (revision, want) => {
    expect(commitIn(revision)).toBe(want);
  });
});

describe('the engine behind a workload', () => {
  const of = (labels: object, annotations: object = {}) => claimsOn([{ metadata: { labels, annotations } }]);
  test.each<{ name: string; claims: ReturnType<typeof claimsOn>; want: readonly object[] }>([
    {
      name: 'is a Kustomization by its labels',
      claims: of({ 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }),
      want: [{ kind: 'Kustomization', namespace: 'flux-system', name: 'shop' }],
    },
    {
      name: 'is an Application by its tracking id',
      claims: of({}, { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:web/cart' }),
      want: [{ kind: 'Application', name: 'shop' }],
    },
    {
      name: 'is an Application in a namespace of its own',
      claims: of({}, { 'argocd.argoproj.io/tracking-id': 'team_shop:apps/Deployment:web/cart' }),
      want: [{ kind: 'Application', namespace: 'team', name: 'shop' }],
    },
    { name: 'is nobody without a mark', claims: of({ app: 'shop' }), want: [] },
    {
      name: 'is nobody by a mark that is no name',
      claims: of({ 'helm.toolkit.fluxcd.io/name': '../x', 'helm.toolkit.fluxcd.io/namespace': 'a' }),
      want: [],
    },
  ])('$name', ({ claims, want }) => {
    expect(claims).toEqual(want);
  });
});
