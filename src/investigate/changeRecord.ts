/** Changes that are no commit to what is deployed, as evidence: what was asked, and what it says. A rollout is told by its workload's history. */
import type { ObservedChange } from '../sources/changes.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { EvidenceRecord } from './evidence.ts';
import { quote } from './quote.ts';
import { isoTime } from './times.ts';

export function changeRecord({
  kind,
  evidence,
  summary,
  workload,
  at,
  author,
  fields,
  detail,
  commit = '',
  repository = '',
  source,
}: ObservedChange): EvidenceRecord[] {
  if (kind === 'Rollout' || kind === 'GitCommit') return [];
  const isSource = kind === 'SourceCommit';
  const isNote = kind === 'Reported';
  const query = {
    Reported: `notes of ${author ?? 'a source'}`,
    Edit: `managed fields of ${objectName(workload)}`,
    Delivery: `what was synced to ${objectName(workload)}`,
  };
  const content = JSON.stringify({ at: isoTime(at), author, fields, detail: detail === '' ? undefined : detail }, undefined, 2);
  return [
    {
      key: evidence,
      source: isSource ? 'git' : (source ?? 'kubernetes'),
      query: isSource ? `commit ${commit} of ${repository}` : query[kind],
      summary: `${isNote ? quote(summary, 200) : summary}, ${isoTime(at)}`,
      mediaType: 'application/json',
      content,
    },
  ];
}
