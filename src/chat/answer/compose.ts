/** An answer from what was looked up, without a model: what each tool says, with the evidence that it is. Nothing is said that none of them says. Pure. */

import type { Looked } from './lookups.ts';
import { metricText } from './metric.ts';
import type { Topic } from './understand.ts';

const LONGEST_PART = 4_000;

export function compose({ intent }: Pick<Topic, 'intent'>, looked: readonly Looked[]): string {
  const seen = looked.filter(({ outcome, tool, data }) => outcome === 'seen' && !(tool === 'health_check' && data['status'] === 'ok'));
  const refused = looked.filter(({ outcome }) => outcome === 'refused');
  const metric = intent.kind === 'metric' ? metricText(intent.words, seen) : undefined;
  const lead = intent.kind === 'who' ? whoLines(seen) : metric === undefined ? [] : [metric];
  const parts = [
    ...lead,
    ...seen
      .filter(({ tool }) => metric === undefined || tool !== 'check_golden_signals')
      .toSorted((a, b) => rankOf(intent.kind, a.tool) - rankOf(intent.kind, b.tool))
      .map(partOf),
    ...refused.map(({ id, text }) => `I could not see this: ${text} [${id}]`),
  ];
  if (looked.length === 0) parts.push('There is nothing here to look that up with: the tools for it are not part of this installation.');
  return parts.join('\n\n');
}

/** The diagnosis comes before what it was found by. */
const rankOf = (kind: string, tool: string): number => (kind === 'why' && tool === 'get_incident' ? 0 : 1);

/** The id stands behind the first line, where what it says begins. */
function partOf({ id, text }: Looked): string {
  const shown = text.length <= LONGEST_PART ? text : `${text.slice(0, text.lastIndexOf('\n', LONGEST_PART) || LONGEST_PART)}\n… (cut)`;
  const [first = '', ...rest] = shown.trim().split('\n');
  return [`${first} [${id}]`, ...rest].join('\n');
}

function whoLines(seen: readonly Looked[]): readonly string[] {
  const incident = seen.findLast(({ tool }) => tool === 'get_incident');
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
