/**
 * The tool `incident_response`: somebody tells of trouble in words, and hears what is known of it, what to do at once, and who has to act.
 *
 * It is the open Incident of that alert or of that service; where there is none, one is opened in the caller's name through the book of intake, so that
 * the same trouble is one Incident however often it is told. Then the report of its Investigation is waited for, within a bound.
 */
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { type Incident, incidents } from '../../crds/kinds.ts';
import { type IdentityRules, identityOf } from '../../domain/identity.ts';
import { POSSIBLE_OBJECT_NAME } from '../../domain/kubernetesNames.ts';
import { isOver } from '../../domain/lifeCycle.ts';
import { waitingText } from '../../report/pages/incidents.ts';
import { oneLine } from '../../text/plain.ts';
import { answerOf } from '../answer.ts';
import { isAllowed } from '../caller.ts';
import { ToolError } from '../errors.ts';
import { createIncidentTool, type IncidentDeps } from '../incidents/createIncident.ts';
import { diagnosis } from '../incidents/diagnosis.ts';
import { readIncident } from '../incidents/getIncident.ts';
import { attributes } from '../incidents/kept.ts';
import { incidentRow, rowOf } from '../incidents/listIncidents.ts';
import { defined } from '../incidents/shapes.ts';
import type { WorkloadFinder } from '../signals/findWorkload.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { type AboutWhat, aboutWhat, type Words } from './aboutWhat.ts';
import { sameIncident } from './sameIncident.ts';

export interface IncidentResponseDeps extends IncidentDeps {
  readonly workloads: WorkloadFinder;
  readonly identity: IdentityRules;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

const LONGEST_WAIT_SECONDS = 110;
const USUAL_WAIT_SECONDS = 45;
const LOOK_EVERY_MS = 500;
const MOST_OTHERS = 5;

const input = z.object({
  description: z.string().trim().max(8_000).optional().describe('What is wrong, in words, or the text of an alert as a chat shows it.'),
  incident: z.string().trim().min(1).max(8_000).optional().describe('Name of an Incident, where it is known.'),
  service_name: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .optional()
    .describe('Service or workload that it is about, as cart, shop/cart or deployment/cart.'),
  namespace: z.string().trim().min(1).max(63).optional().describe('Where the service is.'),
  labels: z
    .record(z.string().min(1).max(317), z.string().max(1024))
    .optional()
    .describe('Of the alert, as it has them, alertname included: then it is surely the same Incident.'),
  open: z.boolean().default(true).describe('Opens an Incident where there is none. With false it only looks.'),
  wait: z
    .number()
    .min(0)
    .max(LONGEST_WAIT_SECONDS)
    .default(USUAL_WAIT_SECONDS)
    .describe('Seconds, at most, that the diagnosis is waited for.'),
});
type Input = z.output<typeof input>;

const output = z.object({
  state: z.enum(['open', 'opened', 'none']).describe('open: there was an Incident; opened: it was made just now; none: there is none.'),
  incident: incidentRow.extend({ diagnosis: diagnosis.optional() }).optional(),
  isDiagnosed: z.boolean(),
  others: z.array(incidentRow).describe('Open Incidents that are about it too.'),
  lately: z.array(incidentRow).describe('Incidents about it that ended in the last day.'),
  next: z.array(z.string()).describe('What to do next, and by whom.'),
});
type Output = z.input<typeof output>;

export function incidentResponseTool(deps: IncidentResponseDeps): Tool {
  return defineTool({
    name: 'incident_response',
    title: 'Respond to an incident',
    description:
      'Takes what somebody says of trouble (a description, an alert’s text or labels, or a service) and answers with the Incident that it is: state, diagnosis, immediate actions, plan, and who has to act. Where there is none it opens one in your name and waits for the diagnosis. Nothing is changed in the cluster. Take list_incidents to see what is wrong in general.',
    effect: 'proposes',
    core: false,
    input,
    output,
    run: (asked, call) => respond(deps, asked, call),
  });
}

async function respond(deps: IncidentResponseDeps, asked: Input, call: Call): Promise<Answer<Output>> {
  const { incident, labels } = asked;
  if (incident !== undefined && POSSIBLE_OBJECT_NAME.test(incident)) {
    const named = await deps.records.incidents.get({ name: incident }, call);
    return answerAbout(deps, { incident: named, state: 'open', others: [], lately: [] }, asked, call);
  }
  const about = await aboutWhat(wordsOf(asked), deps, deps.clock.now(), call);
  const identity = about.alert && identityOf(about.alert.labels, deps.identity);
  const { open, over } = sameIncident(await deps.records.incidents.list(call), about, identity, deps.clock.now());
  const [first] = open;
  // An alert by its labels that has no Incident is other trouble of that service; of words nobody can say so.
  const isOther = labels !== undefined && first?.spec.identity !== identity;
  const mayOpen = asked.open && about.alert !== undefined && (first === undefined || isOther);
  const opened = mayOpen && about.alert !== undefined ? await openFor(deps, about.alert, call) : undefined;
  const found = opened ?? (first && { incident: first, state: 'open' as const });
  if (found === undefined) return none(deps, about, { over, mayOpen: asked.open }, call);
  const others = open.filter(({ metadata }) => metadata.name !== found.incident.metadata.name);
  return answerAbout(deps, { ...found, others, lately: over }, asked, call);
}

function wordsOf({ description, incident, labels, service_name: service, namespace }: Input): Words {
  const said = description ?? incident;
  if (said === undefined && labels === undefined && service === undefined) throw nothingSaid();
  return { description: said, labels, service, namespace };
}

function nothingSaid(): ToolError {
  const problem = 'say what is wrong in description, or name a service_name or an incident';
  return new ToolError('Invalid', `description: ${problem}`, { problems: [{ field: 'description', problem }] });
}

/** Undefined for who may not. */
async function openFor(
  deps: IncidentResponseDeps,
  { labels, summary, startsAt }: NonNullable<AboutWhat['alert']>,
  call: Call,
): Promise<Pick<Found, 'incident' | 'state'> | undefined> {
  if (!(await isAllowed(call, attributes({ resource: incidents }, 'create', deps.records.home)))) return undefined;
  call.progress?.(0, undefined, 'opening an Incident');
  const said = { labels, ...(summary === '' ? {} : { annotations: { summary: summary.slice(0, 1024) } }) };
  const { data } = await createIncidentTool(deps).run({ alert: said, startsAt: new Date(startsAt).toISOString() }, call);
  const { name, namespace, wasThere } = z.object({ name: z.string(), namespace: z.string(), wasThere: z.boolean() }).parse(data);
  return { incident: await deps.records.incidents.get({ namespace, name }, call), state: wasThere ? 'open' : 'opened' };
}

interface Found {
  readonly incident: Incident;
  readonly state: 'open' | 'opened';
  readonly others: readonly Incident[];
  readonly lately: readonly Incident[];
}

async function answerAbout(
  deps: IncidentResponseDeps,
  { incident, state, others, lately }: Found,
  { wait }: Input,
  call: Call,
): Promise<Answer<Output>> {
  const { records } = deps;
  const { name, namespace } = incident.metadata;
  const { incident: known, isDiagnosed } = await diagnosed(deps, incident, wait * 1000, call);
  const page = await readIncident(records, { name, namespace }, call);
  const next = nextSteps(known, isDiagnosed);
  const told =
    state === 'opened' ? `Opened Incident ${name} in your name.` : `This is Incident ${name}${isOver(known) ? ', which is over' : ''}.`;
  const lines = [
    `${told} ${oneLine(known.spec.title)} · ${known.spec.severity} · ${known.status?.phase ?? 'New'}`,
    ...next.map((step) => `Next: ${step}`),
    ...others.slice(0, MOST_OTHERS).map((other) => `Also open: ${other.metadata.name} · ${oneLine(other.spec.title)}`),
    ...lately.slice(0, MOST_OTHERS).map((other) => `Ended lately: ${other.metadata.name} · ${oneLine(other.spec.title)}`),
    '',
    page.text,
  ];
  const data: Output = {
    state,
    incident: { ...rowOf(known), ...defined({ diagnosis: page.data.diagnosis }) },
    isDiagnosed,
    others: others.slice(0, MOST_OTHERS).map(rowOf),
    lately: lately.slice(0, MOST_OTHERS).map(rowOf),
    next,
  };
  return answerOf(records.redactor, { lines, data, rest: `get_incident ${name}` });
}

/** As it is when there is a diagnosis, it is over, or somebody has to act; else when the time is up. */
async function diagnosed(
  { records, clock }: IncidentResponseDeps,
  incident: Incident,
  waitMs: number,
  call: Call,
): Promise<{ readonly incident: Incident; readonly isDiagnosed: boolean }> {
  const { name, namespace } = incident.metadata;
  const until = clock.now() + waitMs;
  let known = incident;
  for (let told = ''; ; ) {
    const isDiagnosed = known.status?.diagnosedAt !== undefined || known.status?.rootCause !== undefined;
    if (isDiagnosed || isSettled(known) || clock.now() >= until) return { incident: known, isDiagnosed };
    const phase = known.status?.phase ?? 'New';
    if (phase !== told) call.progress?.(0, undefined, `waiting for the diagnosis of ${name} (${phase})`);
    told = phase;
    await clock.sleep(LOOK_EVERY_MS, call.signal);
    known = await records.incidents.get({ namespace, name }, call);
  }
}

const UNDER_WAY = new Set(['New', 'Investigating']);
const isSettled = (incident: Incident): boolean => isOver(incident) || !UNDER_WAY.has(incident.status?.phase ?? 'New');

function nextSteps(incident: Incident, isDiagnosed: boolean): string[] {
  const { status, metadata } = incident;
  if (isOver(incident)) return ['nothing: it is over.'];
  if (status?.groupedInto !== undefined)
    return [`it belongs to ${status.groupedInto.name}, which is looked into in its place: get_incident ${status.groupedInto.name}`];
  if (!isDiagnosed && !isSettled(incident)) return [`the diagnosis is under way; get_incident ${metadata.name} shows it in a moment`];
  const plan = status?.planRefs?.at(-1)?.name;
  return [
    `waiting on ${waitingText(incident)}`,
    ...(plan === undefined ? [] : [`get_plan ${plan} shows the proposed change, and how a person approves it`]),
  ];
}

async function none(
  { records, clock }: IncidentResponseDeps,
  about: AboutWhat,
  { over, mayOpen }: { readonly over: readonly Incident[]; readonly mayOpen: boolean },
  call: Call,
): Promise<Answer<Output>> {
  const what = about.workload === undefined ? 'that' : `${about.workload.namespace}/${about.workload.name}`;
  const next = await stepsWithout(records.home, about, mayOpen, call);
  const lines = [
    `No Incident is open about ${what}.`,
    ...next.map((step) => `Next: ${step}`),
    ...over
      .slice(0, MOST_OTHERS)
      .map(
        (other) =>
          `Ended lately: ${other.metadata.name} · ${oneLine(other.spec.title)} · ${oneLine(other.status?.rootCause ?? 'no cause known')}`,
      ),
  ];
  call.progress?.(1, 1, `looked at ${new Date(clock.now()).toISOString()}`);
  return answerOf(records.redactor, {
    lines,
    data: { state: 'none', isDiagnosed: false, others: [], lately: over.slice(0, MOST_OTHERS).map(rowOf), next },
  });
}

async function stepsWithout(home: string, { alert, whyNot, workload }: AboutWhat, mayOpen: boolean, call: Call): Promise<string[]> {
  const looking =
    workload === undefined
      ? []
      : [`check_golden_signals ${workload.namespace}/${workload.name} tells how it is doing now; analyze_logs what its logs say`];
  if (alert === undefined)
    return [
      ...looking,
      `nothing was opened, because ${whyNot ?? 'no trouble is told of'}; say which service does what wrong, or take create_incident`,
    ];
  if (!mayOpen) return [...looking, 'ask again with open: true, and an Incident is opened'];
  const isForbidden = !(await isAllowed(call, attributes({ resource: incidents }, 'create', home)));
  return isForbidden
    ? [
        ...looking,
        `you may not create Incidents in ${home}; an administrator can give you the role agent-sre-responder there, or a responder can open it`,
      ]
    : looking;
}
