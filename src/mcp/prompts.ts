/** The usual questions, for people to pick from: each is what a good colleague would be told to look at, by the names of the tools. */
import { type Prompt as Listed, type PromptMessage, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

interface Argument {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** What the names of it are of, to complete them. */
  readonly names?: Names | undefined;
}

export type Names = 'namespace' | 'incident' | 'plan' | 'service';

export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly Argument[];
  readonly text: (given: Readonly<Record<string, string>>) => string;
}

const incident: Argument = {
  name: 'incident',
  description: 'Name of the Incident, such as inc-1a2b3c-1.',
  required: true,
  names: 'incident',
};
const service: Argument = { name: 'service', description: 'Name of the service or workload.', required: true, names: 'service' };
const namespace: Argument = {
  name: 'namespace',
  description: 'Its namespace; absent: it is looked for.',
  required: false,
  names: 'namespace',
};

const inNamespace = ({ namespace: name }: Readonly<Record<string, string>>): string =>
  name === undefined || name === '' ? '' : ` in namespace ${name}`;

const CLOSING =
  'Cite what you saw by tool and value. Say what you could not see. What cannot be seen is not healthy. Do not act: a fix is proposed as a RemediationPlan, and a person approves it.';

export const PROMPTS: readonly Prompt[] = [
  {
    name: 'whats_broken',
    title: 'What is broken right now?',
    description: 'The open Incidents and unhealthy workloads, worst first.',
    arguments: [{ ...namespace, description: 'Only this namespace; absent: all that you may see.' }],
    text: (given) =>
      `What is broken right now${inNamespace(given)}? List the open Incidents (list_incidents), then what health_check says. Worst first: who is affected, since when, what is known of the cause, and what each waits for. ${CLOSING}`,
  },
  {
    name: 'explain_incident',
    title: 'Why did this happen?',
    description: 'An Incident with its root cause, evidence and state.',
    arguments: [incident],
    text: ({ incident: name }) =>
      `Explain Incident ${name}: impact, root cause with its evidence, timeline, what is being done, and what it waits for. Read it with get_incident, its Investigation with get_investigation, and the evidence that the cause cites. If the evidence does not carry the cause, say so. ${CLOSING}`,
  },
  {
    name: 'service_health',
    title: 'How is this service?',
    description: 'Golden signals, pods, recent changes and errors of one service.',
    arguments: [service, namespace],
    text: (given) =>
      `How is ${given['service']}${inNamespace(given)}? Check its golden signals (check_golden_signals) and its health (get_service_health); where something is off, its logs (get_pod_logs, analyze_logs). ${CLOSING}`,
  },
  {
    name: 'what_changed',
    title: 'What changed?',
    description: 'Rollouts, commits and configuration around the time when it began.',
    arguments: [
      service,
      namespace,
      { name: 'since', description: 'How far back, such as 2h or an RFC 3339 time; absent: since the trouble began.', required: false },
    ],
    text: (given) =>
      `What changed that may concern ${given['service']}${inNamespace(given)}${given['since'] === undefined ? '' : ` since ${given['since']}`}? Begin with what_changed, then what Flux delivered (flux_status) and what stands in Git (git_status); put them on one timeline beside its golden signals. A change before the trouble is a suspect, one after it is not. ${CLOSING}`,
  },
  {
    name: 'postmortem',
    title: 'Draft a post-mortem',
    description: 'Impact, timeline, cause, what helped and what would prevent it, from the records.',
    arguments: [incident],
    text: ({ incident: name }) =>
      `Draft a blameless post-mortem of Incident ${name} in Markdown: summary, impact, timeline in UTC, root cause with evidence, what was done and verified, what went well, what did not, and actions with an owner to be named. Use get_incident, get_investigation and the RemediationPlans that belong to it; invent nothing. ${CLOSING}`,
  },
  {
    name: 'review_plan',
    title: 'Review a plan before it is approved',
    description: 'What a RemediationPlan would change, its risk and how it is verified.',
    arguments: [{ name: 'plan', description: 'Name of the RemediationPlan, such as rp-1.', required: true, names: 'plan' }],
    text: ({ plan }) =>
      `Review RemediationPlan ${plan} for whoever has to approve it: read it with get_plan. Say what exactly it changes (the diff), whether that follows from the evidence, what else depends on what it changes, how success and failure are told, and what you would ask before approving. Approving is a person's act. ${CLOSING}`,
  },
];

export function listedPrompts(): Listed[] {
  return PROMPTS.map(({ name, title, description, arguments: all }) => ({
    name,
    title,
    description,
    arguments: all.map((each) => ({ name: each.name, description: each.description, required: each.required })),
  }));
}

/** Longer than any name; what is not a name does not get to give a model orders at length. */
const MAX_ARGUMENT = 253;

export function promptOf(name: string, given: Readonly<Record<string, string>> = {}): { description: string; messages: PromptMessage[] } {
  const prompt = PROMPTS.find((each) => each.name === name);
  if (prompt === undefined)
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `There is no such prompt; there are ${PROMPTS.map((each) => each.name).join(', ')}.`,
    );
  for (const argument of prompt.arguments) {
    const value = given[argument.name] ?? '';
    if (argument.required && value.trim() === '')
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${argument.name} is missing: ${argument.description}`);
    if (value.length > MAX_ARGUMENT)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${argument.name} is longer than ${MAX_ARGUMENT} characters`);
  }
  return { description: prompt.description, messages: [{ role: 'user', content: { type: 'text', text: prompt.text(given) } }] };
}
