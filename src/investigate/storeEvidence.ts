/** Stores what a conclusion cites, by digest, and says where each piece can be read. A piece that could not be stored is a gap. */
import type { EvidenceItem, Gap } from '../crds/investigation.ts';
import type { Investigation } from '../crds/kinds.ts';
import { type GapReason, gapOf, mergeGaps } from '../sources/gap.ts';
import { bounded } from './bound.ts';
import type { Conclusion } from './conclude.ts';
import type { EvidenceRecord } from './evidence.ts';
import type { InvestigationResult } from './result.ts';

/** The least that is asked of an evidence store. */
export interface EvidenceSink {
  put(item: {
    readonly investigation: { readonly namespace: string; readonly name: string; readonly uid: string };
    readonly source: string;
    readonly query: string;
    readonly mediaType: string;
    readonly content: string;
  }): Promise<Put>;
}

type Put =
  | { readonly outcome: 'stored'; readonly digest: string; readonly uri: string }
  | { readonly outcome: 'refused'; readonly reason: string; readonly message: string };

export async function storeEvidence(
  sink: EvidenceSink,
  investigation: Investigation,
  { result, records }: Conclusion,
  signal: AbortSignal,
): Promise<InvestigationResult> {
  const { name, namespace = '', uid } = investigation.metadata;
  const gaps: Gap[] = [];
  const evidence: EvidenceItem[] = [];
  for (const item of result.evidence) {
    const record = records.get(item.id);
    const put = record === undefined ? undefined : await attempt(sink, { namespace, name, uid }, record, signal);
    if (put?.outcome === 'stored') evidence.push({ ...item, digest: put.digest, uri: put.uri });
    else evidence.push(item);
    if (put?.outcome === 'refused') gaps.push({ source: 'evidence', reason: put.gap, message: `store ${item.id}: ${put.message}` });
  }
  return bounded({ ...result, evidence, gaps: mergeGaps([...result.gaps, ...gaps]) });
}

type Attempt =
  | { readonly outcome: 'stored'; readonly digest: string; readonly uri: string }
  | { readonly outcome: 'refused'; readonly gap: GapReason; readonly message: string };

async function attempt(
  sink: EvidenceSink,
  investigation: { readonly namespace: string; readonly name: string; readonly uid: string },
  { source, query, mediaType, content }: EvidenceRecord,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    signal.throwIfAborted();
    const put = await sink.put({ investigation, source, query, mediaType, content });
    if (put.outcome === 'stored') return put;
    return { outcome: 'refused', gap: put.reason === 'BudgetExceeded' ? 'TooLarge' : 'Unavailable', message: put.message };
  } catch (error) {
    const { reason, message } = gapOf('evidence', 'put', error);
    return { outcome: 'refused', gap: reason, message };
  }
}
