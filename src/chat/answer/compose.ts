/** An answer from what was looked up, without a model: what each tool says, with the evidence that it is. Nothing is said that none of them says. Pure. */
import { cut } from '../../text/layout.ts';
import type { IntentKind } from '../words/intent.ts';
import type { Looked } from './lookups.ts';
import { metricText } from './metric.ts';
import type { Topic } from './understand.ts';
import { whyText } from './why.ts';

/** Asked for to be seen as it is: a model would only retell it, and lose some. */
export const SHOWN: ReadonlySet<IntentKind> = new Set(['logs', 'query', 'incidents', 'plans', 'plan', 'pods', 'list', 'describe']);

const LONGEST_PART = 4_000;
const LONGEST_LINE = 600;

export function compose({ intent }: Pick<Topic, 'intent'>, looked: readonly Looked[]): string {
  const { kind, words } = intent;
  const seen = looked.filter(({ outcome }) => outcome === 'seen');
  const incident = seen.findLast(({ tool }) => tool === 'get_incident');
  const refused = looked.filter(({ outcome }) => outcome === 'refused').map(({ id, text }) => `I could not see this: ${text} [${id}]`);
  const why = kind === 'why' && incident !== undefined ? whyText(incident) : undefined;
  if (why !== undefined) return [why, ...refused].join('\n\n');
  const metric = kind === 'metric' ? metricText(words, seen) : undefined;
  const lead = kind === 'who' ? whoLines(incident) : metric === undefined ? [] : [metric];
  const told = seen
    .filter(
      (one) => !isSaid(kind, one, seen) && !(lead.length > 0 && one.tool === (kind === 'who' ? 'get_incident' : 'check_golden_signals')),
    )
    .toSorted((a, b) => rankOf(kind, a.tool) - rankOf(kind, b.tool))
    .map(partOf);
  const parts = [...lead, ...told, ...refused];
  if (looked.length === 0) parts.push('There is nothing here to look that up with: the tools for it are not part of this installation.');
  return parts.join('\n\n');
}

/** The diagnosis comes before what it was found by. */
const rankOf = (kind: string, tool: string): number => (kind === 'why' && tool === 'get_incident' ? 0 : 1);

/** What says nothing beyond the rest: that all connections answer, and a list of the one Incident that is told whole. */
function isSaid(kind: string, { tool, data }: Looked, all: readonly Looked[]): boolean {
  if (tool === 'health_check') return data['status'] === 'ok';
  return (
    tool === 'list_incidents' && (kind === 'why' || kind === 'who') && data['total'] === 1 && all.some((one) => one.tool === 'get_incident')
  );
}

/** The id stands behind the first line, where what it says begins. */
function partOf({ id, text }: Looked): string {
  const shown = text.length <= LONGEST_PART ? text : `${text.slice(0, text.lastIndexOf('\n', LONGEST_PART) || LONGEST_PART)}\n… (cut)`;
  const [first = '', ...rest] = shown
    .trim()
    .split('\n')
    .map((line) => cut(line, LONGEST_LINE));
  return [`${first} [${id}]`, ...rest].join('\n');
}

function whoLines(incident: Looked | undefined): readonly string[] {
  if (incident === undefined) return [];
  const { name, acknowledgedBy, waitingOn } = incident.data as {
    name?: string;
    acknowledgedBy?: string;
    waitingOn?: { who?: string; detail?: string };
  };
  const on = acknowledgedBy === undefined ? `Nobody has acknowledged ${name}.` : `${acknowledgedBy} looks after ${name}.`;
  const waiting =
    waitingOn?.who === undefined ? '' : ` It waits for ${waitingOn.who}${waitingOn.detail === undefined ? '' : `: ${waitingOn.detail}`}.`;
  return [`${on}${waiting} [${incident.id}]`];
}
