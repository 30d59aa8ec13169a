/**
 * `get_service_health`: whether a Service is served, judged by stated rules from what the cluster says: endpoints, pods, ports, restarts, warnings.
 *
 * `unhealthy`: nobody serves it. `degraded`: somebody does, and something is wrong. `unknown`: what it takes was not seen; that is never `healthy`.
 */
import { z } from 'zod';
import { LABEL_NAME } from '../../domain/kubernetesNames.ts';
import { type ApiPod, pods as podResource } from '../../sources/kubernetes/api.ts';
import { apiTime, selectorText } from '../../sources/kubernetes/names.ts';
import { type ApiServiceObject, endpointSlices, serviceObjects } from '../../sources/kubernetes/networkApi.ts';
import { statusesOf } from '../../sources/kubernetes/podHealth.ts';
import type { ObjectEvent } from '../../sources/kubernetes/snapshot.ts';
import { ToolError } from '../errors.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { CALL_TIMEOUT_MS, type ClusterDeps } from './deps.ts';
import { eventLines, eventsOf } from './describe/events.ts';
import { podState } from './describe/podState.ts';
import { portsOf } from './describe/selectedBy.ts';
import { nameField } from './fields.ts';
import { createGlance, type Glance } from './glance.ts';
import { notFound } from './kubectlGet.ts';
import { selectPods } from './logs/pods.ts';
import { demandKind, inWords, look } from './reading.ts';

const input = z.object({
  service_name: nameField.unwrap().describe('Name of a Service, or of the workload behind one.'),
  namespace: z
    .string()
    .trim()
    .regex(LABEL_NAME, 'is not the name of a namespace; use a to z, 0 to 9 and -')
    .default('default')
    .describe('Its namespace.'),
});

const output = z.object({
  service: z.string(),
  namespace: z.string(),
  status: z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']),
  reasons: z.array(z.string()).describe('Why it is not healthy; empty where it is.'),
  endpoints: z.object({ ready: z.int(), notReady: z.int() }).optional().describe('Absent: there is no Service, or they were not seen.'),
  pods: z.array(z.object({ name: z.string(), state: z.string(), ready: z.string(), restarts: z.int() })).describe('The ill first.'),
  warnings: z.array(z.string()).describe('Of the pods, newest first.'),
});
type Output = z.input<typeof output>;

export function getServiceHealthTool(deps: ClusterDeps): Tool {
  return defineTool({
    name: 'get_service_health',
    title: 'Health of a service',
    description:
      'Whether a Service or workload is served: its endpoints, pods, ports, recent restarts and warnings, with healthy, degraded, unhealthy or unknown and why. For latency, traffic, errors and saturation take check_golden_signals.',
    effect: 'reads',
    core: true,
    input,
    output,
    run: ({ service_name: name, namespace }, call) => health(deps, { name, namespace }, call),
  });
}

type Key = { readonly name: string; readonly namespace: string };

async function health(deps: ClusterDeps, key: Key, call: Call): Promise<Answer<Output>> {
  const { client, cleaner, clock } = deps;
  await demandKind(call, serviceObjects, key);
  const options = { signal: call.signal, timeoutMs: CALL_TIMEOUT_MS };
  const service = await look(inWords('get', serviceObjects, key), serviceObjects, cleaner, () => client.get(serviceObjects, key, options));
  const glance = createGlance(deps, call);
  const seen = service === undefined ? await ofWorkload(deps, key, call) : await ofService(glance, service);
  const ill = seen.pods.filter((pod) => !podState(pod).isWell);
  const warnings = (
    await Promise.all(
      ill
        .slice(0, MOST_ILL)
        .map(({ metadata }) => eventsOf(glance, { kind: 'Pod', namespace: key.namespace, name: metadata.name }, cleaner)),
    )
  )
    .flat()
    .filter(({ type }) => type === 'Warning')
    .toSorted((a, b) => b.lastAt - a.lastAt);
  const unseen = glance.unseen();
  const { status, reasons } = judge(service, { ...seen, unseen }, clock.now());
  return written(key, service, { ...seen, status, reasons, warnings, unseen }, clock.now());
}

const MOST_ILL = 5;

interface Seen {
  readonly pods: readonly ApiPod[];
  readonly endpoints?: { readonly ready: number; readonly notReady: number } | undefined;
}

async function ofService(glance: Glance, { metadata: { name, namespace = '' }, spec }: ApiServiceObject): Promise<Seen> {
  const labelSelector = selectorText({ matchLabels: spec?.selector ?? {} });
  const [slices, pods] = await Promise.all([
    glance.list(endpointSlices, { namespace, labelSelector: `kubernetes.io/service-name=${name}` }),
    labelSelector === undefined ? [] : glance.list(podResource, { namespace, labelSelector }),
  ]);
  const all = slices.flatMap(({ endpoints }) => endpoints ?? []);
  // an endpoint whose readiness is not said counts as ready (discovery.k8s.io/v1)
  const ready = all.filter(({ conditions }) => conditions?.ready !== false).length;
  return { pods: pods.filter(({ status }) => status?.phase !== 'Succeeded'), endpoints: { ready, notReady: all.length - ready } };
}

/** Where there is no Service of that name, its workload is meant. */
async function ofWorkload(deps: ClusterDeps, key: Key, call: Call): Promise<Seen> {
  try {
    return { pods: await selectPods(deps, key, call) };
  } catch (error) {
    if (!(error instanceof ToolError) || error.reason !== 'NotFound') throw error;
    throw await notFound(deps, { ...serviceObjects, singular: 'service', shortNames: [], verbs: [] }, key, call);
  }
}

const RECENT_MS = 15 * 60_000;

interface Verdict {
  readonly status: Output['status'];
  readonly reasons: readonly string[];
}

function judge(
  service: ApiServiceObject | undefined,
  { pods, endpoints, unseen }: Seen & { readonly unseen: string | undefined },
  now: number,
): Verdict {
  if (unseen !== undefined) return { status: 'unknown', reasons: [unseen] };
  if (service?.spec?.type === 'ExternalName')
    return { status: 'unknown', reasons: [`it leads out of the cluster, to ${service.spec.externalName ?? 'nowhere'}`] };
  const nobody = servedByNobody(service, { pods, endpoints });
  if (nobody !== undefined) return { status: 'unhealthy', reasons: [nobody, ...portProblems(service, pods)] };
  const reasons = [...portProblems(service, pods), ...podProblems(pods, now)];
  if (endpoints !== undefined && endpoints.notReady > 0 && reasons.length === 0)
    reasons.push(`${endpoints.notReady} of its endpoints are not ready`);
  return { status: reasons.length === 0 ? 'healthy' : 'degraded', reasons };
}

function servedByNobody(service: ApiServiceObject | undefined, { pods, endpoints }: Seen): string | undefined {
  const well = pods.filter((pod) => podState(pod).isWell).length;
  if (service === undefined) return well === 0 ? `none of its ${pods.length} pods is ready` : undefined;
  if (endpoints === undefined || endpoints.ready > 0) return undefined;
  const { selector = {} } = service.spec ?? {};
  if (Object.keys(selector).length === 0) return 'it has no selector, and nobody has given it endpoints';
  const labels = selectorText({ matchLabels: selector }) ?? '';
  if (pods.length === 0)
    return `no pod has the labels that it selects (${labels}): its workload is scaled to 0, gone, or labelled otherwise`;
  return well === 0
    ? `none of the ${pods.length} pods that it selects is ready`
    : `it has no ready endpoints, although ${well} of its pods are ready`;
}

/** A port that is called by a name which no container has leads nowhere. */
function portProblems(service: ApiServiceObject | undefined, pods: readonly ApiPod[]): string[] {
  const names = new Set(
    pods.flatMap(({ spec }) => (spec?.containers ?? []).flatMap(({ ports = [] }) => ports.flatMap(({ name }) => name ?? []))),
  );
  const wanted = (service?.spec?.ports ?? []).flatMap(({ targetPort, port }) =>
    typeof targetPort === 'string' && /\D/u.test(targetPort) ? [{ targetPort, port }] : [],
  );
  return pods.length === 0
    ? []
    : wanted
        .filter(({ targetPort }) => !names.has(targetPort))
        .map(({ targetPort, port }) => `port ${port} leads to a container port called ${targetPort}, which no pod has`);
}

function podProblems(pods: readonly ApiPod[], now: number): string[] {
  const ill = pods.filter((pod) => !podState(pod).isWell);
  const words = [...Map.groupBy(ill, (pod) => podState(pod).word)].map(([word, { length }]) => `${length} ${word}`).join(', ');
  const ended = pods.filter((pod) =>
    statusesOf(pod).some(({ lastState }) => (apiTime(lastState?.terminated?.finishedAt) ?? 0) > now - RECENT_MS),
  );
  return [
    ...(ill.length === 0 ? [] : [`${ill.length} of ${pods.length} pods are not well: ${words}`]),
    ...(ended.length === 0 ? [] : [`containers of ${ended.length} pods have ended in the last 15 minutes`]),
  ];
}

interface Told extends Seen, Verdict {
  readonly warnings: readonly ObjectEvent[];
  readonly unseen: string | undefined;
}

const MOST_PODS = 10;

function written({ name, namespace }: Key, service: ApiServiceObject | undefined, told: Told, now: number): Answer<Output> {
  const { status, reasons, endpoints, warnings, unseen } = told;
  const pods = told.pods
    .map((pod) => ({ name: pod.metadata.name, ...podState(pod) }))
    .toSorted((a, b) => Number(a.isWell) - Number(b.isWell) || b.restarts - a.restarts);
  const lines = eventLines(warnings.slice(0, 5), now);
  const what =
    service === undefined
      ? `Workload ${namespace}/${name} (there is no Service of that name)`
      : `Service ${namespace}/${name} (${portsOf(service)})`;
  const text = [
    `${what}: ${status}${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}`,
    ...(endpoints === undefined || unseen !== undefined ? [] : [`Endpoints: ${endpoints.ready} ready, ${endpoints.notReady} not ready`]),
    ...pods.slice(0, MOST_PODS).map((pod) => `  ${pod.name}: ${pod.word}, ${pod.ready} ready, ${pod.restarts} restarts`),
    ...(pods.length > MOST_PODS ? [`  … ${pods.length - MOST_PODS} more pods`] : []),
    ...(lines.length === 0 ? [] : ['Warnings:', ...lines.map((line) => `  ${line}`)]),
  ];
  const data = {
    service: name,
    namespace,
    status,
    reasons: [...reasons],
    ...(endpoints === undefined || unseen !== undefined ? {} : { endpoints }),
    pods: pods.slice(0, 50).map(({ word, isWell: _isWell, ...pod }) => ({ ...pod, state: word })),
    warnings: lines,
  };
  return { text: text.join('\n'), data };
}
