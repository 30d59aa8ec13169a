/**
 * Reads what is there around workloads, as far as the caller may see it and it can be seen: what could not be is a note, and never "there is none".
 */
import type { ResourceAttributes } from '../../kube/access.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { resourceName } from '../../kube/object.ts';
import type { AlertingRulesPort, AlertRule } from '../../sources/alertingRules.ts';
import type { DashboardsPort } from '../../sources/dashboards.ts';
import { gapReason } from '../../sources/gap.ts';
import { type ApiPod, type ApiSelector, pods } from '../../sources/kubernetes/api.ts';
import { type ApiAutoscaler, type ApiDisruptionBudget, autoscalers, disruptionBudgets } from '../../sources/kubernetes/boundsApi.ts';
import { type ApiServiceObject, serviceObjects } from '../../sources/kubernetes/networkApi.ts';
import { selects } from '../../sources/kubernetes/selection.ts';
import type { MetricsPort } from '../../sources/metrics.ts';
import { type GoldenSignals, goldenSignals } from '../../sources/signals/goldenSignals.ts';
import { isAllowed } from '../caller.ts';
import { RIGHT_TO } from '../signals/confine.ts';
import type { FoundWorkload } from '../signals/findWorkload.ts';
import { subjectOfWorkload } from '../signals/golden/subjectOfWorkload.ts';
import type { Call } from '../tool.ts';
import { upQuery } from './alerts.ts';
import type { Facts } from './facts.ts';
import { simplified } from './simplify.ts';

export interface GatherDeps {
  readonly client: Pick<KubeClient, 'list' | 'raw'>;
  readonly metrics: readonly MetricsPort[];
  readonly rules: readonly AlertingRulesPort[];
  readonly dashboards: readonly DashboardsPort[];
  readonly clock: { readonly now: () => number };
}

/** Of a namespace, or of the whole cluster. */
export interface Around {
  readonly services: readonly ApiServiceObject[] | undefined;
  readonly budgets: readonly ApiDisruptionBudget[] | undefined;
  readonly autoscalers: readonly ApiAutoscaler[] | undefined;
  readonly pods: readonly ApiPod[] | undefined;
  readonly rules: readonly AlertRule[] | undefined;
  readonly hasOperator: boolean | undefined;
  readonly mayMeasureEverywhere: boolean;
  readonly notes: readonly string[];
}

type Levels = GoldenSignals['levels'];

const TIMEOUT_MS = 5_000;

export async function gatherAround(deps: GatherDeps, namespace: string | undefined, call: Call): Promise<Around> {
  const notes: string[] = [];
  const list = async <T extends KubeObject>(resource: ResourceType<T>): Promise<readonly T[] | undefined> =>
    attempt(notes, `list ${resourceName(resource)}`, call, async () => {
      const { group, plural } = resource;
      if (!(await isAllowed(call, { verb: 'list', group, resource: plural, namespace }))) {
        notes.push(`You may not list ${resourceName(resource)}, so nothing is said about them.`);
        return undefined;
      }
      return (await deps.client.list(resource, { namespace, signal: call.signal, timeoutMs: TIMEOUT_MS })).items;
    });
  const [services, budgets, scalers, found, rules, hasOperator, mayMeasureEverywhere] = await Promise.all([
    list(serviceObjects),
    list(disruptionBudgets),
    list(autoscalers),
    list(pods),
    rulesOf(deps, namespace, notes, call),
    servesOperator(deps, call),
    isAllowed(call, RIGHT_TO.metrics),
  ]);
  if (deps.metrics.length === 0)
    notes.push('No source of metrics is configured, so that nothing is known of what is measured: set sources.prometheus.');
  return { services, budgets, autoscalers: scalers, pods: found, rules, hasOperator, mayMeasureEverywhere, notes };
}

async function attempt<T>(notes: string[], tried: string, { signal }: Call, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (signal.aborted) throw error;
    notes.push(`It could not be tried to ${tried} (${gapReason(error)}), so nothing is said about that.`);
    return undefined;
  }
}

/** What rules ask is shown in part, as they name metrics of the namespace: the right to its metrics is asked for. */
async function rulesOf(
  deps: GatherDeps,
  namespace: string | undefined,
  notes: string[],
  call: Call,
): Promise<readonly AlertRule[] | undefined> {
  if (deps.rules.length === 0) return undefined;
  const right: ResourceAttributes = { ...RIGHT_TO.metrics, namespace };
  if (!(await isAllowed(call, right))) return undefined;
  const read = await Promise.all(
    deps.rules.map((port) => attempt(notes, `read the rules of ${port.name}`, call, () => port.all(call.signal))),
  );
  return read.every((one) => one === undefined) ? undefined : read.flatMap((one) => one ?? []);
}

async function servesOperator({ client }: GatherDeps, { signal }: Call): Promise<boolean | undefined> {
  try {
    await client.raw('GET', '/apis/monitoring.coreos.com/v1', undefined, { signal, timeoutMs: TIMEOUT_MS });
    return true;
  } catch (error) {
    if (signal.aborted) throw error;
    return isNotFound(error) ? false : undefined;
  }
}

/** @param isMeasured whether its metrics are looked at too, which takes a few questions */
export async function factsOf(
  deps: GatherDeps,
  workload: FoundWorkload,
  around: Around,
  isMeasured: boolean,
  call: Call,
): Promise<{ readonly facts: Facts; readonly notes: readonly string[] }> {
  const subject = subjectOfWorkload(workload, around.mayMeasureEverywhere);
  const labels = workload.object.spec?.template?.metadata?.labels ?? {};
  const own = around.services?.filter(
    ({ metadata }) => metadata.namespace === workload.namespace && workload.services.includes(metadata.name),
  );
  const inNamespace = ({ metadata }: KubeObject): boolean => metadata.namespace === workload.namespace;
  const known: Facts = {
    workload,
    subject,
    rules: around.rules,
    hasOperator: around.hasOperator,
    pods: around.pods?.filter((pod) => inNamespace(pod) && isSelectedBy(workload.object.spec?.selector, pod.metadata.labels ?? {})),
    budgets: around.budgets?.filter((budget) => inNamespace(budget) && isSelectedBy(budget.spec?.selector, labels)),
    autoscaler: around.autoscalers && (around.autoscalers.find((one) => inNamespace(one) && scales(one, workload)) ?? 'none'),
    servicePorts: own?.flatMap(({ metadata, spec }) =>
      (spec?.ports ?? []).flatMap(({ name }) =>
        name === undefined ? [] : [{ service: metadata.name, labels: metadata.labels ?? {}, port: name }],
      ),
    ),
  };
  if (!isMeasured || deps.metrics.length === 0) return { facts: known, notes: [] };
  if (!(await isAllowed(call, { ...RIGHT_TO.metrics, namespace: workload.namespace }))) {
    return {
      facts: known,
      notes: [`You may not see metrics of ${workload.namespace}, so that no rule could be written for ${workload.name}.`],
    };
  }
  return measured(deps, known, call);
}

async function measured(deps: GatherDeps, known: Facts, call: Call): Promise<{ readonly facts: Facts; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const options = { now: deps.clock.now(), window: '5m', signal: call.signal };
  const [{ levels, gaps }, isScraped, dashboards] = await Promise.all([
    goldenSignals(known.subject, deps.metrics, options),
    attempt(notes, 'ask what is scraped', call, async () => {
      const answers = await Promise.all(deps.metrics.map((port) => port.instant(upQuery(known), call.signal)));
      return answers.some((samples) => samples.length > 0);
    }),
    deps.dashboards.length === 0
      ? undefined
      : attempt(notes, 'search dashboards', call, () => dashboardsAbout(deps.dashboards, known, call.signal)),
  ]);
  call.signal.throwIfAborted();
  const isBlind = gaps.length > 0 && Object.keys(levels).length === 0;
  const readable = isBlind ? undefined : await readableLevels(levels, deps.metrics, call.signal);
  return {
    facts: { ...known, levels: readable, isScraped, dashboards },
    notes: [...notes, ...gaps.map(({ message }) => message)],
  };
}

/** Their queries as a person would write them. */
async function readableLevels(levels: Levels, ports: readonly MetricsPort[], signal: AbortSignal): Promise<Levels> {
  const all = Object.values(levels);
  const short = new Map<string, string>();
  for (const port of ports) {
    const queries = all.filter(({ source }) => source === port.name).map(({ query }) => query);
    const simple = await simplified(queries, port, signal).catch(() => queries);
    for (const [index, query] of queries.entries()) short.set(query, simple[index] ?? query);
  }
  return Object.fromEntries(all.map((level) => [level.signal, { ...level, query: short.get(level.query) ?? level.query }]));
}

async function dashboardsAbout(ports: readonly DashboardsPort[], { workload }: Facts, signal: AbortSignal): Promise<readonly string[]> {
  const found = await Promise.all(ports.map((port) => port.search(workload.name, signal)));
  return found.flat().map(({ title }) => title);
}

const isSelectedBy = (selector: ApiSelector | undefined, labels: Readonly<Record<string, string>>): boolean =>
  selector !== undefined &&
  selects(
    {
      labels: selector.matchLabels ?? {},
      expressions: (selector.matchExpressions ?? []).map((one) => ({ ...one, values: one.values ?? [] })),
    },
    labels,
  );

const scales = ({ spec }: ApiAutoscaler, { kind, name }: FoundWorkload): boolean =>
  spec?.scaleTargetRef?.kind === kind && spec.scaleTargetRef.name === name;
