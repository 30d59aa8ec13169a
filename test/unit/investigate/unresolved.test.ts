import { describe, expect, test } from 'vitest';
import type { Gap } from '../../../src/crds/investigation.ts';
import { number } from '../../../src/investigate/citations.ts';
import { recordsOf } from '../../../src/investigate/evidence.ts';
import type { Ranked } from '../../../src/investigate/rank.ts';
import { reportOf } from '../../../src/investigate/report.ts';
import { lookNextFor, triedFor } from '../../../src/investigate/unresolved.ts';
import type { ObservedChange } from '../../../src/sources/changes.ts';
import type { Snapshot } from '../../../src/sources/kubernetes/snapshot.ts';
import { ago, cart, container, ended, field, log, pod, rollout, snapshot, waiting, workload } from './builders.ts';

const parts = (seen: Snapshot, more: { ranked?: readonly Ranked[]; changes?: readonly ObservedChange[]; gaps?: readonly Gap[] } = {}) => {
  const { ranked = [], changes = [], gaps = [] } = more;
  return { snapshot: seen, ranked, gaps, numbered: number(recordsOf(seen, changes), seen, ranked, changes) };
};

const crashed = snapshot({
  workloads: [workload()],
  pods: [pod({}, container({ state: waiting('CrashLoopBackOff'), lastState: ended(1), logs: { previous: log('bye') } }))],
});
const rolledOut = [rollout(2, ago(9), [field('image', 'a', 'b')])];
const probing: Ranked = {
  finding: {
    analyzer: 'probe',
    reason: 'ProbeFailing',
    object: cart,
    message: 'It fails.',
    cures: [],
    evidence: [],
    pods: ['cart-1'],
    touchedBy: { direct: [], plausible: [] },
  },
  links: [],
  confidence: 30,
};
const gap: Gap = { source: 'loki', reason: 'TimedOut', message: 'no answer' };

describe('what was tried', () => {
  test('says what was read, which rules found nothing, and what changed', () => {
    const [read, silent, changed] = triedFor(parts(crashed, { ranked: [probing], changes: rolledOut }));
    expect(read).toBe('Read 1 workload, 1 pod, 0 events, 1 log.');
    expect(silent).toContain('crashLoop');
    expect(silent).not.toMatch(/\bprobe\b/u);
    expect(changed).toBe('1 change compared with what is wrong [c1]; none of them is known to explain it.');
  });

  test('says that no change was found', () => {
    expect(triedFor(parts(crashed)).at(-1)).toBe('No change was found in the time that was looked at.');
  });
});

describe('a report', () => {
  const more = {
    cause: undefined,
    cures: [],
    recovery: undefined,
    alertedAt: undefined,
    alertNow: undefined,
    service: 'cart',
    responseMillis: 1,
  };

  test('says what was tried and where to look next where no cause is named', () => {
    const report = reportOf({ ...parts(crashed, { gaps: [gap] }), ...more, healthy: false });
    expect(report.tried?.length).toBeGreaterThan(1);
    expect(report.lookNext?.length).toBeGreaterThan(1);
  });

  test('says neither where nothing is wrong', () => {
    const { tried, lookNext } = reportOf({ ...parts(crashed), ...more, healthy: true });
    expect([tried, lookNext]).toEqual([undefined, undefined]);
  });

  test('carries what metrics say of users', () => {
    const reach = { failingPerMinute: 12, callers: ['Deployment/shop/storefront'], errorBudgetBurnt: 3 };
    expect(reportOf({ ...parts(crashed), ...more, healthy: false, reach })).toMatchObject(reach);
  });
});

describe('where to look next', () => {
  test.each<{ name: string; given: ReturnType<typeof parts>; says: readonly string[] }>([
    {
      name: 'what came close, the log of a pod that is not ready, what changed, and what could not be seen',
      given: parts(crashed, { ranked: [probing], changes: rolledOut, gaps: [gap] }),
      says: [
        'If it is ProbeFailing [f1]: Ask the endpoint from within the pod, and read the log of the program.',
        'Read the log of a pod that is not ready: kubectl logs -n shop cart-1 -c app --previous',
        'Compare when it began with what changed before [c1].',
        'See for yourself what loki shows: it could not be asked (TimedOut).',
      ],
    },
    {
      name: 'who deleted what is not there',
      given: parts(snapshot({ workloads: [], pods: [], missing: [cart] })),
      says: ['Check the name of Deployment/shop/cart, and who deleted it if it was there.'],
    },
    {
      name: 'who scaled it to zero',
      given: parts(snapshot({ workloads: [workload({ desired: 0 })], pods: [] })),
      says: [
        'Who scaled Deployment/shop/cart to 0 is in its managed fields: kubectl get deployment/cart -n shop -o yaml --show-managed-fields',
        'Look at what it depends on, and at who calls it: nothing of its own explains the trouble.',
      ],
    },
    {
      name: 'beyond it, where all of its own is well',
      given: parts(
        snapshot({ workloads: [workload({ ready: 1, complete: true })], pods: [pod({ ready: true }, container({ ready: true }))] }),
      ),
      says: ['Look at what it depends on, and at who calls it: nothing of its own explains the trouble.'],
    },
  ])('$name', ({ given, says }) => {
    expect(lookNextFor(given)).toEqual(says);
  });
});
