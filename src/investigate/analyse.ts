/** Runs the analyzers over a snapshot, and joins what several pods of a workload show into one finding. */

import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import { analyzers as all } from './analyzers/all.ts';
import type { Analyzer, Finding } from './finding.ts';

export interface AnalyserError {
  readonly analyzer: string;
  readonly error: unknown;
}

export interface Analysis {
  readonly findings: readonly Finding[];
  /** An analyzer that broke has seen nothing, which is not the same as nothing being wrong. */
  readonly errors: readonly AnalyserError[];
}

export function analyse(snapshot: Snapshot, analyzers: readonly Analyzer[] = all): Analysis {
  const errors: AnalyserError[] = [];
  const found = analyzers.flatMap((analyzer) => {
    try {
      return [...analyzer.find(snapshot)].map(dated);
    } catch (error) {
      errors.push({ analyzer: analyzer.name, error });
      return [];
    }
  });
  return { findings: merge(found), errors };
}

/** Objects of a snapshot that was rebuilt from text have no times; nothing began in 1970. */
const dated = (finding: Finding): Finding => (finding.since === 0 ? { ...finding, since: undefined } : finding);

function merge(found: readonly Finding[]): Finding[] {
  const groups = Map.groupBy(found, ({ reason, object, detail = '' }) =>
    [reason, objectName(object), object.container ?? '', detail].join('\n'),
  );
  return [...groups.values()].map(joined);
}

function joined(same: readonly Finding[]): Finding {
  const [first, ...others] = same as readonly [Finding, ...Finding[]];
  if (others.length === 0) return first;
  const pods = [...new Set(same.flatMap((finding) => finding.pods))];
  const since = same.flatMap((finding) => finding.since ?? []);
  const blames = new Map(same.flatMap((finding) => finding.blames ?? []).map((ref) => [objectName(ref), ref]));
  const more = pods.length === 2 ? 'One more pod is' : `${pods.length - 1} more pods are`;
  return {
    ...first,
    message: pods.length > 1 ? `${first.message} ${more} in the same state.` : first.message,
    evidence: [...new Set(same.flatMap((finding) => finding.evidence))],
    pods,
    ...(blames.size > 0 && { blames: [...blames.values()] }),
    since: since.length === 0 ? undefined : Math.min(...since),
  };
}
