import { describe, expect, test } from 'vitest';
import type { ObjectRef } from '../../../src/crds/common.ts';
import { analyse } from '../../../src/investigate/analyse.ts';
import { linksOf } from '../../../src/investigate/correlate.ts';
import { curesOf } from '../../../src/investigate/cures.ts';
import { NAMED_FROM, type Ranked, rank } from '../../../src/investigate/rank.ts';
import type { ObservedChange } from '../../../src/sources/changes.ts';
import type { Container, Probe, Snapshot } from '../../../src/sources/kubernetes/snapshot.ts';
import {
  ago,
  commit,
  container,
  ended,
  event,
  field,
  log,
  MI,
  pod,
  revision,
  rollout,
  running,
  snapshot,
  waiting,
  workload,
} from './builders.ts';
import { app, tcp, world } from './surroundingsBuilders.ts';

const crashing: Partial<Container> = {
  state: waiting('CrashLoopBackOff'),
  lastState: ended(1),
  restarts: 3,
  logs: { previous: log('Error: no route') },
};
const killed: Partial<Container> = { lastState: ended(137, { reason: 'OOMKilled' }), limits: { memoryBytes: 32 * MI } };
const readiness: Probe = {
  type: 'readiness',
  handler: 'http',
  port: 80,
  path: '/',
  initialDelaySeconds: 0,
  timeoutSeconds: 1,
  periodSeconds: 10,
  failureThreshold: 3,
};
const stuck = {
  conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out', since: ago(1) }],
};

function ranked(seen: Snapshot, changes: readonly ObservedChange[] = []): Ranked[] {
  return rank({ snapshot: seen, findings: analyse(seen).findings, linksOf: (finding) => linksOf(finding, changes, seen), named: [] });
}
const reasons = (list: readonly Ranked[]): string[] => list.map(({ finding }) => finding.reason);

describe('rank', () => {
  test.each<{ name: string; seen: Snapshot; want: readonly string[] }>([
    {
      name: 'a crash explains the rollout that is stuck',
      seen: snapshot({ workloads: [workload(stuck)], pods: [pod({}, container(crashing))] }),
      want: ['ContainerExitsWithError', 'RolloutStuck'],
    },
    {
      name: 'a kill for memory explains the probe that nobody answers in time',
      seen: snapshot({
        pods: [pod({}, container({ name: 'cache', ...killed }), container({ state: running(5), probes: [readiness] }))],
        events: [event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 500', { container: 'app' })],
      }),
      want: ['ContainerOutOfMemory', 'ProbeFailing'],
    },
    {
      name: 'a program that ends explains the probe of its neighbour, and not the other way round',
      seen: snapshot({
        pods: [
          pod(
            {},
            container(crashing),
            container({ name: 'proxy', state: running(5), probes: [readiness], ports: [{ port: 81, protocol: 'TCP' }] }),
          ),
        ],
        events: [event('Unhealthy', 'Readiness probe failed: dial tcp 10.0.0.9:80: connect: connection refused', { container: 'proxy' })],
      }),
      want: ['ContainerExitsWithError', 'ProbePortMismatch'],
    },
    {
      name: 'a stuck rollout stands for itself where nothing explains it',
      seen: snapshot({ workloads: [workload(stuck)], pods: [] }),
      want: ['RolloutStuck'],
    },
  ])('$name', ({ seen, want }) => {
    expect(reasons(ranked(seen))).toEqual(want);
  });

  test('what is explained is never named as the cause', () => {
    const [, symptom] = ranked(snapshot({ workloads: [workload(stuck)], pods: [pod({}, container(crashing))] }));
    expect(symptom?.explainedBy?.reason).toBe('ContainerExitsWithError');
    expect(symptom?.confidence).toBeLessThan(NAMED_FROM);
  });

  test('what is explained is less sure than it would be by itself', () => {
    const probed = container({ name: 'proxy', state: running(5), probes: [readiness], ports: [{ port: 81, protocol: 'TCP' }] });
    const events = [
      event('Unhealthy', 'Readiness probe failed: dial tcp 10.0.0.9:80: connect: connection refused', { container: 'proxy' }),
    ];
    const alone = ranked(snapshot({ pods: [pod({}, probed)], events }))[0];
    const explained = ranked(snapshot({ pods: [pod({}, container(crashing), probed)], events }))[1];
    expect(explained?.finding.reason).toBe(alone?.finding.reason);
    expect(explained?.confidence).toBeLessThan(alone?.confidence ?? 0);
  });

  test('a commit that touched the field raises the confidence, a plausible one less, an unrelated one not at all', () => {
    const seen = snapshot({ pods: [pod({}, container(killed))] });
    const confidence = (changes: readonly ObservedChange[]): number => ranked(seen, changes)[0]?.confidence ?? 0;
    const direct = confidence([commit('a', ago(10), [field('resources.limits.memory', '64Mi', '32Mi')])]);
    const plausible = confidence([commit('b', ago(10), [field('image', 'a', 'b')])]);
    const unrelated = confidence([commit('c', ago(10), [field('terminationMessagePath', 'a', 'b')])]);
    expect(direct).toBeGreaterThan(plausible);
    expect(plausible).toBeGreaterThan(unrelated);
    expect(unrelated).toBe(confidence([]));
  });

  test('old pods that are ready beside new ones that fail speak against the new revision', () => {
    const podCounts = [
      { revision: 'cart-b', current: true, total: 1, ready: 0, oldestAt: ago(5) },
      { revision: 'cart-a', current: false, total: 2, ready: 2, oldestAt: ago(500) },
    ];
    const seen = (more: object): Snapshot => snapshot({ workloads: [workload(more)], pods: [pod({}, container(crashing))] });
    expect(ranked(seen({ podCounts }))[0]?.confidence).toBeGreaterThan(ranked(seen({}))[0]?.confidence ?? 100);
  });

  test('a log that could not be read lowers the confidence in an exit that only the log explains', () => {
    const { logs: _logs, ...silent } = crashing;
    const gaps = [{ source: 'kubernetes', reason: 'Forbidden', message: 'read the previous log of shop/cart-1 app: forbidden' }] as const;
    const seen = (more: Partial<Snapshot>): Snapshot => snapshot({ pods: [pod({}, container(silent))], ...more });
    expect(ranked(seen({ gaps }))[0]?.confidence).toBeLessThan(ranked(seen({}))[0]?.confidence ?? 0);
  });
});

describe('curesOf', () => {
  const image = field('image', 'cart:1.0', 'cart:1.1');
  const history = workload({
    revisions: [
      revision(2, ago(9), [image], { images: { app: 'cart:1.1' } }),
      revision(1, ago(500), undefined, { images: { app: 'cart:1.0' } }),
    ],
  });
  const memory = field('resources.limits.memory', '64Mi', '32Mi');

  test.each<{
    name: string;
    failing: Partial<Container>;
    changes: readonly ObservedChange[];
    workload?: typeof history;
    want: readonly string[];
  }>([
    {
      name: 'offers a revert where a commit is linked',
      failing: crashing,
      changes: [commit('a', ago(10), [field('env[A].value', '1', '2')])],
      want: ['RevertCommit'],
    },
    { name: 'offers no revert without a commit', failing: crashing, changes: [], want: [] },
    {
      name: 'offers the older image where the image changed',
      failing: crashing,
      changes: [rollout(2, ago(9), [image])],
      workload: history,
      want: ['SetImage'],
    },
    {
      name: 'offers both, the revert first',
      failing: crashing,
      changes: [commit('a', ago(10), [image]), rollout(2, ago(9), [image])],
      workload: history,
      want: ['RevertCommit', 'SetImage'],
    },
    { name: 'offers no older image where the history has only one', failing: crashing, changes: [rollout(2, ago(9), [image])], want: [] },
    {
      name: 'takes a commit that lowered the limit back',
      failing: killed,
      changes: [commit('a', ago(10), [memory])],
      want: ['RevertCommit', 'SetResources'],
    },
    {
      name: 'raises the limit first where a commit only may have led to it',
      failing: killed,
      changes: [commit('a', ago(10), [field('env[A].value', '1', '2')])],
      want: ['SetResources', 'RevertCommit'],
    },
    { name: 'raises the limit where nothing changed', failing: killed, changes: [], want: ['SetResources'] },
  ])('$name', ({ failing, changes, workload: owner = workload(), want }) => {
    const seen = snapshot({ workloads: [owner], pods: [pod({}, container(failing))] });
    const [found] = analyse(seen).findings;
    expect(found === undefined ? [] : curesOf(found, linksOf(found, changes, seen), seen)).toEqual(want);
  });
});

test('what is only declared is a hint, unless it is the very object that was asked about', () => {
  const seen = world(app('web', { container: { ports: [{ port: 8080, protocol: 'TCP' }] }, service: { ports: [tcp(80, 8090)] } }));
  const confidence = (...named: readonly ObjectRef[]) => {
    const { findings } = analyse(seen);
    return rank({ snapshot: seen, findings, linksOf: () => [], named })[0];
  };
  const service = { kind: 'Service', namespace: 'shop', name: 'web' };
  expect(confidence()?.finding).toMatchObject({ reason: 'ServicePortMismatch', indirect: true });
  const hint = confidence()?.confidence ?? 0;
  expect(confidence(service)?.confidence).toBeGreaterThan(hint);
  expect(confidence({ ...service, name: 'api' })?.confidence).toBe(hint);
  expect(confidence({ ...service, kind: 'Deployment' })?.confidence).toBe(hint);
});
