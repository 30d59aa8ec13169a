import { describe, expect, test } from 'vitest';
import { withConfiguredCalls } from '../../../../src/investigate/calls.ts';
import { diagnose, rankCauses } from '../../../../src/investigate/diagnose.ts';
import { recordsOf } from '../../../../src/investigate/evidence.ts';
import { objectName } from '../../../../src/sources/kubernetes/names.ts';
import type { CallReading } from '../../../../src/sources/signals/callReading.ts';
import { container, ended, waiting } from '../builders.ts';
import { signalsOfApp, withSignalsOf } from '../signalsBuilders.ts';
import { app, deployment, type Part, says, world } from '../surroundingsBuilders.ts';

const calls = (...pairs: readonly string[]): CallReading['calls'] =>
  pairs.map((pair) => {
    const [caller = '', callee = ''] = pair.split('>');
    return { caller, callee };
  });
const suspect = (kind: 'slower' | 'failing', service: string, more = {}): CallReading['suspects'][number] => ({
  kind,
  service,
  name: 'GET /price',
  share: 0.9,
  p95Ms: { now: 900, baseline: 40 },
  selfP95Ms: { now: 850, baseline: 20 },
  ownErrorRate: kind === 'failing' ? { now: 0.6, baseline: 0 } : { now: 0, baseline: 0 },
  count: { now: 15, baseline: 15 },
  ...more,
});
const traced = (traces: Partial<CallReading>) => withSignalsOf(signalsOfApp('cart', { traces }));
const found = (...parts: readonly Part[]) =>
  rankCauses({ snapshot: world(...parts) })
    .ranked.filter(({ finding }) => finding.analyzer === 'failingCalls')
    .map(
      ({ finding, explainedBy }) =>
        `${finding.reason} ${finding.object.name}${explainedBy === undefined ? '' : ` by ${explainedBy.reason}`}`,
    )
    .toSorted();
const shop = [app('cart'), app('stock'), app('db')];
const chain = { calls: calls('cart>stock', 'stock>db'), failing: calls('cart>stock', 'stock>db') };

describe('failingCalls', () => {
  test('a chain of failing calls blames its end, which is told of it', () => {
    const origins = [{ service: 'db', operation: 'SELECT', traces: 4, said: 'disk I/O error' }];
    const snapshot = world(...shop, traced({ ...chain, origins }));
    const { findings } = diagnose(snapshot);
    expect(findings.map(({ reason, object }) => `${reason} ${object}`)).toEqual([
      'ErrorRateIncreased Deployment/shop/db',
      'DependencyFailing Deployment/shop/cart',
      'DependencyFailing Deployment/shop/stock',
    ]);
    expect(findings[0]?.statement).toBe(
      'Deployment/shop/db fails in “SELECT” in 4 traces, where none failed a day before, and nothing that it calls does: “disk I/O error”.',
    );
    const cart = rankCauses({ snapshot }).ranked.find(({ finding }) => finding.object.name === 'cart')?.finding;
    expect(cart?.blames?.map(objectName)).toEqual(['Service/shop/stock', 'Deployment/shop/stock', 'Deployment/shop/db']);
    const records = recordsOf(snapshot, []);
    expect(findings.flatMap(({ evidence }) => evidence).map((key) => records.get(key)?.source)).toEqual(['traces', 'traces', 'traces']);
  });

  test('what is found at the end of the chain explains the callers', () => {
    const crashing = container({ name: 'db', state: waiting('CrashLoopBackOff'), lastState: ended(1), restarts: 5 });
    const broken = app('db', { ready: false, container: crashing });
    const snapshot = world(app('cart'), app('stock'), broken, traced(chain));
    expect(diagnose(snapshot).rootCause).toMatchObject({ reason: 'ContainerExitsWithError', object: 'Deployment/shop/db#db' });
    expect(found(app('cart'), app('stock'), broken, traced(chain))).toEqual([
      'DependencyFailing cart by ContainerExitsWithError',
      'DependencyFailing stock by ContainerExitsWithError',
    ]);
  });

  test('complaints in logs and failing traces of one call are one finding', () => {
    const said = says('cart', 'dial tcp stock:8080: connect: connection refused');
    const snapshot = world(...shop, said, traced({ failing: calls('cart>stock') }));
    const cart = rankCauses({ snapshot }).ranked.filter(({ finding }) => finding.reason === 'DependencyFailing');
    expect(cart.map(({ finding }) => new Set(finding.evidence.map((key) => key.split('/')[0])))).toEqual([
      new Set(['errors', 'object', 'traces', 'workload']),
    ]);
  });

  test.each<{ name: string; traces: Partial<CallReading>; want: readonly string[] }>([
    { name: 'nothing changed', traces: { calls: calls('cart>stock') }, want: [] },
    {
      name: 'a callee became slow itself',
      traces: { slower: calls('cart>stock'), suspects: [suspect('slower', 'stock')] },
      want: ['LatencyIncreased stock'],
    },
    { name: 'its part of what was added is small', traces: { suspects: [suspect('slower', 'stock', { share: 0.1 })] }, want: [] },
    { name: 'it began to fail itself', traces: { suspects: [suspect('failing', 'cart')] }, want: ['ErrorRateIncreased cart'] },
    {
      name: 'a callee fails that nobody here knows',
      traces: { failing: calls('cart>api.bank.example') },
      want: ['DependencyFailing cart'],
    },
    {
      name: 'its own errors are those of its callee',
      traces: { failing: calls('cart>stock'), suspects: [suspect('failing', 'cart')] },
      want: ['DependencyFailing cart'],
    },
    {
      name: 'the callee is told by its host',
      traces: { failing: calls('cart>stock.shop.svc.cluster.local') },
      want: ['DependencyFailing cart'],
    },
    {
      name: 'a namesake fails in another namespace',
      traces: { suspects: [suspect('failing', 'stock')], namespaces: { stock: 'other' } },
      want: [],
    },
  ])('when $name', ({ traces, want }) => {
    expect(found(...shop, traced(traces))).toEqual(want);
  });

  test('calls that traces have seen are calls, whoever configures them', () => {
    const snapshot = withConfiguredCalls(world(...shop, traced({ calls: calls('cart>stock', 'stock>db', 'stock>elsewhere') })));
    expect(snapshot.calls.map(({ caller, callee, source }) => `${caller.name}>${callee.name} ${source}`)).toEqual([
      'cart>stock trace',
      'stock>db trace',
    ]);
  });

  test('a workload is known by the name under which it sends spans', () => {
    const named = app('stock', { workload: { containers: [container({ env: { OTEL_SERVICE_NAME: 'inventory' } })] } });
    const snapshot = withConfiguredCalls(world(app('cart'), named, traced({ calls: calls('cart>inventory') })));
    expect(snapshot.calls).toMatchObject([{ callee: deployment('stock') }]);
  });
});
