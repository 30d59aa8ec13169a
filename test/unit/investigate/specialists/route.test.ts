import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FINDING_REASONS } from '../../../../src/crds/reasons.ts';
import { analyzers } from '../../../../src/investigate/analyzers/all.ts';
import type { Specialist } from '../../../../src/investigate/specialists/load.ts';
import { type RouteRequest, route, runRouted } from '../../../../src/investigate/specialists/route.ts';
import { createSpecialists, loadAllSpecialists } from '../../../../src/investigate/specialists/specialists.ts';
import { specialistsOf } from './support.ts';

const builtIn = createSpecialists(loadAllSpecialists(undefined, { analyzers: analyzers.map(({ name }) => name) }));
const everybody = builtIn.all.map(({ name }) => name);
const names = (specialists: readonly Specialist[]): string[] => specialists.map(({ name }) => name);

const silence: RouteRequest = { alerts: [], findings: [], text: '' };
const chosen = (request: Partial<RouteRequest>): string[] => names(route(builtIn, { ...silence, ...request }).first);

describe('an alert is for', () => {
  test.each<[alertname: string, want: readonly string[]]>([
    ['KubePodCrashLooping', ['application']],
    ['KubePodNotReady', ['application']],
    ['KubeContainerWaiting', ['infrastructure', 'application']],
    ['KubeDeploymentReplicasMismatch', ['application']],
    ['KubeDeploymentRolloutStuck', ['application']],
    ['KubeStatefulSetUpdateNotRolledOut', ['application']],
    ['KubeJobFailed', ['application']],
    ['KubeDaemonSetRolloutStuck', ['application']],
    ['KubeDaemonSetNotScheduled', ['infrastructure']],
    ['KubeNodeNotReady', ['infrastructure']],
    ['KubeletDown', ['infrastructure']],
    ['KubePersistentVolumeFillingUp', ['infrastructure']],
    ['NodeFilesystemAlmostOutOfSpace', ['infrastructure']],
    ['KubeAPIDown', ['infrastructure']],
    ['KubeletTooManyPods', ['infrastructure', 'resource']],
    ['NodeNetworkReceiveErrs', ['network', 'infrastructure']],
    ['KubeClientCertificateExpiration', ['network']],
    ['CoreDNSErrorsHigh', ['network']],
    ['TargetDown', ['network']],
    ['CPUThrottlingHigh', ['resource']],
    ['KubeQuotaAlmostFull', ['resource']],
    ['KubeHpaMaxedOut', ['resource']],
    ['KubeMemoryOvercommit', ['resource']],
    ['NodeMemoryHighUtilization', ['infrastructure', 'resource']],
    ['PostgresqlTooManyConnections', ['database']],
    ['MongoDBReplicationLag', ['database']],
    ['RedisMissingMaster', ['database']],
    ['Watchdog', everybody],
  ])('%s: %j', (alertname, want) => {
    expect(chosen({ alerts: [{ alertname }] })).toEqual(want);
  });
});

describe('the router', () => {
  const team = specialistsOf(
    `
name: payments
description: Payments.
handles: {alerts: [{labels: {team: "pay*"}}, {name: "Card*", labels: {severity: critical}}], keywords: [card refused, terminal]}`,
    'name: search\ndescription: Search.\nhandles: {reasons: [Probe*], keywords: [index]}\nanalyzers: [oomKilled]',
  );
  const byTeam = (request: Partial<RouteRequest>): string[] => names(route(team, { ...silence, ...request }).first);
  const both = ['payments', 'search'];

  test.each<{ name: string; request: Partial<RouteRequest>; want: readonly string[] }>([
    { name: 'chooses by a label', request: { alerts: [{ alertname: 'X', team: 'payments' }] }, want: ['payments'] },
    { name: 'wants all that a matcher says', request: { alerts: [{ alertname: 'CardRefused', severity: 'info' }] }, want: both },
    { name: 'chooses by name and label', request: { alerts: [{ alertname: 'CardX', severity: 'critical' }] }, want: ['payments'] },
    {
      name: 'chooses by the reason of a finding',
      request: { findings: [{ reason: 'ProbeFailing', analyzer: 'probe' }] },
      want: ['search'],
    },
    { name: 'chooses by analyzer', request: { findings: [{ reason: 'NodeOutOfMemory', analyzer: 'oomKilled' }] }, want: ['search'] },
    { name: 'chooses by two words', request: { text: 'Why is every card refused at the terminal?' }, want: ['payments'] },
    { name: 'is unsure about one word, and asks all', request: { text: 'The terminal is slow' }, want: both },
    { name: 'takes no part of a word for the word', request: { text: 'terminals, a discard refused' }, want: both },
    { name: 'is unsure about nothing, and asks all', request: {}, want: both },
    {
      name: 'may choose several, the likeliest first',
      request: { text: 'card refused, terminal', findings: [{ reason: 'ProbeFailing', analyzer: 'x' }], alerts: [{ team: 'pay' }] },
      want: ['payments', 'search'],
    },
    {
      name: 'does not count a storm of alerts for more than one',
      request: { alerts: Array.from({ length: 99 }, () => ({ alertname: 'X' })) },
      want: both,
    },
    { name: 'obeys a person', request: { forced: 'search', alerts: [{ team: 'pay' }] }, want: ['search'] },
    { name: 'asks all when nobody has the name', request: { forced: 'serach' }, want: both },
  ])('$name', ({ request, want }) => {
    expect(byTeam(request)).toEqual(want);
  });

  test('says why it chose', () => {
    expect(route(team, { ...silence, alerts: [{ alertname: 'X', team: 'pay' }], text: 'terminal' }).because).toEqual([
      { specialist: 'payments', signs: ['alert X', 'the word terminal'] },
    ]);
  });

  test('tells a name that nobody has as a gap', () => {
    expect(route(team, { ...silence, forced: 'serach' }).gaps).toEqual([
      {
        source: 'specialists',
        reason: 'NotFound',
        message: 'there is no specialist "serach", so all were asked; there are payments, search',
      },
    ]);
  });

  test('leaves nobody for later whom a person left out', () => {
    expect(route(team, { ...silence, forced: 'search' }).rest).toEqual([]);
  });
});

/** Any alerts, findings and words, among them many that mean something to the built-in ones. */
const anyRequest: fc.Arbitrary<RouteRequest> = fc.record({
  alerts: fc.array(
    fc.record({
      alertname: fc.oneof(fc.string(), fc.constantFrom('KubePodCrashLooping', 'KubeNodeNotReady', 'TargetDown', 'KubeHpaMaxedOut')),
    }),
    { maxLength: 5 },
  ),
  findings: fc.array(fc.record({ reason: fc.constantFrom(...FINDING_REASONS), analyzer: fc.constantFrom('probe', 'oomKilled', 'other') }), {
    maxLength: 5,
  }),
  text: fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom('dns', 'postgres', 'node', 'cpu', 'crash', 'the')).map((words) => words.join(' ')),
  ),
});

/** What each specialist would find if it ran. */
const anyWorld = fc.record(Object.fromEntries(everybody.map((name) => [name, fc.array(fc.nat(20), { maxLength: 3 })])));

describe('with the router it is never worse than with all', () => {
  test('nobody is lost: who is not first follows', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const { first, rest } = route(builtIn, request);
        expect(first.length).toBeGreaterThan(0);
        expect(names([...first, ...rest]).toSorted()).toEqual(everybody.toSorted());
      }),
    );
  });

  test('something is found whenever all together would find something', async () => {
    await fc.assert(
      fc.asyncProperty(anyRequest, anyWorld, async (request, world) => {
        const run = async (specialists: readonly Specialist[]): Promise<readonly number[]> =>
          specialists.flatMap(({ name }) => world[name] ?? []);
        const routed = await runRouted(route(builtIn, request), run);
        const all = await run(builtIn.all);
        expect(routed.length > 0).toBe(all.length > 0);
        expect(all).toEqual(expect.arrayContaining([...routed]));
      }),
    );
  });

  test('exactly what all would find is found when nothing speaks for anybody, or what was found is not enough', async () => {
    await fc.assert(
      fc.asyncProperty(anyRequest, anyWorld, async (request, world) => {
        const run = async (specialists: readonly Specialist[]): Promise<readonly number[]> =>
          specialists.flatMap(({ name }) => world[name] ?? []);
        const all = (await run(builtIn.all)).toSorted((a, b) => a - b);
        const never = await runRouted(route(builtIn, request), run, () => false);
        const unsure = await runRouted(route(builtIn, silence), run);
        expect([never, unsure].map((found) => found.toSorted((a, b) => a - b))).toEqual([all, all]);
      }),
    );
  });

  test('the others do not run when the first have found enough', async () => {
    const asked: string[] = [];
    await runRouted(route(builtIn, { ...silence, alerts: [{ alertname: 'KubeHpaMaxedOut' }] }), async (specialists) => {
      asked.push(...names(specialists));
      return ['found'];
    });
    expect(asked).toEqual(['resource']);
  });
});
