import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { targetsOf } from '../../../../src/domain/alertTargets.ts';
import { groupIncidents } from '../../../../src/domain/grouping/group.ts';
import type { Suspect } from '../../../../src/domain/grouping/suspect.ts';
import { key, type Link, NO_TOPOLOGY, type Placement, type Topology } from '../../../../src/domain/grouping/topology.ts';
import { severityOf } from '../../../../src/domain/severity.ts';
import { incidentsOf } from '../../../storms/score.ts';
import { makeStorms } from '../../../storms/storm.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;

const suspect = (name: string, labels: Record<string, string>, change: Partial<Suspect> = {}): Suspect => ({
  id: `uid-${name}`,
  name,
  alerts: [{ labels }],
  targets: targetsOf(labels),
  title: labels['alertname'] ?? '',
  severity: severityOf(labels),
  startsAt: NOON,
  createdAt: NOON,
  isCommitted: false,
  ...change,
});
const of = (alertname: string, deployment: string, more: Record<string, string> = {}): Record<string, string> => ({
  alertname,
  severity: 'warning',
  namespace: 'shop',
  deployment,
  ...more,
});
const workload = (name: string): string => key('Workload', 'shop', name);
const calls = (from: string, to: string): Link => ({ from: workload(from), to: workload(to), kind: 'calls' });
const on = (name: string, node: string): Placement => ({
  pod: key('Pod', 'shop', `${name}-0`),
  workload: workload(name),
  node: key('Node', undefined, node),
});
const topology = (change: Partial<Topology>): Topology => ({ ...NO_TOPOLOGY, ...change });

/** `leader < member, member`, one line a group. */
const told = (suspects: readonly Suspect[], known: Topology = NO_TOPOLOGY): readonly string[] =>
  groupIncidents({ suspects, topology: known }).map(({ leader, members }) =>
    members.length === 0 ? leader.name : `${leader.name} < ${members.map(({ name }) => name).join(', ')}`,
  );

describe('alerts are grouped', () => {
  test('by what they are about', () => {
    const alerts = [
      suspect('replicas', of('KubeDeploymentReplicasMismatch', 'cart')),
      suspect('crash', { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'cart-7d9c8b6f5d-x2x4z' }),
      suspect('errors', { alertname: 'HighErrorRate', severity: 'critical', namespace: 'shop', service: 'cart' }),
    ];
    expect(told(alerts)).toEqual(['crash < errors, replicas']);
  });

  test('by who calls whom, the callee in front', () => {
    const alerts = [suspect('shopfront', of('HighErrorRate', 'frontend')), suspect('database', of('DatabaseDown', 'postgres'))];
    expect(told(alerts, topology({ links: [calls('frontend', 'cart'), calls('cart', 'postgres')] }))).toEqual(['database < shopfront']);
  });

  test('by the node that they run on, which the nearest leads where the node itself has no alert', () => {
    const alerts = [suspect('a', of('KubePodNotReady', 'cart')), suspect('b', of('KubePodNotReady', 'ads'))];
    const known = topology({
      placements: [on('cart', 'n2'), on('ads', 'n2')],
      troubles: [{ entity: key('Node', undefined, 'n2'), mode: 'node', since: NOON, words: 'is NotReady' }],
    });
    const [group] = groupIncidents({ suspects: alerts, topology: known });
    expect(group).toEqual({
      leader: { id: 'uid-b', name: 'b' },
      members: [{ id: 'uid-a', name: 'a', why: 'runs on node n2, which is NotReady since 12:00 UTC' }],
      hidden: 'node n2 is NotReady since 12:00 UTC',
    });
  });

  test('by a shared database that nobody watches, where nearly all that call it fail at once', () => {
    const callers = ['cart', 'orders', 'users'];
    const alerts = callers.map((name) => suspect(name, of('HighErrorRate', name)));
    const links = callers.map((name) => calls(name, 'postgres'));
    expect(told(alerts, topology({ links }))).toEqual(['cart < orders, users']);
    const quiet = ['ads', 'mail', 'search'].map((name) => calls(name, 'postgres'));
    expect(told(alerts, topology({ links: [...links, ...quiet] }))).toEqual(callers);
  });
});

describe('alerts are not grouped', () => {
  test('by a namespace and a time alone', () => {
    expect(told(['cart', 'orders', 'users'].map((name) => suspect(name, of('HighErrorRate', name))))).toEqual(['cart', 'orders', 'users']);
  });

  test('by the only node that there is, on which everything runs', () => {
    const names = ['cart', 'orders', 'users'];
    const alerts = names.map((name) => suspect(name, of('KubeDeploymentReplicasMismatch', name)));
    const placements = names.map((name) => on(name, 'n1'));
    expect(told(alerts, topology({ placements }))).toEqual(names);
    expect(told(alerts, topology({ placements: [...placements, on('ads', 'n2')] }))).toEqual(['cart < orders, users']);
  });

  test('where the failure tells of the object itself', () => {
    const alerts = [
      suspect('full', { alertname: 'PodOOMKilled', namespace: 'shop', deployment: 'cart' }),
      suspect('slow', of('HighLatency', 'postgres')),
    ];
    expect(told(alerts, topology({ links: [calls('cart', 'postgres')] }))).toEqual(['full', 'slow']);
  });

  test('with what began hours before', () => {
    const alerts = [
      suspect('old', of('HighErrorRate', 'cart'), { startsAt: NOON - 5 * 60 * MINUTE }),
      suspect('new', of('HighErrorRate', 'frontend')),
    ];
    expect(told(alerts, topology({ links: [calls('frontend', 'cart')] }))).toEqual(['new', 'old']);
  });

  test('when two origins have an effect in common: it goes to the surer one', () => {
    const alerts = [
      suspect('front', of('HighErrorRate', 'frontend')),
      suspect('cart', of('KubePodCrashLooping', 'cart')),
      suspect('ads', of('PodOOMKilled', 'ads')),
    ];
    expect(told(alerts, topology({ links: [calls('frontend', 'cart'), calls('frontend', 'ads')] }))).toEqual(['ads < front', 'cart']);
  });

  test('across clusters', () => {
    const alerts = [suspect('here', of('HighErrorRate', 'cart')), suspect('there', of('KubePodCrashLooping', 'cart'), { cluster: 'east' })];
    expect(told(alerts)).toEqual(['here', 'there']);
  });

  test('when its own investigation named something else', () => {
    const known = topology({ links: [calls('frontend', 'cart')] });
    const front = of('HighErrorRate', 'frontend');
    const cart = suspect('cart', of('KubePodCrashLooping', 'cart'));
    const object = { kind: 'Deployment', namespace: 'shop', name: 'frontend' };
    expect(told([suspect('front', front), cart], known)).toEqual(['cart < front']);
    const diagnosed = suspect('front', front, { diagnosis: { object, reason: 'ContainerArgumentsInvalid' } });
    expect(told([diagnosed, cart], known)).toEqual(['cart', 'front']);
  });
});

describe('people and approvals win', () => {
  const known = topology({ links: [calls('frontend', 'cart')] });
  const front = (change: Partial<Suspect> = {}): Suspect => suspect('front', of('HighErrorRate', 'frontend'), change);
  const cart = (change: Partial<Suspect> = {}): Suspect => suspect('cart', of('KubePodCrashLooping', 'cart'), change);
  const mail = (change: Partial<Suspect> = {}): Suspect => suspect('mail', of('HighErrorRate', 'mail'), change);

  test.each([
    { name: 'alone keeps it apart', given: [front({ people: { alone: true } }), cart()], want: ['cart', 'front'] },
    { name: 'into joins it', given: [mail({ people: { into: 'front' } }), front(), cart()], want: ['cart < front, mail'] },
    { name: 'what followed it comes along', given: [cart({ people: { into: 'mail' } }), front(), mail()], want: ['mail < cart, front'] },
    { name: 'a name that is not open is passed over', given: [mail({ people: { into: 'gone' } })], want: ['mail'] },
    {
      name: 'two into each other are one group',
      given: [mail({ people: { into: 'front' } }), front({ people: { into: 'mail' } })],
      want: ['mail < front'],
    },
    {
      name: 'an approved plan keeps the lead, though an origin turns up',
      given: [front({ isCommitted: true }), cart()],
      want: ['front < cart'],
    },
    { name: 'two approved plans each go on', given: [front({ isCommitted: true }), cart({ isCommitted: true })], want: ['cart', 'front'] },
  ])('$name', ({ given, want }) => {
    expect(told(given, known)).toEqual(want);
  });
});

describe('groups of any storm', () => {
  const storms = makeStorms(3).slice(0, 40);

  test('are the same in whatever order its alerts come', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.constantFrom(...storms), fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (storm, chances) => {
        const suspects = incidentsOf(storm.alerts).map(({ suspect: one }) => one);
        const order = suspects.map((one) => [chances.next().value, one] as const).toSorted(([a], [b]) => a - b);
        const shuffled = {
          ...storm.topology,
          links: storm.topology.links.toReversed(),
          placements: storm.topology.placements.toReversed(),
        };
        const want = groupIncidents({ suspects, topology: storm.topology });
        expect(groupIncidents({ suspects: order.map(([, one]) => one), topology: shuffled })).toEqual(want);
      }),
      { numRuns: 60 },
    );
  });

  test('hold every Incident exactly once', () => {
    for (const { alerts, topology: known } of storms) {
      const suspects = incidentsOf(alerts).map(({ suspect: one }) => one);
      const groups = groupIncidents({ suspects, topology: known });
      const all = groups.flatMap(({ leader, members }) => [leader.id, ...members.map(({ id }) => id)]);
      expect(all.toSorted()).toEqual(suspects.map(({ id }) => id).toSorted());
    }
  });
});
