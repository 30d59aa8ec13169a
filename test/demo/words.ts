/** What people see of our objects in the demo: pure functions from an object to lines. */
import type { Investigation, RemediationPlan } from '../../src/crds/kinds.ts';
import type { Check } from '../../src/crds/remediationPlan.ts';
import { cut, type Paint, paintDiff, wrap } from './paint.ts';

const WIDTH = 69;
const EVIDENCE_SHOWN = 6;

/** The root cause and the evidence that it cites. */
export function diagnosisLines(paint: Paint, { status }: Investigation): readonly string[] {
  const { rootCause, evidence = [], changes = [], report, gaps = [] } = status ?? {};
  if (rootCause === undefined) return wrap(report?.rootCause ?? 'The cause could not be found.', WIDTH);
  const change = changes.find(({ id }) => id === rootCause.change);
  const cited = evidence.filter(({ id }) => rootCause.evidence.includes(id)).slice(0, EVIDENCE_SHOWN);
  return [
    ...wrap(rootCause.statement, WIDTH).map((line) => paint('bold', line)),
    `${rootCause.reason}, ${rootCause.confidence} % sure${change === undefined ? '; no recent change is to blame' : ''}`,
    ...(change === undefined ? [] : [paint('magenta', cut(changeInBrief(change), WIDTH))]),
    ...cited.map(({ id, source, summary }) => paint('cyan', id.padEnd(4)) + cut(`${source}: ${summary}`, WIDTH - 4)),
    ...gaps.map(({ source, message }) => paint('yellow', cut(`could not see ${source}: ${message}`, WIDTH))),
  ];
}

type Change = NonNullable<NonNullable<Investigation['status']>['changes']>[number];

function changeInBrief({ id, kind, commit, author, at, summary }: Change): string {
  const what = kind === 'GitCommit' ? `${commit?.slice(0, 7)} by ${author}` : kind;
  return `${id.padEnd(4)}${what}, ${at.slice(0, 19).replace('T', ' ')} UTC: ${summary}`;
}

/** What would be done, how much could go wrong, and how one would know. */
export function planLines(paint: Paint, { spec, status }: RemediationPlan): readonly string[] {
  const criteria = spec.successCriteria.map(({ type }) => type).join(', ');
  const aborts = (spec.abortCriteria ?? []).map(({ type, threshold }) => `${type} ${threshold}`).join(', ');
  return [
    ...wrap(spec.summary, WIDTH).map((line) => paint('bold', line)),
    ...wrap(`risk ${status?.risk?.level}: ${status?.risk?.reasons.join('; ')}`, WIDTH),
    ...wrap(`has helped if, for ${spec.soakSeconds} s: ${criteria}`, WIDTH),
    ...(aborts === '' ? [] : wrap(`is taken back at: ${aborts}`, WIDTH)),
  ];
}

/** What exactly would be written to Git, and the digest that an approval covers. */
export function diffLines(paint: Paint, { status }: RemediationPlan): readonly string[] {
  return ['', ...paintDiff(paint, status?.diff ?? ''), '', paint('dim', status?.digest ?? ''), ''];
}

const SIGNS = { Passed: ['green', '✔'], Failed: ['red', '✘'], Pending: ['yellow', '…'], Inconclusive: ['yellow', '?'] } as const;

export function checkLines(paint: Paint, checks: readonly Check[]): readonly string[] {
  return checks.map(({ name, result, message }) => {
    const [colour, sign] = SIGNS[result];
    return `${paint(colour, sign)} ${cut(`${name}: ${message}`, WIDTH - 2)}`;
  });
}

/** How far the checks are, in few words: for a line that lives. */
export function checksInBrief(checks: readonly Check[] | undefined): string {
  const open = (checks ?? []).filter(({ result }) => result !== 'Passed').map(({ name }) => name.split(' ', 1)[0]);
  if (checks === undefined || checks.length === 0) return '';
  return open.length === 0 ? 'all hold' : `not yet: ${open.join(', ')}`;
}
