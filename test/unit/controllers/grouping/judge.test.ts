import { describe, expect, test } from 'vitest';
import { judge, sortOut } from '../../../../src/controllers/grouping/judge.ts';
import { memberships } from '../../../../src/controllers/grouping/memberships.ts';
import type { Verdict } from '../../../../src/controllers/grouping/verdicts.ts';
import type { Incident, Investigation, RemediationPlan } from '../../../../src/crds/kinds.ts';
import { key, NO_TOPOLOGY, type Topology } from '../../../../src/domain/grouping/topology.ts';
import { incident, plan } from '../../../support/plans.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();
const CALLS: Topology = {
  ...NO_TOPOLOGY,
  links: [{ from: key('Workload', 'shop', 'frontend'), to: key('Workload', 'shop', 'cart'), kind: 'calls' }],
};

interface Made {
  readonly spec?: Partial<Incident['spec']>;
  readonly status?: Incident['status'];
  readonly minutes?: number;
}

function made(name: string, alertname: string, { spec = {}, status, minutes = 0 }: Made = {}): Incident {
  const labels = { alertname, namespace: 'shop', deployment: name, severity: 'warning' };
  const alert = { fingerprint: name, status: 'firing' as const, labels, startsAt: at(minutes), lastReceivedAt: at(minutes) };
  const base = incident({ severity: 'warning', identity: name, alerts: [alert], ...spec });
  const metadata = { ...base.metadata, name, uid: `uid-${name}`, creationTimestamp: at(minutes) };
  return { ...base, metadata, ...(status === undefined ? {} : { status }) };
}
const front = (more?: Made): Incident => made('frontend', 'HighErrorRate', more);
const cart = (more?: Made): Incident => made('cart', 'KubePodCrashLooping', more);
const resolved = (minutes: number): NonNullable<Incident['status']> => ({
  conditions: [{ type: 'Resolved', status: 'True', reason: 'Recovered', message: '', lastTransitionTime: at(minutes) }],
  resolvedAt: at(minutes),
});
const follows = (leader: string): NonNullable<Incident['status']> => ({
  groupedInto: { name: leader, uid: `uid-${leader}`, why: 'calls it', since: at(-9) },
});

const known = (plans: Record<string, RemediationPlan> = {}, found: Record<string, Investigation['status']> = {}) => ({
  plans: { get: ({ name }: { name: string }) => plans[name] },
  investigations: {
    get: ({ name }: { name: string }) => (found[name] === undefined ? undefined : ({ status: found[name] } as Investigation)),
  },
});

function verdicts(incidents: readonly Incident[], topology = CALLS, to = known()): Record<string, string> {
  const judgement = judge(sortOut({ incidents, known: to, now: NOW }), topology);
  const words = (verdict: Verdict): string =>
    verdict.kind === 'member' ? `follows ${verdict.leader}` : `leads after ${(verdict.settledAt - NOW) / 1_000} s`;
  return Object.fromEntries([...judgement.verdicts].map(([uid, verdict]) => [uid.slice(4), words(verdict)]));
}

describe('of open Incidents', () => {
  test('the origin leads, the others follow', () => {
    expect(verdicts([front(), cart()])).toEqual({ cart: 'leads after 3 s', frontend: 'follows cart' });
  });

  test('one that a person made is looked at at once, and joins nothing by itself', () => {
    const asked = made('frontend', '', {
      spec: { alerts: [], source: 'Manual', targets: [{ kind: 'Deployment', namespace: 'shop', name: 'cart' }] },
    });
    expect(verdicts([asked, cart()])['frontend']).toBe(`leads after ${-NOW / 1_000} s`);
  });

  test('an approved plan keeps the lead', () => {
    const approved = plan({ name: 'rp-1', status: { approvedAt: at(-1) } });
    const leading = front({ status: { planRefs: [{ name: 'rp-1', uid: 'rp' }] } });
    expect(verdicts([leading, cart()], CALLS, known({ 'rp-1': approved }))['cart']).toBe('follows frontend');
  });

  test('a member that has a diagnosis of its own is split off', () => {
    const object = { kind: 'Deployment', namespace: 'shop', name: 'frontend' };
    const status = {
      outcome: 'RootCauseFound',
      rootCause: { object, reason: 'ContainerArgumentsInvalid' },
    } as unknown as Investigation['status'];
    const diagnosed = front({ status: { ...follows('cart'), investigationRef: { name: 'inv-1', uid: 'inv' } } });
    expect(verdicts([diagnosed, cart()], CALLS, known({}, { 'inv-1': status }))['frontend']).toBe('leads after 3 s');
  });

  test('a member stays where it was when the reason can no longer be seen', () => {
    expect(verdicts([front({ status: follows('cart') }), cart()], NO_TOPOLOGY)['frontend']).toBe('follows cart');
    expect(verdicts([front({ status: follows('cart'), spec: { grouping: { alone: true } } }), cart()], CALLS)['frontend']).toBe(
      'leads after 3 s',
    );
  });

  test('members of a leader that has recovered are given five minutes, and are then troubles of their own', () => {
    const member = front({ status: follows('cart'), minutes: -9 });
    expect(verdicts([member, cart({ status: resolved(-1) })])['frontend']).toBe('follows cart');
    expect(verdicts([member, cart({ status: resolved(-6) })])['frontend']).toMatch(/^leads/u);
  });

  test('what came together in past storms comes together again', () => {
    const past = [1, 2, 3].flatMap((time) => [
      { ...made(`lead-${time}`, 'QueueStuck', { spec: { identity: 'queue' }, status: resolved(-600) }) },
      { ...made(`mail-${time}`, 'MailLate', { spec: { identity: 'mail' }, status: { ...resolved(-600), ...follows(`lead-${time}`) } }) },
    ]);
    const now = [made('queue', 'QueueStuck', { spec: { identity: 'queue' } }), made('mail', 'MailLate', { spec: { identity: 'mail' } })];
    expect(verdicts([...past, ...now], NO_TOPOLOGY)['mail']).toBe('follows queue');
    expect(verdicts([...past.slice(0, 4), ...now], NO_TOPOLOGY)['mail']).toBe('leads after 3 s');
  });
});

describe('what is written', () => {
  test('names leader and reason on members, and keeps since when', () => {
    const all = [front({ status: follows('cart') }), cart()];
    const { groups } = judge(sortOut({ incidents: all, known: known(), now: NOW }), CALLS);
    const written = Object.fromEntries([...memberships(groups, all, NOW)].map(([{ metadata }, fields]) => [metadata.name, fields]));
    const why = 'calls workload shop/cart (KubePodCrashLooping)';
    expect(written).toEqual({
      cart: { members: [{ name: 'frontend', why }], membersTotal: 1 },
      frontend: { groupedInto: { name: 'cart', uid: 'uid-cart', why, since: at(-9) } },
    });
  });

  test('counts members that are over, and samples a hundred', () => {
    const over = front({ status: { ...resolved(-1), ...follows('cart') } });
    const many = Array.from({ length: 120 }, (_, index) => made(`w-${index}`, 'HighErrorRate'));
    const topology = {
      ...NO_TOPOLOGY,
      links: many.map(({ metadata }) => ({
        from: key('Workload', 'shop', metadata.name),
        to: key('Workload', 'shop', 'cart'),
        kind: 'calls' as const,
      })),
    };
    const all = [over, cart(), ...many];
    const { groups } = judge(sortOut({ incidents: all, known: known(), now: NOW }), topology);
    const fields = [...memberships(groups, all, NOW)].find(([{ metadata }]) => metadata.name === 'cart')?.[1];
    expect([fields?.members?.length, fields?.membersTotal]).toEqual([100, 121]);
  });
});
