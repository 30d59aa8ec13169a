/** One plan as an approver has to see it: what it does to which object, how risky that is, when it counts as helped, and the exact diff. */
import type { RemediationPlan } from '../../crds/kinds.ts';
import type { Check, Criterion } from '../../crds/remediationPlan.ts';
import { hasEnded } from '../../domain/plan.ts';
import { duration, moment } from '../../text/age.ts';
import { colouredDiff } from '../../text/diff.ts';
import { cut, indented } from '../../text/layout.ts';
import { type Page, paragraph, rows, section } from '../../text/page.ts';
import { oneLine } from '../../text/plain.ts';
import { ofRisk, type Style } from '../../text/style.ts';
import { actionText } from '../action.ts';

/** What the API server keeps of a diff. */
const DIFF_LIMIT = 24_576;

export function planPage(plan: RemediationPlan, page: Page): readonly string[] {
  const { status = {} } = plan;
  return [
    ...planSummary(plan, page),
    ...diffLines(plan, page),
    ...section(
      page,
      'CHECKS',
      (status.checks ?? []).map((check) => checkLine(check, page)),
    ),
    ...section(
      page,
      'TAKEN BACK',
      status.rollback === undefined ? [] : paragraph(page, `${status.rollback.reason}${commitText(' by commit ', status.rollback.commit)}`),
    ),
    ...section(page, 'APPROVALS', approvalLines(plan, page)),
    ...section(page, 'ALTERNATIVES', alternativeLines(plan, page)),
    ...nextStep(plan, page),
  ];
}

export function planSummary({ metadata, spec, status = {} }: RemediationPlan, page: Page): readonly string[] {
  const { style } = page;
  const { risk, blastRadius, owner, policy } = status;
  const level = risk === undefined ? '' : ` · risk ${ofRisk(style, risk.level)(risk.level)}`;
  return [
    `${style.bold(`Plan ${metadata.name}`)}  ${status.phase ?? 'Pending'}${level} · ${spec.confidence} % sure`,
    ...indented(paragraph(page, spec.summary), 2),
    '',
    ...indented(
      rows(page, [
        ['Does', spec.actions.map(actionText).join('; ')],
        ['Where', whereText(spec, owner)],
        ['Risk', risk?.reasons.join('; ')],
        [
          'Reaches',
          blastRadius === undefined
            ? undefined
            : `${counted(blastRadius.workloads, 'workload')}, ${counted(blastRadius.pods, 'pod')}: ${blastRadius.summary}`,
        ],
        [
          'Helped if',
          `${spec.successCriteria.map(criterionText).join(', ')}, and for ${duration(policy?.soakSeconds ?? spec.soakSeconds)} on`,
        ],
        ['Unverified', spec.notVerified?.map(({ what, why }) => `${what}: ${why}`).join('; ')],
        ['Taken back', takenBackText(spec)],
        [
          'Policy',
          policy === undefined ? undefined : `${policy.decision}${policy.name === '' ? '' : ` by ${policy.name}`}: ${policy.reason}`,
        ],
        ['People did', status.suggestion?.message],
        ['Leaves', leavesText(status)],
        ['Expires', moment(spec.expiresAt)],
        ['Pull request', status.pullRequest?.url],
        ['Commit', commitText('', status.commit)],
        [
          'Waiting on',
          status.waitingOn === undefined
            ? undefined
            : [status.waitingOn.who, status.waitingOn.detail].filter((part) => part !== undefined).join(': '),
        ],
        ['Ended', endText(status)],
        ['Digest', status.digest],
      ]),
      2,
    ),
  ];
}

/** How it ended, where its summary does not say so already. */
function endText({ conditions = [] }: NonNullable<RemediationPlan['status']>): string | undefined {
  const ended = conditions.find(({ type, status }) => type === 'Succeeded' && status === 'False');
  return ended === undefined ? undefined : oneLine(ended.message);
}

function changeLine(
  { object, path, before, after }: NonNullable<NonNullable<RemediationPlan['status']>['renderedDiff']>[number],
  { width }: Page,
): string {
  const what = path === '' ? object : `${object} ${path}`;
  return cut(
    oneLine(
      after === undefined && path === ''
        ? `${what} is deleted (${before ?? ''})`
        : `${what}: ${before ?? 'not set'} -> ${after ?? 'not set'}`,
    ),
    width - 4,
  );
}

function whereText({ strategy }: RemediationPlan['spec'], owner: NonNullable<RemediationPlan['status']>['owner']): string | undefined {
  if (strategy === 'Direct') return 'through the API server, at once';
  if (owner === undefined) return undefined;
  return `${owner.repository ?? ''} ${owner.ref ?? ''} ${owner.path ?? ''}, by ${strategy === 'PullRequest' ? 'pull request' : 'commit'}, applied by ${owner.engine}`;
}

/** What stays until somebody ends it, and how. */
function leavesText({ leftBehind, proposed, phase }: NonNullable<RemediationPlan['status']>): string | undefined {
  if (leftBehind?.endedAt !== undefined) return `${leftBehind.what}; ended by ${moment(leftBehind.endedAt)}`;
  if (leftBehind !== undefined) return `${leftBehind.what}, until ${leftBehind.owner} ends it: ${leftBehind.end}`;
  return proposed?.leaves === undefined || phase === 'RolledBack'
    ? undefined
    : `${proposed.leaves.what}, until somebody ends it: ${proposed.leaves.end}`;
}

export function diffLines({ status }: RemediationPlan, page: Page): readonly string[] {
  const { diff, renderedDiff = [], owner } = status ?? {};
  if (owner?.engine === 'None' && renderedDiff.length > 0)
    return section(
      page,
      'CHANGES',
      renderedDiff.map((field) => changeLine(field, page)),
    );
  if (diff === undefined || diff === '') return [];
  const isCut = Buffer.byteLength(diff) >= DIFF_LIMIT - 4 && diff.endsWith('…');
  const warning = isCut ? [page.style.yellow('  The diff is longer than this; look at the whole of it before you approve.')] : [];
  return ['', page.style.bold('DIFF'), ...colouredDiff(diff, page.style), ...warning];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** As in "SignalWithin latencyP95 AtMost 0.3 within 15m". */
export function criterionText({ type, withinSeconds, signal, burnRate, query }: Criterion): string {
  const what = [
    signal === undefined ? undefined : `${signal.name} ${signal.comparison} ${signal.level}`,
    burnRate === undefined ? undefined : `${burnRate.objectivePercent} %`,
    query === undefined ? undefined : `${query.name} of ${query.policy}`,
  ].filter((part) => part !== undefined);
  return [type, ...what, 'within', duration(withinSeconds)].join(' ');
}

function takenBackText({ abortCriteria = [], rollback }: RemediationPlan['spec']): string {
  const at = abortCriteria
    .map(({ type, threshold, signal }) => (signal === undefined ? `${type} reaches ${threshold}` : `${type} ${signal}`))
    .join(', ');
  return `${rollback === 'Automatic' ? 'by itself' : 'by a person'} if it did not help${at === '' ? '' : `; at once if ${at}`}`;
}

function checkLine({ name, result, message }: Check, { style, width }: Page): string {
  return `${markOf(result, style)} ${cut(oneLine(`${name}: ${message}`), width - 4)}`;
}

function markOf(result: Check['result'], style: Style): string {
  switch (result) {
    case 'Passed':
      return style.green('✓');
    case 'Failed':
      return style.red('✗');
    case 'Pending':
      return style.yellow('…');
    case 'Inconclusive':
      return style.yellow('?');
    default:
      return result satisfies never;
  }
}

function approvalLines({ status }: RemediationPlan, { style, width }: Page): readonly string[] {
  return (status?.approvals ?? []).map(({ approver, decision, valid, reason }) =>
    cut(`${valid ? style.green('✓') : style.red('✗')} ${oneLine(`${decision} by ${approver}: ${reason}`)}`, width),
  );
}

/** What else could be done, and how a person takes it. */
function alternativeLines(plan: RemediationPlan, page: Page): readonly string[] {
  if (hasEnded(plan) || plan.status?.approvedAt !== undefined) return [];
  const { metadata, spec } = plan;
  return (spec.alternatives ?? []).flatMap(({ action, whyNot, take }) => [
    ...paragraph(page, oneLine(`${take === undefined ? action : actionText(take.action)}: ${whyNot}`)),
    ...(take === undefined ? [] : [`  kubectl sre propose ${metadata.name} -n ${metadata.namespace} --instead ${action}`]),
  ]);
}

export interface NextStep {
  readonly what: string;
  /** Commands, or a link. */
  readonly how: readonly string[];
}

/** What a person can do about it now, and with what; undefined: nobody is asked. */
export function nextStepOf(plan: RemediationPlan): NextStep | undefined {
  const { metadata, status } = plan;
  const isOpen = status?.phase === 'AwaitingApproval' || (status?.waitingOn?.who === 'Person' && status.digest !== undefined);
  if (hasEnded(plan) || !isOpen) return undefined;
  const revert = status?.rollback?.pullRequest?.url;
  if (revert !== undefined) return { what: 'To take the fix back, merge', how: [oneLine(revert)] };
  const { url } = status?.pullRequest ?? {};
  if (url !== undefined) return { what: 'To approve, merge it; to reject, close it with a comment', how: [oneLine(url)] };
  return {
    what: 'Approve or reject',
    how: [
      `kubectl sre approve ${metadata.name} -n ${metadata.namespace}`,
      `kubectl sre reject ${metadata.name} -n ${metadata.namespace} --reason '…'`,
    ],
  };
}

function nextStep(plan: RemediationPlan, page: Page): readonly string[] {
  const step = nextStepOf(plan);
  return step === undefined ? [] : section(page, step.what.toUpperCase(), step.how);
}

function commitText(before: string, commit: { readonly sha: string; readonly ref: string } | undefined): string {
  return commit === undefined ? '' : `${before}${commit.sha.slice(0, 12)} on ${commit.ref}`;
}
