/** What an Investigation has come to, for programs: the cause with its citations, what was found and changed, and what could not be seen. */
import { z } from 'zod';
import type { Investigation } from '../../crds/kinds.ts';
import { oneLine } from '../../text/plain.ts';
import { objectText, when } from './shapes.ts';

const cites = z.array(z.string()).describe('Ids of evidence.');

export const diagnosis = z.object({
  investigation: z.string().describe('For get_investigation.'),
  phase: z.string().describe('Pending, Gathering, Analysing, Succeeded or Failed.'),
  outcome: z.string().optional().describe('RootCauseFound, Unresolved or NothingWrong; absent while it is under way.'),
  refuted: z.string().optional().describe('Why it is taken to be wrong: a fix that rested on it did not help.'),
  rootCause: z
    .object({ reason: z.string(), object: z.string(), statement: z.string(), confidence: z.int().describe('In percent.'), evidence: cites })
    .optional(),
  impact: z.string().optional(),
  immediateActions: z.array(z.string()),
  findings: z.array(z.object({ id: z.string(), reason: z.string(), object: z.string(), message: z.string(), evidence: cites })),
  changes: z
    .array(
      z.object({
        id: z.string(),
        kind: z.string(),
        at: z.string(),
        summary: z.string(),
        author: z.string().optional(),
        repository: z.string().optional(),
        commit: z.string().optional(),
      }),
    )
    .describe('What changed before it, the likeliest cause first.'),
  evidence: z.array(
    z.object({ id: z.string(), source: z.string(), summary: z.string(), digest: z.string().optional().describe('For get_evidence.') }),
  ),
  gaps: z.array(z.object({ source: z.string(), reason: z.string(), message: z.string() })).describe('What could not be seen.'),
  completed: when('When it was done'),
});
export type Diagnosis = z.input<typeof diagnosis>;

const MOST = 10;
const MOST_EVIDENCE = 30;

export function diagnosisOf({ metadata, status = {} }: Investigation): Diagnosis {
  const { rootCause, findings = [], changes = [], evidence = [], gaps = [], report, refuted } = status;
  return {
    investigation: metadata.name,
    phase: status.phase ?? 'Pending',
    ...(status.outcome === undefined ? {} : { outcome: status.outcome }),
    ...(refuted === undefined ? {} : { refuted: oneLine(`${refuted.planRef.name}: ${refuted.reason}`) }),
    ...(rootCause === undefined ? {} : { rootCause: causeOf(rootCause) }),
    ...(report === undefined ? {} : { impact: oneLine(report.impact) }),
    immediateActions: (report?.immediateActions ?? []).slice(0, MOST).map(oneLine),
    findings: findings.slice(0, MOST).map(({ id, reason, object, message, evidence: cited }) => ({
      id,
      reason,
      object: objectText(object),
      message: oneLine(message),
      evidence: cited,
    })),
    changes: changes.slice(0, MOST).map(({ id, kind, at, summary, author, repository, commit }) => ({
      id,
      kind,
      at,
      summary: oneLine(summary),
      ...(author === undefined ? {} : { author: oneLine(author) }),
      ...(repository === undefined ? {} : { repository }),
      ...(commit === undefined ? {} : { commit }),
    })),
    evidence: evidence
      .slice(0, MOST_EVIDENCE)
      .map(({ id, source, summary, digest }) => ({ id, source, summary: oneLine(summary), ...(digest === undefined ? {} : { digest }) })),
    gaps: gaps.slice(0, MOST).map(({ source, reason, message }) => ({ source, reason, message: oneLine(message) })),
    ...(status.completedAt === undefined ? {} : { completed: status.completedAt }),
  };
}

function causeOf({
  reason,
  object,
  statement,
  confidence,
  evidence,
}: NonNullable<NonNullable<Investigation['status']>['rootCause']>): NonNullable<Diagnosis['rootCause']> {
  return { reason, object: objectText(object), statement: oneLine(statement), confidence, evidence };
}
