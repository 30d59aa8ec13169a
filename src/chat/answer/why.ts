/** Why something fails, in few lines: the cause that a diagnosis names, what changed, what to do, and the plan that waits. Of the answer of `get_incident`. Pure. */
import type { Looked } from './lookups.ts';

interface Told {
  readonly name?: string;
  readonly phase?: string;
  readonly waitingOn?: { readonly who?: string; readonly detail?: string };
  readonly diagnosis?: {
    readonly outcome?: string;
    readonly refuted?: string;
    readonly impact?: string;
    readonly rootCause?: { readonly statement?: string; readonly confidence?: number };
    readonly immediateActions?: readonly string[];
    readonly changes?: readonly { readonly summary?: string; readonly at?: string }[];
  };
  readonly currentPlan?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly phase?: string;
    readonly risk?: string;
    readonly does?: readonly string[];
  };
}

/** Undefined while no diagnosis names a cause. */
export function whyText({ id, data }: Looked): string | undefined {
  const told: Told = data;
  const { statement, confidence } = told.diagnosis?.rootCause ?? {};
  if (statement === undefined) return undefined;
  return [
    `${statement} [${id}]`,
    ...said(confidence, (percent) => `That is ${percent} % sure.`),
    ...diagnosisLines(told.diagnosis),
    ...planLines(told.currentPlan),
    '',
    `Incident ${told.name} is ${told.phase}${waitsFor(told)}. Ask “show ${told.name}” for the whole diagnosis with its evidence.`,
  ].join('\n');
}

const said = <T>(value: T | undefined, words: (value: T) => string): readonly string[] => (value === undefined ? [] : [words(value)]);

function diagnosisLines({ refuted, impact, changes = [], immediateActions = [] }: NonNullable<Told['diagnosis']> = {}): readonly string[] {
  const [change] = changes;
  return [
    ...said(refuted, (why) => `It may be wrong: ${why}.`),
    ...said(impact, (what) => `Impact: ${what}`),
    ...said(change?.summary, (what) => `What changed: ${what}${change?.at === undefined ? '' : `, ${change.at}`}`),
    ...said(immediateActions[0], (what) => `What to do: ${what}`),
  ];
}

function planLines(plan: Told['currentPlan']): readonly string[] {
  if (plan?.name === undefined) return [];
  const does = plan.does?.join('; ') ?? 'a fix';
  const head = `Plan ${plan.name}: ${does}${plan.risk === undefined ? '' : ` (risk ${plan.risk})`}`;
  if (plan.phase !== 'AwaitingApproval') return [`${head}: ${plan.phase}`];
  return [
    `${head}; a person approves it with`,
    `  kubectl sre approve ${plan.name}${plan.namespace === undefined ? '' : ` -n ${plan.namespace}`}`,
  ];
}

const waitsFor = ({ waitingOn }: Told): string =>
  waitingOn?.who === undefined || waitingOn.who === 'Nobody'
    ? ''
    : ` and waits for ${waitingOn.who}${waitingOn.detail === undefined ? '' : ` (${waitingOn.detail})`}`;
