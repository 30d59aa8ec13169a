/**
 * Pods that are refused when they are made: by a limit range, for want of their service account, by admission, or because it does not answer.
 *
 * Right while the workload lacks pods of its present revision and its controller says why, in the ReplicaFailure condition or in FailedCreate
 * events that no pod has come after. Disproved by the pods being there, or by the service account existing by now. What a quota refuses is
 * told by `quota`, but for a quota that wants requests or limits to be set at all; what RBAC refuses, by `rbac`.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { objectFields, podFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { type Refusal, refusalsOf } from '../refusals.ts';

export const admission: Analyzer = {
  name: 'admission',
  *find(snapshot) {
    for (const workload of snapshot.workloads) {
      const refusals = refusalsOf(snapshot, workload);
      for (const refusal of refusals) {
        const kind = kindOf(refusal.text);
        if (kind === undefined || existsByNow(snapshot, workload, refusal.text)) continue;
        yield finding(workload, kind, refusal, refusals);
        break;
      }
    }
  },
};

const MISSING_ACCOUNT = /\bserviceaccount "([^"]{1,253})" not found|error looking up service account [^\s/]{1,253}\/([^\s:]{1,253})/iu;

const KINDS: readonly (readonly [pattern: RegExp, reason: FindingReason])[] = [
  [MISSING_ACCOUNT, 'ServiceAccountMissing'],
  [/failed quota: .{1,253}: must specify/iu, 'QuotaExceeded'],
  [/failed calling webhook|failed to call webhook|conversion webhook for .{1,253} failed/iu, 'AdmissionWebhookUnavailable'],
  [
    /admission webhook .{1,253} denied the request|violates PodSecurity|ValidatingAdmissionPolicy .{1,253} denied|security context constraint|no PriorityClass with name/iu,
    'AdmissionDenied',
  ],
  [
    /is forbidden: .{0,600}(?:(?:minimum|maximum) \S{1,64} usage per (?:Container|Pod)|max limit to request ratio per)|must be less than or equal to \S{1,32} limit/iu,
    'LimitRangeViolated',
  ],
];

const kindOf = (text: string): FindingReason | undefined => KINDS.find(([pattern]) => pattern.test(text))?.[1];

function existsByNow({ serviceAccounts }: Snapshot, { ref }: Workload, text: string): boolean {
  const [, first, second] = MISSING_ACCOUNT.exec(text) ?? [];
  const name = first ?? second;
  return name !== undefined && serviceAccounts.includes(`${ref.namespace ?? ''}/${name}`);
}

const SAYS: Partial<Record<FindingReason, string>> = {
  ServiceAccountMissing: 'its service account does not exist',
  QuotaExceeded: 'a quota wants requests or limits that it does not set',
  AdmissionWebhookUnavailable: 'a webhook that has to be asked does not answer',
  AdmissionDenied: 'admission refuses them',
  LimitRangeViolated: 'a limit range refuses them',
};

function finding({ ref }: Workload, reason: FindingReason, { text, since }: Refusal, refusals: readonly Refusal[]): Finding {
  const first = refusals.flatMap((refusal) => refusal.since ?? []);
  return {
    analyzer: admission.name,
    reason,
    object: ref,
    message: `${objectName(ref)} may not make its pods, as ${SAYS[reason] ?? ''}: ${quote(text)}.`,
    cures: reason === 'LimitRangeViolated' ? ['RevertCommit', 'SetResources'] : ['RevertCommit'],
    evidence: [...new Set(refusals.map(({ evidence }) => evidence))],
    pods: [],
    since: first.length === 0 ? since : Math.min(...first),
    touchedBy: {
      direct:
        reason === 'ServiceAccountMissing' ? podFields(ref, 'serviceAccountName', 'serviceAccount') : objectFields(ref, 'spec.template'),
      plausible: objectFields(ref, 'spec'),
    },
  };
}
