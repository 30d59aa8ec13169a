/** What a plan's status says of its effects and of what was refused, as entries of the audit. Pure: the same status gives the same keys. */
import type { NewEntry } from '../../audit/entry.ts';
import { APPLIED_KEY, commitKey, revertKey } from '../../audit/keys.ts';
import type { RemediationPlan } from '../../crds/kinds.ts';
import type { RemediationPlanStatus } from '../../crds/remediationPlan.ts';
import { conditionOf } from '../steps.ts';
import type { Ending } from './scope.ts';

type Plan = Pick<RemediationPlan, 'metadata' | 'spec'>;
type Said = Pick<NewEntry, 'event' | 'outcome' | 'message'> & Partial<NewEntry>;
/** Makes an entry about a plan. */
export type About = (key: string, said: Said) => NewEntry;

/** @param evidence what the diagnosis behind the plan rests on */
export function auditOf(plan: Plan, status: RemediationPlanStatus, evidence: readonly string[] = []): readonly NewEntry[] {
  const about = aboutPlan(plan, status);
  return [
    ...judged(plan, status, about, evidence),
    ...carriedOut(status, about),
    ...observed(status, about),
    ...takenBack(status, about),
    ...ended(status, about),
  ];
}

/** On whose word it acts: those who approved, or the policy that lets it act by itself. */
function actorsOf({ approvals = [], policy }: RemediationPlanStatus): readonly string[] {
  const people = approvals.filter(({ valid, decision }) => valid && decision === 'Approve').map(({ approver }) => approver);
  return people.length > 0 ? people : [policy === undefined || policy.name === '' ? 'agent-sre' : `policy:${policy.name}`];
}

/** Given at the Git host, an approval has no name in the cluster. */
const nameOf = ({ name, approver }: Word): string => name ?? `git-host/${approver}`;

export function aboutPlan({ metadata: { name, namespace, uid } }: Plan, status: RemediationPlanStatus): About {
  const { digest, policy, approvals = [] } = status;
  const common = {
    subject: { kind: 'RemediationPlan', ...(namespace === undefined ? {} : { namespace }), name, uid },
    ...(digest === undefined ? {} : { digest }),
    ...(policy === undefined ? {} : { policy: { name: policy.name, decision: policy.decision, reason: policy.reason } }),
    approvals: approvals.filter(({ valid, decision }) => valid && decision === 'Approve').map(nameOf),
  };
  return (key, said) => ({ key: `${uid}/${key}`, who: actorsOf(status).join(', '), ...common, ...said });
}

function judged({ spec }: Plan, status: RemediationPlanStatus, about: About, evidence: readonly string[]): readonly NewEntry[] {
  const from = [`investigation/${spec.investigationRef.name}/${spec.investigationRef.uid}`, ...evidence];
  const rendered = about('rendered', {
    event: 'PlanRendered',
    outcome: 'Noted',
    who: 'agent-sre',
    message: spec.summary,
    evidence: from,
    detail: contentOf(spec, status),
  });
  const { digest, approvals = [], approvedAt } = status;
  return [
    ...(digest === undefined ? [] : [rendered]),
    ...approvals.map((approval) => wordOf(approval, about)),
    ...(approvedAt === undefined ? [] : [about('approved', approvedBy(status))]),
  ];
}

function contentOf(
  { actions, strategy }: Plan['spec'],
  { risk, owner, base = '' }: RemediationPlanStatus,
): Readonly<Record<string, string>> {
  const { repository, ref = '' } = owner ?? {};
  return {
    actions: actions.map(({ type, target }) => `${type} ${target.kind} ${target.namespace ?? ''}/${target.name}`).join('; '),
    strategy,
    risk: risk?.level ?? '',
    ...(repository === undefined ? {} : { repository, ref, base }),
  };
}

type Word = NonNullable<RemediationPlanStatus['approvals']>[number];

function wordOf(word: Word, about: About): NewEntry {
  const { approver, decision, valid, reason } = word;
  const name = nameOf(word);
  const message = `${decision} by ${approver} ${valid ? 'counts' : `does not count: ${reason}`}`;
  const said = { event: 'ApprovalJudged', outcome: valid ? 'Done' : 'Refused', who: approver, message } as const;
  return about(`approval/${name}/${valid ? 'counts' : reason}`, { ...said, approvals: [name] });
}

function approvedBy(status: RemediationPlanStatus): Said {
  const approved = conditionOf(status, 'Approved');
  if (approved?.reason === 'Auto')
    return { event: 'AutoAllowed', outcome: 'Done', message: `it may act by itself: ${status.policy?.reason ?? ''}` };
  return { event: 'PlanApproved', outcome: 'Done', message: approved?.message ?? 'approved' };
}

function carriedOut({ commit, applied, pullRequest }: RemediationPlanStatus, about: About): readonly NewEntry[] {
  const entries: NewEntry[] = [];
  if (commit !== undefined) entries.push(about(commitKey(commit.sha), { event: 'CommitPushed', outcome: 'Done', ...pushed(commit) }));
  if (applied !== undefined) {
    const { object, what } = applied;
    entries.push(about(APPLIED_KEY, { event: 'ChangedDirectly', outcome: 'Done', message: what, detail: { uid: object.uid ?? '' } }));
  }
  if (pullRequest?.number !== undefined) {
    const { url = '', number, headSha, mergeSha, mergedBy } = pullRequest;
    const detail = { url, head: headSha };
    entries.push(
      about(`pullRequest/${number}`, {
        event: 'PullRequestOpened',
        outcome: 'Done',
        who: 'agent-sre',
        message: `pull request ${number}`,
        detail,
      }),
    );
    if (mergeSha !== undefined) {
      const merged = { event: 'PullRequestMerged', outcome: 'Noted', message: `pull request ${number} was merged` } as const;
      entries.push(
        about(`pullRequest/${number}/merged`, { ...merged, who: mergedBy ?? 'somebody', detail: { ...detail, merge: mergeSha } }),
      );
    }
  }
  return entries;
}

function pushed({ sha, parent, repository, ref }: NonNullable<RemediationPlanStatus['commit']>): Pick<Said, 'message' | 'detail'> {
  return { message: `commit ${sha.slice(0, 12)} on ${ref}`, detail: { commit: sha, parent, repository, ref } };
}

function observed(status: RemediationPlanStatus, about: About): readonly NewEntry[] {
  const entries: NewEntry[] = [];
  const by = { who: 'agent-sre' };
  const { sync } = status;
  if (sync !== undefined)
    entries.push(
      about('synced', { event: 'Synced', outcome: 'Noted', ...by, message: `${status.owner?.engine} reports ${sync.revision}` }),
    );
  const verified = conditionOf(status, 'Verified');
  if (verified?.status === 'True' || verified?.status === 'False') {
    const outcome = verified.status === 'True' ? 'Done' : 'Failed';
    entries.push(about(`verified/${verified.status}`, { event: 'Verified', outcome, ...by, message: verified.message }));
  }
  return entries;
}

function takenBack({ rollback, applied, intent, leftBehind }: RemediationPlanStatus, about: About): readonly NewEntry[] {
  if (rollback === undefined) return [];
  const entries = [about('rollback', { event: 'RollbackDecided', outcome: 'Noted', who: 'agent-sre', message: rollback.reason })];
  const { commit, sync, completedAt } = rollback;
  if (commit !== undefined) entries.push(about(revertKey(commit.sha), { event: 'RevertPushed', outcome: 'Done', ...pushed(commit) }));
  if (sync !== undefined)
    entries.push(about('revert/synced', { event: 'RevertSynced', outcome: 'Noted', who: 'agent-sre', message: sync.revision }));
  if (applied !== undefined && intent?.effect === 'DirectUndo' && completedAt !== undefined && leftBehind === undefined)
    entries.push(about('undone', { event: 'UndoneDirectly', outcome: 'Done', message: `taken back: ${applied.what}` }));
  return entries;
}

const OUTCOME_OF: Readonly<Record<Ending | 'Succeeded', NewEntry['outcome']>> = {
  Succeeded: 'Done',
  Suggested: 'Noted',
  Rejected: 'Refused',
  Expired: 'Refused',
  Stale: 'Refused',
  Superseded: 'Refused',
  Inconclusive: 'Failed',
  RolledBack: 'Failed',
  Failed: 'Failed',
};

function ended(status: RemediationPlanStatus, about: About): readonly NewEntry[] {
  const end = conditionOf(status, 'Succeeded');
  if (end === undefined) return [];
  const isRefused = end.reason === 'Failed' && status.digest === undefined;
  const outcome = isRefused ? 'Refused' : OUTCOME_OF[end.reason as Ending];
  const message = `${end.reason}: ${end.message}`;
  const { leftBehind } = status;
  const left =
    leftBehind?.endedAt === undefined
      ? []
      : [
          about('left/ended', {
            event: 'LeftBehindEnded',
            outcome: 'Noted',
            who: 'somebody',
            message: `not so any more: ${leftBehind.what}`,
          }),
        ];
  return [about(`ended/${end.reason}`, { event: isRefused ? 'PlanRefused' : 'PlanEnded', outcome, who: 'agent-sre', message }), ...left];
}
