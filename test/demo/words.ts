/** What people see of our objects in the demo: pure functions from an object to lines. */
import type { Investigation, RemediationPlan } from '../../src/crds/kinds.ts';
import type { Check } from '../../src/crds/remediationPlan.ts';
import { cut, type Paint, paintDiff, wrap } from './paint.ts';

const WIDTH = 70;
const EVIDENCE_SHOWN = 6;

/** The root cause, the change behind it, and the evidence that it cites. */
export function diagnosisLines(paint: Paint, { status }: Investigation): readonly string[] {
  const { rootCause, evidence = [], changes = [], report, gaps = [] } = status ?? {};
  if (rootCause === undefined) return wrap(report?.rootCause ?? 'The cause could not be found.', WIDTH);
  const change = changes.find(({ id }) => id === rootCause.change);
  const cited = evidence.filter(({ id }) => rootCause.evidence.includes(id));
  return [
    ...wrap(rootCause.statement, WIDTH).map((line) => paint('bold', line)),
    paint('dim', `${rootCause.reason}, ${rootCause.confidence} % sure`),
    ...(change === undefined ? [paint('dim', 'no recent change is to blame')] : changeLines(paint, change)),
    ...cited
      .slice(0, EVIDENCE_SHOWN)
      .map(({ id, source, summary }) => paint('cyan', id.padEnd(4)) + cut(`${source}: ${summary}`, WIDTH - 4)),
    ...gaps.map(({ source, message }) => paint('yellow', cut(`could not see ${source}: ${message}`, WIDTH))),
  ];
}

type Change = NonNullable<NonNullable<Investigation['status']>['changes']>[number];

function changeLines(paint: Paint, { kind, commit, author, at, summary, fields = [] }: Change): readonly string[] {
  const what = kind === 'GitCommit' ? `commit ${commit?.slice(0, 7)} of ${author}, ${at}` : `${kind}, ${at}`;
  return [
    paint('magenta', cut(what, WIDTH)),
    cut(`  ${summary}`, WIDTH),
    ...fields
      .slice(0, 3)
      .flatMap(({ path, before = '(none)', after = '(none)' }) => [
        cut(`  ${path}`, WIDTH),
        `    ${paint('red', before)} → ${paint('green', after)}`,
      ]),
  ];
}

/** What would be done, how much could go wrong, how one would know, and the exact diff. */
export function planLines(paint: Paint, { spec, status }: RemediationPlan): readonly string[] {
  const criteria = spec.successCriteria.map(({ type, withinSeconds }) => `${type} within ${withinSeconds} s`).join(', ');
  const aborts = (spec.abortCriteria ?? []).map(({ type, threshold }) => `${type} ${threshold}`).join(', ');
  return [
    ...wrap(spec.summary, WIDTH).map((line) => paint('bold', line)),
    `risk ${status?.risk?.level}; reaches ${status?.blastRadius?.summary}`,
    ...wrap(`counts as helped: ${criteria}, for ${spec.soakSeconds} s`, WIDTH),
    ...(aborts === '' ? [] : wrap(`taken back at once: ${aborts}`, WIDTH)),
    '',
    ...paintDiff(paint, status?.diff ?? ''),
    '',
    paint('dim', `digest ${status?.digest}`),
  ];
}

const SIGNS = { Passed: ['green', '✔'], Failed: ['red', '✘'], Pending: ['yellow', '…'], Inconclusive: ['yellow', '?'] } as const;

export function checkLines(paint: Paint, checks: readonly Check[]): readonly string[] {
  return checks.map(({ name, result, message }) => {
    const [colour, sign] = SIGNS[result];
    return `${paint(colour, sign)} ${cut(`${name}: ${message}`, WIDTH - 2)}`;
  });
}

/** The checks in few words, for a line that lives. */
export function checksInBrief(checks: readonly Check[] | undefined): string {
  return (checks ?? []).map(({ name, result }) => `${SIGNS[result][1]} ${name.replace(/[^A-Za-z].*$/u, '')}`).join('  ');
}
