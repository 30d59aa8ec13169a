/** What an Investigation does in somebody's name, and what it spends, as entries of the audit. */
import type { NewEntry } from '../../audit/entry.ts';
import type { InvestigationStatus } from '../../crds/investigation.ts';
import type { Investigation } from '../../crds/kinds.ts';

type Of = Pick<Investigation, 'metadata'>;

const subjectOf = ({ metadata: { name, namespace, uid } }: Of): NonNullable<NewEntry['subject']> => ({
  kind: 'Investigation',
  ...(namespace === undefined ? {} : { namespace }),
  name,
  uid,
});

/** Of reading pods and their logs on a person's behalf: before it is done, and where it is refused. */
export function readEntry(of: Of, who: string, outcome: 'Intended' | 'Refused', message: string): NewEntry {
  const key = `${of.metadata.uid}/read/${outcome}`;
  return { key, event: outcome === 'Refused' ? 'ReadRefused' : 'ReadForSomebody', outcome, who, subject: subjectOf(of), message };
}

export function auditOf(of: Of, { usage, completedAt }: InvestigationStatus): readonly NewEntry[] {
  if (completedAt === undefined || usage === undefined || usage.tokens === 0) return [];
  const detail = { tokens: String(usage.tokens), moneyMicros: String(usage.moneyMicros), toolCalls: String(usage.toolCalls) };
  const message = `a language model was asked: ${usage.tokens} tokens`;
  return [
    { key: `${of.metadata.uid}/model`, event: 'ModelAsked', outcome: 'Noted', who: 'agent-sre', subject: subjectOf(of), message, detail },
  ];
}
