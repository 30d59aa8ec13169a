/** The sentence that names a cause: what is wrong, and which change brought it about, with author, time and fields. */
import type { FieldChange, ObservedChange } from '../sources/changes.ts';
import type { Link } from './correlate.ts';
import { shortPath } from './fields.ts';
import { quote, quoteUnlessToken } from './quote.ts';
import type { Ranked } from './rank.ts';
import { spokenTime } from './times.ts';

export function statementOf({ finding, links }: Ranked): string {
  const [link] = links;
  return link === undefined ? finding.message : `${finding.message} ${changeSentence(link)}`;
}

/** A direct link is said as a cause; a plausible one as what it is. */
function changeSentence({ change, strength, fields }: Link): string {
  const verb = strength === 'direct' ? 'It follows' : 'It may come from';
  const what = change.kind === 'Rollout' ? `${changeName(change)}, rolled out ${spokenTime(change.at)},` : `${changeName(change)},`;
  return `${verb} ${what} ${didWhat(change)} ${fieldsInWords(fields, change.kind)}.`;
}

const didWhat = ({ place }: ObservedChange): string =>
  place === undefined ? 'which changed' : `which last changed ${place}, named by the stack trace, and came with`;

/** Written long before it took effect is worth saying. */
const LONG_BEFORE_MS = 60_000;

export function changeName({ kind, revision, workload, at, commit = '', summary, author, authoredAt = at }: ObservedChange): string {
  if (kind === 'Rollout') return `revision ${revision ?? ''} of ${workload.name}`;
  if (kind === 'Edit')
    return `an edit of ${workload.kind} ${workload.name} by ${author === undefined ? 'somebody unknown' : quoteUnlessToken(author)} ${spokenTime(at)}`;
  if (kind === 'Delivery') return summary;
  if (kind === 'Reported') return `note ${quote(summary, 160)} in ${author ?? 'a source'}`;
  const written = Math.abs(at - authoredAt) > LONG_BEFORE_MS ? `, written ${spokenTime(authoredAt)}` : '';
  const where = kind === 'SourceCommit' ? ' of the application' : '';
  // whoever commits chooses the name, and three words are enough for an order
  const who = author === undefined ? 'somebody unknown' : quote(author, 120);
  return `commit ${commit.slice(0, 10)}${where} ${quote(summary, 120)} by ${who}${written}`;
}

const MOST_FIELDS = 3;

export function fieldsInWords(fields: readonly FieldChange[], kind: ObservedChange['kind'] = 'GitCommit'): string {
  const words = fields.slice(0, MOST_FIELDS).map(kind === 'Edit' ? fieldOfEdit : fieldInWords);
  const more = fields.length > MOST_FIELDS ? ` and ${fields.length - MOST_FIELDS} more` : '';
  return `${words.join(', ')}${more}`;
}

const fieldName = ({ object, path }: Pick<FieldChange, 'object' | 'path'>): string =>
  object.startsWith('ConfigMap/') || object.startsWith('Secret/') ? `${object} ${path}` : shortPath(path);

function fieldInWords({ object, path, before, after }: FieldChange): string {
  if (path === '') return `${object} (${before === undefined ? 'added' : 'removed'})`;
  const name = fieldName({ object, path });
  if (before === undefined) return `${name} (new: ${quote(after ?? '', 80)})`;
  if (after === undefined) return `${name} (removed; it was ${quote(before, 80)})`;
  return `${name} from ${quote(before, 80)} to ${quote(after, 80)}`;
}

/** What a field was before somebody wrote it is not kept, and of who writes whole objects not even which. */
function fieldOfEdit(field: FieldChange): string {
  const { object, path, before, after } = field;
  if (path === '') return `${object} (which of its fields is not kept)`;
  if (before !== undefined || after === undefined) return fieldInWords(field);
  return `${fieldName(field)} (now ${quote(after, 80)})`;
}
