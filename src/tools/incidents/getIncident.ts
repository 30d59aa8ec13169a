/** `get_incident`: one Incident with its diagnosis as a report, what happened so far, its plan in short, and who has to act. */
import { z } from 'zod';
import type { Incident, Investigation, RemediationPlan } from '../../crds/kinds.ts';
import { incidentPage } from '../../report/pages/incident.ts';
import { planSummary } from '../../report/pages/plan.ts';
import { oneLine } from '../../text/plain.ts';
import { answerOf, pageAt } from '../answer.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { diagnosis, diagnosisOf } from './diagnosis.ts';
import type { Name } from './kept.ts';
import { incidentRow, rowOf } from './listIncidents.ts';
import { planRow, planRowOf } from './listPlans.ts';
import type { Records } from './records.ts';
import { defined, lineOf, nameInput, namespaceInput, when } from './shapes.ts';

const input = z.object({ name: nameInput('Incident', 'list_incidents'), namespace: namespaceInput('Incident') });

const output = incidentRow.extend({
  uid: z.string(),
  source: z.string().describe('The way in.'),
  description: z.string().optional(),
  alerts: z.array(z.object({ name: z.string(), status: z.string(), startsAt: z.string() })).describe('A sample when there are many.'),
  alertsTotal: z.int(),
  runbookURL: z.string().optional().describe('As the alert has it; nobody has looked there.'),
  requestedBy: z.string().optional(),
  belongsTo: z
    .object({ name: z.string(), why: z.string() })
    .optional()
    .describe('The leading Incident of a storm, which is looked into in its place.'),
  members: z
    .array(z.object({ name: z.string(), why: z.string() }))
    .describe('Incidents that belong to this one; a sample when there are many.'),
  timeline: z.array(z.object({ at: z.string(), reason: z.string(), message: z.string() })).describe('Oldest first.'),
  diagnosedAt: when('When a root cause was named'),
  diagnosis: diagnosis.optional().describe('Absent while nothing has looked into it, or where you may not see the Investigation.'),
  currentPlan: planRow.optional().describe('get_plan shows it with its diff.'),
});
type Data = z.input<typeof output>;

export const getIncidentTool = (records: Records): Tool =>
  defineTool({
    name: 'get_incident',
    title: 'Get an Incident',
    description:
      'Tells one Incident: impact, root cause with the evidence that it cites, what changed, timeline, immediate actions, what could not be seen, its plan in short, and who has to act. Take the name from list_incidents. get_plan shows the diff; get_evidence shows what a citation rests on.',
    effect: 'reads',
    core: true,
    input,
    output,
    run: (asked, call) => readIncident(records, asked, call),
  });

export async function readIncident(records: Records, name: Name, call: Call): Promise<Answer<Data>> {
  const { incidents, investigations, plans, redactor, clock } = records;
  const incident = await incidents.get(name, call);
  const { namespace = '' } = incident.metadata;
  const { investigationRef, planRefs } = incident.status ?? {};
  const [investigation, plan] = await Promise.all([
    investigations.referenced(namespace, investigationRef, call),
    plans.referenced(namespace, planRefs?.at(-1), call),
  ]);
  const page = pageAt(clock.now());
  return answerOf(redactor, {
    lines: [
      ...incidentPage(incident, investigation, page),
      ...(plan === undefined
        ? []
        : ['', ...planSummary(plan, page), `  get_plan ${plan.metadata.name} shows its diff, and how a person approves it.`]),
    ],
    data: dataOf(incident, investigation, plan),
    rest: investigationRef === undefined ? undefined : `get_investigation ${investigationRef.name}`,
  });
}

const MOST_ALERTS = 10;
const MOST_MEMBERS = 20;
const MOST_EVENTS = 20;

function dataOf(incident: Incident, investigation: Investigation | undefined, plan: RemediationPlan | undefined): Data {
  const { metadata, spec, status = {} } = incident;
  const { alerts = [] } = spec;
  const told = ({ name, why }: { readonly name: string; readonly why: string }) => ({ name, why: oneLine(why) });
  return {
    ...rowOf(incident),
    uid: metadata.uid,
    source: spec.source,
    alerts: alerts
      .slice(0, MOST_ALERTS)
      .map(({ labels, status: said, startsAt }) => ({ name: oneLine(labels['alertname'] ?? ''), status: said, startsAt })),
    alertsTotal: spec.alertsTotal ?? alerts.length,
    members: (status.members ?? []).slice(0, MOST_MEMBERS).map(told),
    timeline: (status.timeline ?? []).slice(-MOST_EVENTS).map(({ at, reason, message }) => ({ at, reason, message: oneLine(message) })),
    ...lineOf('description', spec.description),
    ...lineOf('runbookURL', spec.runbookURL),
    ...lineOf('requestedBy', spec.requestedBy?.username),
    ...defined({
      belongsTo: status.groupedInto === undefined ? undefined : told(status.groupedInto),
      diagnosedAt: status.diagnosedAt,
      diagnosis: investigation === undefined ? undefined : diagnosisOf(investigation),
      currentPlan: plan === undefined ? undefined : planRowOf(plan),
    }),
  };
}
