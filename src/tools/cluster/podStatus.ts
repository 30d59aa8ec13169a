/** `get_pod_status`: how pods are and why: of one, of a workload, of a namespace or of the whole cluster; the ill first, each with its reason. */
import { z } from 'zod';
import { type ApiPod, pods as podResource } from '../../sources/kubernetes/api.ts';
import { statusesOf } from '../../sources/kubernetes/podHealth.ts';
import { age } from '../../text/age.ts';
import { ToolError } from '../errors.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { CALL_TIMEOUT_MS, type ClusterDeps } from './deps.ts';
import { stateOf } from './describe/containers.ts';
import { eventLines, eventsOf } from './describe/events.ts';
import { conditionLines } from './describe/facts.ts';
import { podState } from './describe/podState.ts';
import { nameField, namespaceField, selectorField } from './fields.ts';
import { createGlance, type Glance } from './glance.ts';
import { selectPods } from './logs/pods.ts';
import { demandKind, inWords, look } from './reading.ts';
import { countStates, orderRows } from './rows.ts';
import { listTable } from './table.ts';

const input = z.object({
  pod: nameField.describe('Name of a pod or of its workload; absent: all pods.'),
  namespace: namespaceField.describe('Absent: all namespaces, or `default` where a pod is named.'),
  labelSelector: selectorField.describe('Such as app=cart.'),
  limit: z.int().min(1).max(50).default(10).describe('Pods that are told in detail, at most; the ill first.'),
});
type Input = z.output<typeof input>;

const output = z.object({
  namespace: z.string().optional(),
  total: z.int(),
  states: z.array(z.object({ state: z.string(), count: z.int() })),
  pods: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      state: z.string(),
      ready: z.string().describe('Containers that are ready, of how many.'),
      restarts: z.int(),
      node: z.string(),
      reasons: z.array(z.string()).describe('What is the matter, a line a container, condition or warning.'),
    }),
  ),
});
type Output = z.input<typeof output>;

export function getPodStatusTool(deps: ClusterDeps): Tool {
  return defineTool({
    name: 'get_pod_status',
    title: 'State of pods, and why',
    description:
      'How pods are: totals by state, then the ill ones each with its reason (waiting, last end and exit code, conditions, warnings). For a plain list take kubectl_get; for all about one object kubectl_describe.',
    effect: 'reads',
    core: false,
    input,
    output,
    run: (asked, call) => (asked.pod === undefined ? ofMany(deps, asked, call) : ofNamed(deps, { ...asked, pod: asked.pod }, call)),
  });
}

async function ofNamed(
  deps: ClusterDeps,
  { pod: name, namespace = 'default', limit }: Input & { readonly pod: string },
  call: Call,
): Promise<Answer<Output>> {
  const found = await selectPods(deps, { namespace, name }, call);
  const counts = [...Map.groupBy(found, (pod) => podState(pod).word)].map(([state, { length: count }]) => ({ state, count }));
  return answer(
    deps,
    { namespace, total: found.length, states: counts },
    found.toSorted(illFirst).slice(0, limit),
    createGlance(deps, call),
  );
}

const illFirst = (a: ApiPod, b: ApiPod): number => Number(podState(a).isWell) - Number(podState(b).isWell);

/** The rows that the API server prints say which are ill; only those are read whole. */
async function ofMany(deps: ClusterDeps, { namespace, labelSelector, limit }: Input, call: Call): Promise<Answer<Output>> {
  const { client, cleaner, kinds } = deps;
  const kind = await kinds.find('pods', call.signal);
  await demandKind(call, kind, { namespace });
  const options = { signal: call.signal, timeoutMs: CALL_TIMEOUT_MS };
  const table = await look(inWords('list', kind, { namespace }), kind, cleaner, () =>
    listTable(client, kind, { namespace, labelSelector }, options),
  );
  const rows = orderRows('pods', table);
  if (rows.length === 0 && labelSelector !== undefined) throw new ToolError('NotFound', `There are no pods with labels ${labelSelector}.`);
  const states = countStates(rows).map(({ state, count }) => ({ state: cleaner.line(state.label, 64), count }));
  const glance = createGlance(deps, call);
  const ill = rows.filter(({ state: { rank } }) => rank === 'failing' || rank === 'waiting').slice(0, limit);
  const whole = await Promise.all(ill.map(({ row }) => glance.get(podResource, { namespace: row.namespace, name: row.name })));
  const where = namespace === undefined ? {} : { namespace };
  return answer(
    deps,
    { ...where, total: rows.length, states },
    whole.flatMap((pod) => pod ?? []),
    glance,
  );
}

async function answer(deps: ClusterDeps, counted: Omit<Output, 'pods'>, pods: readonly ApiPod[], glance: Glance): Promise<Answer<Output>> {
  const told = await Promise.all(pods.map((pod) => tell(deps, pod, glance)));
  const where = counted.namespace === undefined ? 'all namespaces' : counted.namespace;
  const states = counted.states.map(({ state, count }) => `${count} ${state}`).join(', ');
  const lines = told.flatMap(({ namespace, name, state, ready, restarts, node, reasons, old }) => [
    `${namespace}/${name}: ${state}, ${ready} ready, ${restarts} restarts, ${old} old${node === '' ? '' : `, on ${node}`}`,
    ...reasons.map((reason) => `  ${reason}`),
  ]);
  const unseen = glance.unseen();
  const head = `${counted.total} ${counted.total === 1 ? 'pod' : 'pods'} in ${where}${states === '' ? '' : `: ${states}`}`;
  const text = [
    head,
    ...lines,
    ...(told.length === 0 && counted.total > 0 ? ['None of them is ill.'] : []),
    ...(unseen === undefined ? [] : [unseen]),
  ];
  return { text: text.join('\n'), data: { ...counted, pods: told.map(({ old: _old, ...pod }) => pod) } };
}

const MOST_WARNINGS = 4;

async function tell(deps: ClusterDeps, pod: ApiPod, glance: Glance): Promise<Output['pods'][number] & { readonly old: string }> {
  const { cleaner, clock } = deps;
  const { namespace = '', name, creationTimestamp } = pod.metadata;
  const { word, isWell, restarts, ready } = podState(pod);
  const now = clock.now();
  const init = new Set(pod.status?.initContainerStatuses?.map((status) => status.name));
  const containers = statusesOf(pod)
    .filter((status) => !isWell || (status.restartCount ?? 0) > 0)
    .map((status) => `${status.name}: ${stateOf(status, init.has(status.name) ? 'init' : '', { cleaner, now }).join('; ')}`);
  const warnings = isWell
    ? []
    : (await eventsOf(glance, { kind: 'Pod', namespace, name }, cleaner)).filter(({ type }) => type === 'Warning');
  const conditions = isWell ? [] : conditionLines(pod, deps).filter((line) => line.includes('=False') && /message|: /u.test(line));
  return {
    namespace,
    name,
    state: cleaner.line(word, 64),
    ready,
    restarts,
    node: pod.spec?.nodeName ?? '',
    reasons: [...containers, ...(containers.length === 0 ? conditions : []), ...eventLines(warnings.slice(0, MOST_WARNINGS), now)],
    old: age(creationTimestamp, now),
  };
}
