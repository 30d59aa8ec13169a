/** What Jamie says without looking anything up: who it is, what can be asked, why it does nothing by itself and how a person can. Pure. */
import type { Entity } from '../memory/conversation.ts';
import { keyOf } from '../names/resolve.ts';
import type { Intent } from '../words/intent.ts';

const EXAMPLES = [
  'what is broken?',
  'why is checkout failing?',
  'golden signals of shop/cart',
  'show logs of cart',
  'what changed in shop in the last 2 hours?',
  'who is on inc-4f2a-1?',
  'list plans',
  'rate(http_requests_total{namespace="shop"}[5m])',
];

export const greeting = 'Hello, I am Jamie. I look things up in this cluster and say what I found. Ask me, for example: what is broken?';
export const thanks = 'You are welcome.';

export function help(hasModel: boolean): string {
  return [
    'I am Jamie. I look things up on your behalf, with your rights, and change nothing. For example:',
    ...EXAMPLES.map((example) => `- ${example}`),
    'Then go on: "why?", "and its logs?", "and checkout?".',
    hasModel ? 'Ask freely, too: a language model puts answers together, and each figure and source is checked.' : WITHOUT_MODEL,
  ].join('\n');
}

const WITHOUT_MODEL =
  'Questions of other kinds, and conclusions from several sources, take a language model, and none is configured here (OLLAMA_URL or model.url).';

export function notUnderstood(hasModel: boolean): string {
  const why = hasModel ? 'I could not make out what to look up for that.' : `I did not understand that. ${WITHOUT_MODEL}`;
  return [why, 'What I answer is, for example:', ...EXAMPLES.slice(0, 6).map((example) => `- ${example}`)].join('\n');
}

export function askBack(mention: string, candidates: readonly Entity[]): string {
  const lines = candidates.map((entity, index) => `${index + 1}. ${keyOf(entity)} (${entity.kind})`);
  return [`Which ${mention} do you mean?`, ...lines, 'Answer with a number, a name or a namespace.'].join('\n');
}

export function notThere(mention: string, nearest: readonly string[]): string {
  const advice =
    nearest.length === 0 ? 'Check the name, and whether you may list what is in its namespace.' : `Did you mean ${listed(nearest)}?`;
  return `I find nothing called ${mention} that you may see. ${advice}`;
}

export function ofWhat(kind: Intent['kind'], some: readonly Entity[]): string {
  const what = kind === 'plan' ? 'Which plan' : kind === 'incident' || kind === 'who' ? 'Which Incident' : 'Which service';
  const known = some.length === 0 ? '' : ` There ${some.length === 1 ? 'is' : 'are'} ${listed(some.map(keyOf))}.`;
  return `${what} do you mean?${known}`;
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

/** Why nothing is done, and how a person can. @param entity what it is about, where that is known */
export function refusal({ detail: verb = '', words }: Intent, entity: Entity | undefined): string {
  const asksHow = words.startsWith('how ');
  const start = asksHow
    ? 'That is a person’s to do; I change nothing.'
    : `I change nothing, so I have not done that: ${verbText(verb)} is a person’s to decide.`;
  return `${start} ${howTo(verb, entity)}`;
}

const verbText = (verb: string): string => `“${verb}”`;
const command = (text: string): string => `\`kubectl sre ${text}\``;

interface Names {
  readonly plan: string;
  readonly incident: string;
}

const approve = ({ plan }: Names): string =>
  `To approve a plan: ${command(`approve ${plan}`)}, which shows the diff first. Plans that wait: ${command('get')}.`;
const reject = ({ plan }: Names): string => `To reject a plan: ${command(`reject ${plan} --reason "…"`)}.`;
const close = ({ incident }: Names): string => `To close an Incident: ${command(`close ${incident} --reason Fixed`)}.`;
const acknowledge = ({ incident }: Names): string => `To take an Incident on: ${command(`ack ${incident}`)}.`;
const expect = ({ incident }: Names): string =>
  `To have nobody told of an Incident for a while: ${command(`expect ${incident} --until 24h --reason "…"`)}.`;

/** How a person does what is asked of Jamie. */
const HOW: Readonly<Record<string, (names: Names) => string>> = {
  approve,
  execute: approve,
  reject,
  cancel: reject,
  merge: () => 'Review the pull request of the plan and merge it yourself: the merge of a listed person is the approval.',
  close,
  resolve: close,
  acknowledge,
  ack: acknowledge,
  silence: expect,
  mute: expect,
  create: () => 'An Incident is opened with `kubectl apply`, or with the tool create_incident over MCP.',
};
const HOW_ALL: Readonly<Record<string, string>> = {
  stop: `To stop all effects of Agent-SRE: ${command('stop --reason "…"')}.`,
  pause: `To stop all effects of Agent-SRE: ${command('stop --reason "…"')}.`,
  resume: `To let Agent-SRE act again: ${command('start')}.`,
};
const OTHERWISE = `Ask me why it is needed; where a rule knows the fix there is a plan, which a person approves with ${command('approve PLAN')}. Another action than the plan’s is proposed with ${command('propose PLAN --instead ACTION')}.`;

function howTo(verb: string, entity: Entity | undefined): string {
  const nameOf = (kind: Entity['kind'], instead: string): string =>
    entity?.kind === kind ? `${entity.name}${entity.namespace === undefined ? '' : ` -n ${entity.namespace}`}` : instead;
  const names = { plan: nameOf('RemediationPlan', 'PLAN'), incident: nameOf('Incident', 'INCIDENT') };
  return HOW[verb]?.(names) ?? (entity === undefined ? HOW_ALL[verb] : undefined) ?? OTHERWISE;
}
