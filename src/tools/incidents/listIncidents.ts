/** `list_incidents`: what is wrong now, the most urgent first, in a line or two each. */
import { z } from 'zod';
import type { Incident } from '../../crds/kinds.ts';
import { isOver } from '../../domain/lifeCycle.ts';
import { waitingText, withoutFollowers, worstFirst } from '../../report/pages/incidents.ts';
import { age } from '../../text/age.ts';
import { cut } from '../../text/layout.ts';
import { oneLine } from '../../text/plain.ts';
import { answerOf } from '../answer.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import type { Records } from './records.ts';
import { moreLine, type PageOf, pageOf, selects } from './select.ts';
import { defined, lineOf, objectNames, objectText, paging, selectionInput, severity, waitingOn, when } from './shapes.ts';

const input = z.object({
  state: z
    .enum(['open', 'waiting', 'over', 'all'])
    .default('open')
    .describe('open: not over yet; waiting: open, and a person has to act; over: resolved or closed.'),
  severity: severity.optional().describe('Only of this severity.'),
  ...selectionInput,
});
type Input = z.output<typeof input>;

export const incidentRow = z.object({
  namespace: z.string(),
  name: z.string().describe('For get_incident.'),
  title: z.string(),
  severity,
  phase: z
    .string()
    .describe('New, Investigating, Diagnosed, AwaitingApproval, Remediating, Verifying, Resolved, NeedsHuman, Suspended or Grouped.'),
  began: z.string().describe('RFC 3339.'),
  over: when('When it was over; absent while it is open'),
  objects: objectNames,
  rootCause: z.string().optional(),
  waitingOn,
  followers: z.int().describe('Other Incidents that belong to this one.'),
  acknowledgedBy: z.string().optional().describe('Who looks after it.'),
  plan: z.string().optional().describe('The present RemediationPlan, for get_plan.'),
});
type IncidentRow = z.infer<typeof incidentRow>;

const output = z.object({ ...paging, critical: z.int(), warning: z.int(), info: z.int(), incidents: z.array(incidentRow) });

export const listIncidentsTool = (records: Records): Tool =>
  defineTool({
    name: 'list_incidents',
    title: 'List Incidents',
    description:
      'Lists what is wrong (Incidents: alerts that were grouped and diagnosed), the most urgent first: severity, phase, what is affected, the root cause where it is known, and who has to act. Begin here when asked what is broken or what is going on; get_incident tells one with its diagnosis.',
    effect: 'reads',
    core: true,
    input,
    output,
    run: (asked, call) => listIncidents(records, asked, call),
  });

async function listIncidents({ incidents, clock, redactor }: Records, asked: Input, call: Call): Promise<Answer<z.input<typeof output>>> {
  const now = clock.now();
  const isSelected = selects(asked, now);
  const found = withoutFollowers((await incidents.list(call)).filter((incident) => isInState(incident, asked.state)))
    .filter((incident) => asked.severity === undefined || incident.spec.severity === asked.severity)
    .filter((incident) => isSelected(incident, { objects: objectsOf(incident), began: beganAt(incident) }))
    .toSorted((a, b) => Number(isOver(a)) - Number(isOver(b)) || worstFirst(a, b));
  const page = pageOf(found, asked);
  const counted = (of: Incident['spec']['severity']): number => found.filter(({ spec }) => spec.severity === of).length;
  const counts = { critical: counted('critical'), warning: counted('warning'), info: counted('info') };
  const { total, nextOffset } = page;
  return answerOf(redactor, {
    lines: textOf(page, counts, asked, now),
    data: { total, ...(nextOffset === undefined ? {} : { nextOffset }), ...counts, incidents: page.shown.map(rowOf) },
  });
}

function isInState(incident: Incident, state: Input['state']): boolean {
  if (state === 'all') return true;
  if (state === 'waiting') return !isOver(incident) && incident.status?.waitingOn?.who === 'Person';
  return isOver(incident) === (state === 'over');
}

export function objectsOf({
  spec,
  status,
}: Incident): readonly { readonly kind: string; readonly namespace?: string | undefined; readonly name: string }[] {
  const all = [...(spec.targets ?? []), ...(status?.affected ?? [])];
  return [...new Map(all.map((object) => [objectText(object), object])).values()];
}

export const beganAt = ({ spec, metadata }: Incident): string => spec.startsAt ?? metadata.creationTimestamp;

const MOST_OBJECTS = 10;

export function rowOf(incident: Incident): IncidentRow {
  const { metadata, spec, status = {} } = incident;
  const { who = 'AgentSRE', detail } = status.waitingOn ?? {};
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    title: oneLine(spec.title),
    severity: spec.severity,
    phase: status.phase ?? 'New',
    began: beganAt(incident),
    objects: objectsOf(incident).slice(0, MOST_OBJECTS).map(objectText),
    waitingOn: { who, ...lineOf('detail', detail) },
    followers: status.membersTotal ?? 0,
    ...defined({ over: isOver(incident) ? status.resolvedAt : undefined, plan: status.planRefs?.at(-1)?.name }),
    ...lineOf('rootCause', status.rootCause),
    ...lineOf('acknowledgedBy', spec.acknowledgement?.by),
  };
}

const LINE = 240;

function textOf(page: PageOf<Incident>, counts: Readonly<Record<string, number>>, asked: Input, now: number): readonly string[] {
  const { shown, total } = page;
  const states = { open: 'open', waiting: 'open and waiting for a person', over: 'over', all: 'known' } as const;
  const narrowed = [asked.severity, asked.namespace, asked.service, asked.since].some((one) => one !== undefined)
    ? ' with this selection'
    : '';
  if (total === 0) return [`No Incident is ${states[asked.state]}${narrowed}.`];
  const bySeverity = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  const many = total === 1 ? '1 Incident is' : `${total} Incidents are`;
  const from = shown.length < total ? `, from ${asked.offset + 1} on` : '';
  return [
    `${many} ${states[asked.state]}${narrowed} (${bySeverity.join(', ')}), the most urgent first${from}:`,
    ...shown.flatMap((incident) => entryOf(incident, now)),
    '',
    ...moreLine(page),
    'get_incident shows one with its diagnosis.',
  ];
}

function entryOf(incident: Incident, now: number): readonly string[] {
  const { name, severity: how, phase, objects, rootCause, followers, acknowledgedBy, title } = rowOf(incident);
  const more = [
    waitingText(incident) === 'Nobody' ? undefined : `waiting on ${waitingText(incident)}`,
    followers === 0 ? undefined : `${followers} others belong to it`,
    acknowledgedBy === undefined ? undefined : `${acknowledgedBy} looks after it`,
  ].filter((part) => part !== undefined);
  return [
    '',
    `${name} · ${how} · ${phase} · ${age(beganAt(incident), now)}`,
    cut(
      `  ${title}${objects.length === 0 ? '' : ` — ${objects.slice(0, 3).join(', ')}${objects.length > 3 ? ` and ${objects.length - 3} more` : ''}`}`,
      LINE,
    ),
    ...(rootCause === undefined ? [] : [cut(`  cause: ${rootCause}`, LINE)]),
    ...(more.length === 0 ? [] : [cut(`  ${more.join(' · ')}`, LINE)]),
  ];
}
