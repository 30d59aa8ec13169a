/**
 * The life of Incidents under two gateways on a real API server: whatever the order in which alerts fire, end, are delivered, lost, asked for, recover and are
 * closed, there is never more than one open Incident an identity, and none is missing in the end.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Incident, incidents } from '../../../src/crds/kinds.ts';
import { identityLabel, identityOf } from '../../../src/domain/identity.ts';
import { isOver, staysClosed } from '../../../src/domain/lifeCycle.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isConflict } from '../../../src/kube/errors.ts';
import { installCrds } from '../../support/installCrds.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { testClient } from '../../support/testClient.ts';
import { untilTrue } from '../../support/until.ts';
import { delivered, type RawAlert } from '../../unit/intake/builders.ts';
import { incidentsIn, startReplica } from './harness.ts';

const WORKLOADS = [0, 1, 2];

type Move =
  /** To each of the replicas or not: what is told to none is lost. */
  | { readonly kind: 'fires' | 'ends'; readonly workload: number; readonly toldTo: readonly boolean[] }
  | { readonly kind: 'isToldAgain'; readonly workload: number; readonly replica: number }
  | { readonly kind: 'isAskedFor'; readonly replica: number }
  | { readonly kind: 'recovers'; readonly workload: number }
  | { readonly kind: 'isClosed'; readonly workload: number; readonly reason: 'Fixed' | 'Expected' };

const workload = fc.constantFrom(...WORKLOADS);
const replica = fc.constantFrom(0, 1);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('fires' as const, 'ends' as const),
      workload,
      toldTo: fc.tuple(fc.boolean(), fc.boolean()),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('isToldAgain' as const), workload, replica }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('isAskedFor' as const), replica }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('recovers' as const), workload }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('isClosed' as const),
      workload,
      reason: fc.constantFrom('Fixed' as const, 'Expected' as const),
    }),
  },
);

let client: KubeClient;
let namespace: string;
let runs = 0;
beforeAll(async () => {
  client = testClient(inject('cluster').kubeconfigPath);
  await installCrds(client);
  namespace = await makeNamespace(client, 'life');
});
afterAll(() => client?.close());

interface World {
  readonly step: (moves: readonly Move[]) => Promise<void>;
  readonly expectNoneTwice: () => Promise<void>;
  /** Each that fires has an open Incident, or one that a person has closed and that still stands for it. */
  readonly expectNoneMissing: () => Promise<void>;
}

/** What fires, in truth; and two gateways, of which the second knows Incidents as they were when this step began. */
function createWorld(holdOffMs: number): World {
  runs += 1;
  const run = runs;
  const firing = new Map<number, number>();
  const lastSaid = new Map<number, RawAlert>();
  let seen: readonly Incident[] = [];
  const stale = (label: string): readonly Incident[] =>
    seen.filter(({ spec }) => spec.identity !== undefined && identityLabel(spec.identity) === label);
  const replicas = [startReplica(client, namespace, { holdOffMs }), startReplica(client, namespace, { holdOffMs, seen: stale })];

  const labelsOf = (of: number): Record<string, string> => ({ alertname: 'Slow', namespace: 'shop', deployment: `run-${run}-${of}` });
  const alertOf = (of: number): RawAlert => ({ labels: labelsOf(of), startsAt: new Date(firing.get(of) ?? Date.now()).toISOString() });
  const incidentsOf = async (of: number): Promise<readonly Incident[]> => {
    const identity = identityOf(labelsOf(of));
    return (await incidentsIn(client, namespace)).filter(({ spec }) => spec.identity === identity);
  };
  const openOf = async (of: number): Promise<Incident | undefined> => (await incidentsOf(of)).find((one) => !isOver(one));

  const tell = async (of: number, said: RawAlert, toldTo: readonly boolean[]): Promise<void> => {
    lastSaid.set(of, said);
    const told = await Promise.all(replicas.filter((_, at) => toldTo[at]).map((one) => one.deliver(said)));
    expect(told.every(({ status }) => status === 200)).toBe(true);
  };
  /** As the poll does. */
  const ask = async (from: number): Promise<void> => {
    const askedAt = Date.now();
    const held = [...firing.keys()].map(alertOf);
    if (held.length > 0) await replicas[from]?.record(await delivered(...held), { askedAt, isComplete: true });
  };
  const end = async (of: number, reason: string): Promise<void> => {
    const open = await openOf(of);
    if (open !== undefined) await endAsSeen(open, reason);
  };
  const close = async (of: number, reason: 'Fixed' | 'Expected'): Promise<void> => {
    const open = await openOf(of);
    if (open === undefined) return;
    const closure = { reason, by: 'alice' };
    await client.patch(incidents, { namespace, name: open.metadata.name }, { spec: { closure } }, { type: 'merge' });
    await end(of, `ClosedAs${reason}`);
  };
  const make = async (made: Move): Promise<void> => {
    if (made.kind === 'isAskedFor') return ask(made.replica);
    const { workload: of } = made;
    if (made.kind === 'isClosed') return close(of, made.reason);
    if (made.kind === 'recovers') return firing.has(of) ? undefined : end(of, 'Recovered');
    if (made.kind === 'isToldAgain') return void (await replicas[made.replica]?.deliver(lastSaid.get(of) ?? alertOf(of)));
    if (made.kind === 'ends') {
      if (!firing.has(of)) return;
      const over = { ...alertOf(of), status: 'resolved', endsAt: new Date().toISOString() };
      firing.delete(of);
      return tell(of, over, made.toldTo);
    }
    if (!firing.has(of)) firing.set(of, Date.now());
    return tell(of, alertOf(of), made.toldTo);
  };

  return {
    step: async (moves) => {
      seen = await incidentsIn(client, namespace);
      // Times are told in milliseconds, and what happens in another step is later.
      const now = Date.now();
      await untilTrue('it is later', () => Date.now() > now + 1);
      await Promise.all(moves.map(make));
    },
    expectNoneTwice: async () => {
      for (const of of WORKLOADS) expect((await incidentsOf(of)).filter((one) => !isOver(one)).length).toBeLessThanOrEqual(1);
    },
    expectNoneMissing: async () => {
      for (const [of, startsAt] of firing) {
        const all = await incidentsOf(of);
        const covers = (one: Incident): boolean => !isOver(one) || staysClosed(one, startsAt, { now: Date.now(), holdOffMs });
        expect(all.some(covers), JSON.stringify(all.map(({ spec, status }) => [spec, status]))).toBe(true);
      }
    },
  };
}

/** As the investigator does: of the version that it has seen. */
async function endAsSeen({ metadata: { name, resourceVersion } }: Incident, reason: string): Promise<void> {
  const at = new Date().toISOString();
  const conditions = [{ type: 'Resolved', status: 'True', reason, message: '', lastTransitionTime: at }];
  const body = { metadata: { resourceVersion }, status: { conditions, resolvedAt: at } };
  await client.patch(incidents, { namespace, name }, body, { type: 'merge', subresource: 'status' }).catch((error: unknown) => {
    if (!isConflict(error)) throw error;
  });
}

test('two gateways keep one open Incident an identity, and lose none', { timeout: 300_000 }, async () => {
  const steps = fc.array(fc.array(move, { minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(0, 600_000), async (all, holdOffMs) => {
      const world = createWorld(holdOffMs);
      for (const moves of all) {
        await world.step(moves);
        await world.expectNoneTwice();
      }
      await world.step([
        { kind: 'isAskedFor', replica: 0 },
        { kind: 'isAskedFor', replica: 1 },
      ]);
      await world.expectNoneTwice();
      await world.expectNoneMissing();
    }),
    { numRuns: 25 },
  );
});
