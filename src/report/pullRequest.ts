/**
 * A pull request's title and body, for somebody who reads them on a phone at night: what it is about, how to approve and to reject, what code knows of
 * the plan, what changes, and the report, of which a model's words are the last.
 *
 * Whatever is not a word of ours is escaped or stands in a code block: no link, mention, image, reference or command of the host comes out of it.
 */
import type { InvestigationStatus } from '../crds/investigation.ts';
import type { Action, RemediationPlanSpec, RemediationPlanStatus } from '../crds/remediationPlan.ts';
import { duration, moment } from '../text/age.ts';
import { plain } from '../text/plain.ts';
import { actionText } from './action.ts';
import { clean, objectText, shortened } from './clean.ts';
import { escapeMarkdown } from './escapeMarkdown.ts';
import { renderMarkdown } from './markdown.ts';

export interface ProposedPlan {
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
  readonly spec: RemediationPlanSpec;
  readonly status: RemediationPlanStatus;
}

export interface PullRequestText {
  readonly title: string;
  readonly body: string;
}

/** Hosts show the whole of it beside. */
const LONGEST_DIFF = 6_000;
/** GitHub takes 65,536. */
const LONGEST_REPORT = 50_000;
const MOST_FIELDS = 10;
const LONGEST_TITLE = 120;

/** Of the request that proposes a fix. @param diagnosis what it rests on, where that is still there */
export function pullRequestText(plan: ProposedPlan, diagnosis: InvestigationStatus | undefined): PullRequestText {
  const { spec, status } = plan;
  const parts = [
    escapeMarkdown(clean(spec.summary)),
    howToJudge(spec, status),
    factList(spec, status, diagnosis),
    changeList(status),
    diffBlock(status),
    footer(plan),
    diagnosis === undefined ? '' : renderMarkdown({ status: diagnosis }, { level: 3, most: LONGEST_REPORT }).trimEnd(),
  ];
  return { title: titleOf(spec), body: `${parts.filter((part) => part !== '').join('\n\n')}\n` };
}

/** Of the request that takes a fix back, where the branch takes no push. */
export function revertRequestText(plan: ProposedPlan, reason: string): PullRequestText {
  const { spec, status } = plan;
  const body = [
    '**Merge this to take the fix back.** It did not help, and the branch takes no push. Nothing else is done about it until somebody merges or closes this.',
    `- **Why:** ${escapeMarkdown(shortened(clean(reason), 500))}\n- **Takes back:** commit ${status.commit?.sha.slice(0, 12) ?? ''}, ${spec.actions.map(actionWords).join('; ')}`,
    footer(plan),
  ];
  return { title: `Take back: ${titleOf(spec)}`, body: `${body.join('\n\n')}\n` };
}

/** A comment of ours, with a mark by which it is found again. */
export function closingComment(reason: string, mark: string): string {
  return `Closed by Agent-SRE: ${escapeMarkdown(shortened(clean(reason), 900))}.\n\nThe branch is left as it is. Merging it now would not count as an approval.\n\n<!-- ${mark} -->\n`;
}

function titleOf({ actions }: RemediationPlanSpec): string {
  const [first] = actions;
  const more = actions.length > 1 ? ` and ${actions.length - 1} more` : '';
  return shortened(
    clean(`Agent-SRE: ${first === undefined ? 'nothing' : actionText({ type: first.type, target: first.target })}${more}`),
    LONGEST_TITLE,
  );
}

function howToJudge({ expiresAt }: RemediationPlanSpec, { policy }: RemediationPlanStatus): string {
  const needed = policy?.approvals ?? 1;
  const others = needed - 1;
  const also =
    others === 0
      ? ''
      : ` It takes ${needed} different people: before that, ${others === 1 ? 'another' : `${others} others`} of them has to approve it in a review.`;
  return [
    `- **To approve, merge this.**${also} Only people whom the cluster’s administrators have listed count.`,
    '- **To reject, close it**, with a comment that says why.',
    `- Commits that are pushed to this branch void it. It stays open until ${moment(expiresAt)}.`,
  ].join('\n');
}

function factList(
  spec: RemediationPlanSpec,
  { risk, blastRadius, owner }: RemediationPlanStatus,
  diagnosis: InvestigationStatus | undefined,
): string {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Because of', causeText(spec, diagnosis)],
    ['Does', spec.actions.map(actionWords).join('; ')],
    [
      'Risk',
      risk === undefined
        ? undefined
        : escapeMarkdown(clean([risk.level, risk.reasons.join('; ')].filter((part) => part !== '').join(': '))),
    ],
    ['Reaches', blastRadius === undefined ? undefined : escapeMarkdown(clean(blastRadius.summary))],
    ['Applied by', owner === undefined ? undefined : owner.engine],
    [
      'Helped if',
      `${spec.successCriteria.map(({ type, withinSeconds }) => `${type} within ${duration(withinSeconds)}`).join(', ')}, and for ${duration(spec.soakSeconds)} on`,
    ],
    ['If not', spec.rollback === 'Automatic' ? 'it is taken back by a new commit' : 'a person has to take it back'],
  ];
  const lines = facts.flatMap(([label, text]) => (text === undefined || text === '' ? [] : [`- **${label}:** ${text}`]));
  return ['### In short', lines.join('\n')].join('\n\n');
}

/** What it comes to in half a line; the report has the whole. */
function causeText({ confidence }: RemediationPlanSpec, diagnosis: InvestigationStatus | undefined): string {
  const cause = diagnosis?.rootCause;
  return cause === undefined
    ? `a cause of which we are ${confidence} % sure`
    : `${cause.reason} of ${escapeMarkdown(objectText(cause.object))}, ${confidence} % sure`;
}

const actionWords = (action: Action): string => escapeMarkdown(clean(actionText(action)));

function changeList({ renderedDiff = [] }: RemediationPlanStatus): string {
  if (renderedDiff.length === 0) return '';
  const value = (text: string | undefined): string => (text === undefined ? 'nothing' : `“${escapeMarkdown(shortened(clean(text), 80))}”`);
  const lines = renderedDiff
    .slice(0, MOST_FIELDS)
    .map(({ object, path, before, after }) => `- ${escapeMarkdown(clean(`${object} ${path}`))}: ${value(before)} → ${value(after)}`);
  const more = renderedDiff.length - MOST_FIELDS;
  return ['### What changes in the cluster', [...lines, ...(more > 0 ? [`- and ${more} more fields`] : [])].join('\n')].join('\n\n');
}

/** Longer than any run of backticks in it, the fence can't be closed from inside. */
function diffBlock({ diff = '' }: RemediationPlanStatus): string {
  if (diff === '') return '';
  const shown = plain(shortened(diff, LONGEST_DIFF)).toWellFormed();
  const longest = Math.max(0, ...[...shown.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  const cut = diff.length > LONGEST_DIFF ? '\n\nThe diff is longer than this; the host shows all of it.' : '';
  return `<details><summary>Diff</summary>\n\n${fence}diff\n${shown.trimEnd()}\n${fence}${cut}\n\n</details>`;
}

function footer({ metadata: { name, namespace = '' }, status }: ProposedPlan): string {
  return `RemediationPlan \`${namespace}/${name}\`, digest \`${status.digest?.slice(0, 19) ?? ''}…\`. All of it: \`kubectl sre show ${name} -n ${namespace}\``;
}
