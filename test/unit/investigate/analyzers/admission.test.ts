import { describe, expect, test } from 'vitest';
import { admission } from '../../../../src/investigate/analyzers/admission.ts';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, event, pod, revision, snapshot, workload } from '../builders.ts';
import { condition, told } from '../objectBuilders.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly more?: Partial<Snapshot>;
  readonly want: readonly string[];
}

const refusal = (text: string, lastAt = ago(1)) =>
  event('FailedCreate', `Error creating: ${text}`, { kind: 'ReplicaSet', name: 'cart-b', lastAt });
const account = 'pods "cart-b-" is forbidden: error looking up service account shop/cart: serviceaccount "cart" not found';
const denied = 'admission webhook "policy.example" denied the request: no latest tags';
const counted = (total: number) => [{ revision: 'cart-b', current: true, total, ready: 0, oldestAt: ago(10) }];
const old = { revision: 'cart-a', current: false, total: 1, ready: 1, oldestAt: ago(600) };

describe('admission', () => {
  test.each<Case>([
    { name: 'a service account that does not exist', text: account, want: ['ServiceAccountMissing Deployment/cart'] },
    { name: 'a service account that exists by now', text: account, more: { serviceAccounts: ['shop/cart'] }, want: [] },
    {
      name: 'a limit range',
      text: 'pods "cart-b-x" is forbidden: maximum memory usage per Container is 512Mi, but limit is 1Gi',
      want: ['LimitRangeViolated Deployment/cart'],
    },
    {
      name: 'a limit range of ratios',
      text: 'pods "cart-b-x" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 10.000000',
      want: ['LimitRangeViolated Deployment/cart'],
    },
    { name: 'a webhook that says no', text: denied, want: ['AdmissionDenied Deployment/cart'] },
    {
      name: 'Pod Security',
      text: 'pods "cart-b-x" is forbidden: violates PodSecurity "restricted:latest": privileged',
      want: ['AdmissionDenied Deployment/cart'],
    },
    {
      name: 'a policy of the API server',
      text: `pods "x" is forbidden: ValidatingAdmissionPolicy 'limits' with binding 'all' denied request: too much`,
      want: ['AdmissionDenied Deployment/cart'],
    },
    {
      name: 'a webhook that does not answer',
      text: 'Internal error occurred: failed calling webhook "inject.example": failed to call webhook: Post "https://inject.mesh.svc:443/": no endpoints available for service "inject"',
      want: ['AdmissionWebhookUnavailable Deployment/cart'],
    },
    {
      name: 'a quota that wants limits to be set',
      text: 'pods "x" is forbidden: failed quota: compute: must specify limits.cpu for: app',
      want: ['QuotaExceeded Deployment/cart'],
    },
    { name: 'a quota that is used up is told by others', text: 'pods "x" is forbidden: exceeded quota: compute', want: [] },
    {
      name: 'a new revision that is refused while the old one has its pods',
      text: denied,
      more: { workloads: [workload({ revisions: [revision(2, ago(5))], podCounts: [old] })] },
      want: ['AdmissionDenied Deployment/cart'],
    },
    {
      name: 'a refusal that healed: the pods are there, and not ready for another reason',
      text: denied,
      more: { workloads: [workload({ revisions: [revision(2, ago(5))], podCounts: counted(1) })] },
      want: [],
    },
    {
      name: 'a refusal that a pod came after',
      text: denied,
      more: {
        workloads: [workload({ desired: 2, revisions: [revision(2, ago(5))], podCounts: counted(1) })],
        pods: [pod({ createdAt: ago(0.5) })],
      },
      want: [],
    },
    {
      name: 'a workload that is complete',
      text: denied,
      more: { workloads: [workload({ complete: true, revisions: [revision(2, ago(5))] })] },
      want: [],
    },
    { name: 'an event of long ago', text: denied, more: { events: [refusal(denied, ago(90))] }, want: [] },
    { name: 'an event of another workload', text: denied, more: { workloads: [workload({ revisions: [] })] }, want: [] },
  ])('$name', ({ text, more, want }) => {
    const refused = { workloads: [workload({ revisions: [revision(2, ago(5))] })], pods: [], events: [refusal(text)] };
    expect(told(admission.find(snapshot({ ...refused, ...more })))).toEqual(want);
  });

  test('the condition alone is enough', () => {
    const conditions = [condition('ReplicaFailure', 'True', 'FailedCreate', account)];
    expect(told(admission.find(snapshot({ workloads: [workload({ conditions })], pods: [] })))).toEqual([
      'ServiceAccountMissing Deployment/cart',
    ]);
  });
});
