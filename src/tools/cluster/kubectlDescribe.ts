/** `kubectl_describe`: one object with what explains it: conditions, containers, events, who made it, what selects it. */
import { z } from 'zod';
import type { KubeObject } from '../../kube/object.ts';
import type { ApiPod, ApiWorkload } from '../../sources/kubernetes/api.ts';
import { pods as podResource } from '../../sources/kubernetes/api.ts';
import { selectorText } from '../../sources/kubernetes/names.ts';
import { statusesOf } from '../../sources/kubernetes/podHealth.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { CALL_TIMEOUT_MS, type ClusterDeps } from './deps.ts';
import { containerLines } from './describe/containers.ts';
import { eventLines, eventsOf } from './describe/events.ts';
import { bodyLines, conditionLines, headLines } from './describe/facts.ts';
import { originOf } from './describe/owners.ts';
import { podState } from './describe/podState.ts';
import { podLabelsOf, selectedBy } from './describe/selectedBy.ts';
import { nameField, namespaceField } from './fields.ts';
import { createGlance, type Glance } from './glance.ts';
import type { ServedKind } from './kinds.ts';
import { notFound } from './kubectlGet.ts';
import { demandKind, inWords, look } from './reading.ts';

const input = z.object({
  resource: z.string().trim().min(1).max(253).describe('Kind: plural, singular, short name or Kind.'),
  name: nameField.unwrap().describe('Name of the object.'),
  namespace: namespaceField.describe('Absent: default, for kinds that are in a namespace.'),
});

const output = z.object({
  resource: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  conditions: z.array(z.string()).describe('What is not as it should be first.'),
  containers: z.array(z.string()),
  owners: z.array(z.string()).describe('Who made it, the nearest first.'),
  deployedBy: z.array(z.string()).describe('GitOps objects that claim to deploy it.'),
  selectedBy: z.array(z.string()).describe('Services, autoscalers, budgets and policies.'),
  pods: z.array(z.string()).describe('Of a workload, the ill first.'),
  events: z
    .array(z.object({ type: z.string(), reason: z.string(), message: z.string(), count: z.int(), lastAt: z.string() }))
    .describe('Newest first.'),
});

export function kubectlDescribeTool(deps: ClusterDeps): Tool {
  return defineTool({
    name: 'kubectl_describe',
    title: 'Describe an object',
    description:
      'Shows one object of any kind with what explains it: conditions, containers and their last ends, merged events newest first, its chain of owners, who deploys it, which Services and policies select it. To list objects take kubectl_get.',
    effect: 'reads',
    core: false,
    input,
    output,
    run: async ({ resource, name, namespace }, call) => {
      const kind = await deps.kinds.find(resource, call.signal);
      return describe(deps, kind, { name, ...(kind.namespaced ? { namespace: namespace ?? 'default' } : {}) }, call);
    },
  });
}

type Key = { readonly name: string; readonly namespace?: string };

async function describe(deps: ClusterDeps, kind: ServedKind, key: Key, call: Call): Promise<Answer<z.input<typeof output>>> {
  const { client, cleaner, clock, kinds } = deps;
  await demandKind(call, kind, key);
  const options = { signal: call.signal, timeoutMs: CALL_TIMEOUT_MS };
  const object = await look(inWords('get', kind, key), kind, cleaner, () => client.get(kind, key, options));
  if (object === undefined) throw await notFound(deps, kind, key, call);
  const glance = createGlance(deps, call);
  const [events, origin, selected, pods] = await Promise.all([
    eventsOf(glance, { kind: kind.kind, ...key }, cleaner),
    originOf(kinds, glance, object, call),
    selectedBy(glance, object),
    podLines(glance, object),
  ]);
  const now = clock.now();
  const conditions = conditionLines(object, deps);
  const containers = containersOf(object, deps);
  const unseen = glance.unseen();
  const text = [
    ...headLines(object, deps),
    ...line('Made by', origin.owners.join(' ← ')),
    ...line('Deployed by', origin.deployedBy.join(', ')),
    ...line('Selected by', selected.join('; ')),
    ...section('Conditions', conditions),
    ...section('Pods', pods),
    ...section('Containers', containers),
    ...section('Events', eventLines(events, now)),
    ...section('Rest', bodyLines(object, deps)),
    ...(unseen === undefined ? [] : [unseen]),
  ];
  const data = {
    resource: kind.plural,
    ...key,
    conditions,
    containers: [...containers],
    owners: [...origin.owners],
    deployedBy: [...origin.deployedBy],
    selectedBy: [...selected],
    pods: [...pods],
    events: events
      .slice(0, 50)
      .map(({ type, reason, message, count, lastAt }) => ({ type, reason, message, count, lastAt: new Date(lastAt).toISOString() })),
  };
  return { text: text.join('\n'), data };
}

const line = (label: string, text: string): string[] => (text === '' ? [] : [`${label}: ${text}`]);
const section = (label: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${label}:`, ...lines.map((one) => `  ${one}`)];

const isPod = (object: KubeObject): object is ApiPod => object.kind === 'Pod';

function containersOf(object: KubeObject, { cleaner, clock }: ClusterDeps): readonly string[] {
  const writing = { cleaner, now: clock.now() };
  if (isPod(object)) return containerLines(object.spec, statusesOf(object), writing);
  const { spec } = object as ApiWorkload;
  return containerLines((spec?.template ?? spec?.jobTemplate?.spec?.template)?.spec, [], writing);
}

const MOST_PODS = 10;

/** Of a workload, those that its selector selects, the ill first. */
async function podLines(glance: Glance, object: KubeObject): Promise<readonly string[]> {
  const { namespace } = object.metadata;
  if (namespace === undefined || object.kind === 'Pod' || podLabelsOf(object) === undefined) return [];
  const labelSelector = selectorText((object as ApiWorkload).spec?.selector);
  if (labelSelector === undefined) return [];
  const found = (await glance.list(podResource, { namespace, labelSelector })).map((pod) => ({ pod, state: podState(pod) }));
  const shown = found.toSorted((a, b) => Number(a.state.isWell) - Number(b.state.isWell)).slice(0, MOST_PODS);
  const rest = found.length - shown.length;
  const lines = shown.map(
    ({ pod, state: { word, restarts, ready } }) => `${pod.metadata.name}: ${word}, ${ready} ready, ${restarts} restarts`,
  );
  return [...lines, ...(rest === 0 ? [] : [`… ${rest} more`])];
}
