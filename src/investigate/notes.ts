/**
 * What was noted in the window, by people on dashboards and by programs that report what they change, as changes.
 *
 * A note is told and never linked with a finding: it says when, and not which field. It is a workload's if one of its tags names that, as `cart`,
 * `app:cart` or `shop/cart` do; what names none stands in the time line alone. What Grafana's own alerts note is no change. Every text is a stranger's.
 */
import type { Gap } from '../crds/investigation.ts';
import type { CallBudget } from '../sources/budget.ts';
import type { ObservedChange } from '../sources/changes.ts';
import type { Annotation, NotesPort } from '../sources/dashboards.ts';
import { gapOf } from '../sources/gap.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import type { Finding } from './finding.ts';
import { isoTime } from './times.ts';

export interface NotesRun {
  readonly budget: CallBudget;
  readonly signal: AbortSignal;
}

const MOST_OWN_NOTES = 5;
const MOST_OTHER_NOTES = 3;

export async function notesOf(
  ports: readonly NotesPort[],
  { budget, signal }: NotesRun,
  { workloads, window }: Pick<Snapshot, 'workloads' | 'window'>,
  found: readonly Finding[],
): Promise<{ readonly changes: readonly ObservedChange[]; readonly gaps: readonly Gap[] }> {
  const [first] = subjectsOf(workloads, found);
  if (first === undefined) return { changes: [], gaps: [] };
  const answers = await Promise.all(
    ports.map(async (port) => {
      try {
        const notes = await budget.spend(() => port.annotations(window, signal));
        return { changes: changesOf(port, notes, workloads, first), gaps: [] };
      } catch (error) {
        return { changes: [], gaps: [gapOf(port.source, `read the annotations of ${port.name}`, error)] };
      }
    }),
  );
  return { changes: answers.flatMap(({ changes }) => changes), gaps: answers.flatMap(({ gaps }) => gaps) };
}

/** The workloads of an investigation, those that something was found of first, in the order of the findings. */
export function subjectsOf(workloads: readonly Workload[], found: readonly Finding[]): readonly Workload[] {
  const named = found.flatMap(({ object }) => workloads.filter(({ ref }) => objectName(ref) === objectName(object)));
  return [...new Set([...named, ...workloads])];
}

function changesOf(
  { name: port, source }: NotesPort,
  notes: readonly Annotation[],
  workloads: readonly Workload[],
  first: Workload,
): ObservedChange[] {
  const changes = notes
    .filter(({ alertState, text, tags }) => alertState === undefined && (text !== '' || tags.length > 0))
    .map((note): ObservedChange => {
      const about = workloads.find((workload) => note.tags.some((tag) => names(tag, workload)));
      const tagged = note.tags.length === 0 ? '' : ` (tagged ${note.tags.join(', ')})`;
      const until = note.endAt > note.at ? ` until ${isoTime(note.endAt)}` : '';
      return {
        kind: 'Reported',
        key: `note/${port}/${note.at}/${note.text}`,
        at: note.at,
        workload: (about ?? first).ref,
        isGeneral: about === undefined,
        summary: `${note.text}${tagged}`.slice(0, 250),
        author: port,
        source,
        fields: [],
        fieldsKnown: false,
        detail: `${note.text}${tagged}${until}`,
        evidence: `note/${port}/${note.at}/${note.text}`,
      };
    });
  return [
    ...changes.filter(({ isGeneral }) => isGeneral !== true).slice(0, MOST_OWN_NOTES),
    ...changes.filter(({ isGeneral }) => isGeneral === true).slice(0, MOST_OTHER_NOTES),
  ];
}

/** `cart`, `app:cart`, `deployment=cart`, `shop/cart`; not `web/cart` of a cart in `shop`. */
function names(tag: string, { ref, labels }: Workload): boolean {
  const value = tag
    .trim()
    .toLowerCase()
    .replace(/^[\w./-]{1,64}[:=]\s?/u, '');
  const [last = '', before, ...more] = value.split('/').toReversed();
  const own = [ref.name, labels['app.kubernetes.io/name'], labels['app']].some((name) => name?.toLowerCase() === last);
  return own && more.length <= 1 && (before === undefined || before === ref.namespace || before === ref.kind.toLowerCase());
}
