/**
 * Why a cause is named: the finding that it rests on, the change that brought it about, the evidence of both, and what weakens it. Pure.
 *
 * It is what the Investigation says, put in order; nothing is concluded here.
 */
import type { Change, EvidenceItem, Finding, Gap, InvestigationStatus, RootCause } from '../crds/investigation.ts';
import { clean } from './clean.ts';

export interface Rival {
  readonly statement: string;
  /** In percent. */
  readonly confidence: number;
}

export interface CausalChain {
  readonly outcome: InvestigationStatus['outcome'];
  /** Absent where no cause could be named. */
  readonly rootCause?: RootCause | undefined;
  readonly finding?: Finding | undefined;
  readonly change?: Change | undefined;
  /** What the cause, its finding and its change cite. */
  readonly evidence: readonly EvidenceItem[];
  /** What speaks against it, and a fix that rested on it and did not help. */
  readonly contradicts: readonly string[];
  readonly gaps: readonly Gap[];
  /** What else rules hold possible, the likeliest first. */
  readonly rivals: readonly Rival[];
  /** What makes it as sure as it is, a sentence each. */
  readonly confidence: readonly string[];
}

type Parts = Omit<CausalChain, 'confidence'>;

export function causalChain(status: InvestigationStatus): CausalChain {
  const { outcome, rootCause, findings = [], changes = [], hypotheses = [], gaps = [] } = status;
  const finding = findings.find(({ id }) => id === rootCause?.finding);
  const change = changes.find(({ id }) => id === rootCause?.change);
  const ruled = hypotheses.filter(({ source }) => source !== 'model');
  const own = ruled.find(({ supports }) => finding !== undefined && supports.includes(finding.id));
  const cited = new Set([...(rootCause?.evidence ?? []), ...(finding?.evidence ?? []), ...(change?.evidence ?? [])]);
  const parts: Parts = {
    outcome,
    rootCause,
    finding,
    change,
    evidence: (status.evidence ?? []).filter(({ id }) => cited.has(id)),
    contradicts: [...(own?.contradicts ?? []).map((id) => saidBy(status, id)), ...refuted(status)],
    gaps,
    rivals: ruled.filter((one) => one !== own).map(({ statement, confidence }) => ({ statement: clean(statement), confidence })),
  };
  return { ...parts, confidence: reasonsOf(parts) };
}

/** `f2: Deployment checkout has 1 of 2 new pods ready.` */
function saidBy({ findings = [], changes = [], evidence = [] }: InvestigationStatus, id: string): string {
  const said =
    findings.find((one) => one.id === id)?.message ??
    changes.find((one) => one.id === id)?.summary ??
    evidence.find((one) => one.id === id)?.summary;
  return clean(said === undefined ? id : `${id}: ${said}`);
}

const refuted = ({ refuted: by }: InvestigationStatus): readonly string[] =>
  by === undefined ? [] : [clean(`${by.planRef.name} rested on this and did not help: ${by.reason}`)];

function reasonsOf({ rootCause, finding, change, evidence, contradicts, gaps, rivals }: Parts): readonly string[] {
  if (rootCause === undefined) return [];
  const kinds = [...new Set(evidence.map(({ source, query }) => clean(`${source} ${query.split(/\s/u)[0] ?? ''}`)))];
  const [rival] = rivals;
  return [
    finding === undefined ? 'The finding that it rests on is not kept any more.' : `The rule ${clean(finding.analyzer)} found it.`,
    evidence.length === 0
      ? 'No piece of its evidence is kept any more.'
      : `It is seen in ${evidence.length} ${evidence.length === 1 ? 'piece' : 'pieces'} of evidence (${kinds.join(', ')}).`,
    change === undefined
      ? 'No change is known that brought it about, which would have made it surer.'
      : `A change is known that came before it and fits it: ${change.id}.`,
    rival === undefined
      ? 'Nothing else was found that could be the cause.'
      : `The next likeliest is ${rival.confidence} %: ${rival.statement}`,
    contradicts.length === 0 ? 'Nothing that was seen speaks against it.' : 'It is less sure for what speaks against it.',
    ...(gaps.length === 0 ? [] : ['What could not be seen might say otherwise.']),
  ];
}
