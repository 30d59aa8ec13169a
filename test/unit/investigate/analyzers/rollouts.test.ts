import { describe, expect, test } from 'vitest';
import { quota } from '../../../../src/investigate/analyzers/quota.ts';
import { rolloutStuck } from '../../../../src/investigate/analyzers/rolloutStuck.ts';
import type { Condition, ObjectEvent, Workload } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, event, revision, snapshot, workload } from '../builders.ts';

const condition = (type: string, status: string, reason: string, message = ''): Condition => ({
  type,
  status,
  reason,
  message,
  since: ago(2),
});
const EXCEEDED =
  'pods "cart-b-x" is forbidden: exceeded quota: compute, requested: requests.cpu=2, used: requests.cpu=3, limited: requests.cpu=4';
const refusal = event('FailedCreate', `Error creating: ${EXCEEDED}`, { kind: 'ReplicaSet', name: 'cart-b' });

interface Case {
  readonly name: string;
  readonly workload: Partial<Workload>;
  readonly events?: readonly ObjectEvent[];
  readonly want: readonly string[];
}

describe('rolloutStuck and quota', () => {
  test.each<Case>([
    {
      name: 'a rollout whose deadline has passed is stuck',
      workload: { conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')] },
      want: ['RolloutStuck'],
    },
    {
      name: 'a rollout that may not make pods is stuck',
      workload: { conditions: [condition('ReplicaFailure', 'True', 'FailedCreate', 'serviceaccount "cart" not found')] },
      want: ['RolloutStuck'],
    },
    { name: 'a rollout that gets on is not', workload: { conditions: [condition('Progressing', 'True', 'ReplicaSetUpdated')] }, want: [] },
    {
      name: 'a quota is told by the condition',
      workload: { conditions: [condition('ReplicaFailure', 'True', 'FailedCreate', EXCEEDED)] },
      want: ['QuotaExceeded'],
    },
    {
      name: 'a quota is told by the events of a ReplicaSet',
      workload: { updated: 0, revisions: [revision(2, ago(5))] },
      events: [refusal],
      want: ['QuotaExceeded'],
    },
    { name: 'a quota of somebody else is not ours', workload: { revisions: [] }, events: [refusal], want: [] },
    {
      name: 'a quota that no longer matters is not told',
      workload: { complete: true, revisions: [revision(2, ago(5))] },
      events: [refusal],
      want: [],
    },
  ])('$name', ({ workload: more, events = [], want }) => {
    const seen = snapshot({ workloads: [workload(more)], events });
    expect([...quota.find(seen), ...rolloutStuck.find(seen)].map(({ reason }) => reason)).toEqual(want);
  });
});
