/**
 * What is looked up for a usual question: which tools, what they are asked, and what follows from a first look.
 *
 * A tool is given those of the values that its input has fields for; one that is not there is left out, and the others still answer.
 */
import type { Entity } from '../memory/conversation.ts';
import type { IntentKind } from '../words/intent.ts';
import { isLogQuery } from '../words/query.ts';
import { LISTED } from '../words/rules.ts';
import type { Looked, Lookups } from './lookups.ts';
import { queryOfMetric } from './metric.ts';
import type { Topic } from './understand.ts';

interface Wanted {
  /** The first of these that there is. */
  readonly tools: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

export async function lookUp(topic: Topic, lookups: Lookups): Promise<readonly Looked[]> {
  const first = await lookAll(wantedFor(topic), lookups);
  return [...first, ...(await lookAll(wantedNext(topic, first), lookups))];
}

async function lookAll(wanted: readonly Wanted[], lookups: Lookups): Promise<readonly Looked[]> {
  const calls = wanted.flatMap(({ tools, values }) => {
    const tool = tools.map(lookups.tool).find((found) => found !== undefined);
    if (tool === undefined || lookups.isSpent()) return [];
    const fields = new Set(Object.keys(tool.input.shape));
    const input = Object.fromEntries(Object.entries(values).filter(([key, value]) => value !== undefined && fields.has(key)));
    return [lookups.look(tool, input)];
  });
  return Promise.all(calls);
}

const isWorkload = (entity: Entity | undefined): entity is Entity =>
  entity !== undefined && !['Namespace', 'Incident', 'RemediationPlan'].includes(entity.kind);

/** One thing, under every name that an input has for it. */
function valuesOf(entity: Entity | undefined): Readonly<Record<string, unknown>> {
  if (entity === undefined) return {};
  const { kind, name } = entity;
  if (kind === 'Namespace') return { namespace: name };
  // Incidents and plans live in the operator's namespace, which nobody has to know.
  if (kind === 'Incident' || kind === 'RemediationPlan') return { name, namespace: entity.namespace };
  const place = { namespace: entity.namespace, name, resource: kind.toLowerCase(), kind };
  return kind === 'Pod'
    ? { ...place, pod: name, pod_name: name }
    : { ...place, service: name, service_name: name, workload: name, selector: name };
}

const DAY_MS = 86_400_000;
/** Whatever time the question is about, how it is now. */
const NOW = { since: undefined, duration: undefined, window: undefined };

interface Asking {
  readonly entity: Entity | undefined;
  /** Of one workload, Service or pod. */
  readonly isService: boolean;
  readonly intent: Topic['intent'];
  readonly want: (tool: string | readonly string[], more?: Readonly<Record<string, unknown>>) => Wanted;
}

const openIncidents = ({ want }: Asking): Wanted => want('list_incidents', { ...NOW, state: 'open', name: undefined });
const signalsNow = ({ want }: Asking): Wanted => want('check_golden_signals', NOW);
const health = (asking: Asking): readonly Wanted[] => [openIncidents(asking), asking.want('get_service_health'), signalsNow(asking)];

const WANTED: Readonly<Partial<Record<IntentKind, (asking: Asking) => readonly Wanted[]>>> = {
  broken: (asking) => [
    openIncidents(asking),
    asking.want('get_pod_status', { limit: 5 }),
    asking.want('flux_status', { problems: true, name: undefined }),
    asking.want('health_check'),
  ],
  health: (asking) => (asking.isService ? health(asking) : [openIncidents(asking), asking.want('get_pod_status')]),
  signals: ({ want, intent: { windowMs } }) => [
    want('check_golden_signals', spanOf(windowMs === undefined ? undefined : Math.min(windowMs, DAY_MS))),
  ],
  metric: (asking) => (asking.isService ? [signalsNow(asking)] : [asking.want('get_pod_status'), openIncidents(asking)]),
  query: ({ want, intent: { detail = '' } }) => [
    want(isLogQuery(detail) ? 'query_logs' : ['query_metrics', 'query_prometheus'], { query: detail, promql: detail, logql: detail }),
  ],
  why: (asking) => (asking.isService ? health(asking) : [openIncidents(asking), asking.want('get_pod_status', { limit: 5 })]),
  logs: (asking) => [logsOf(asking)],
  changes: ({ want, isService }) => [want('what_changed'), ...(isService ? [] : [want('flux_status', { name: undefined, limit: 5 })])],
  who: (asking) => [openIncidents(asking)],
  incidents: ({ want, intent: { words } }) => [want('list_incidents', { ...stateOf(words), name: undefined })],
  plans: ({ want, entity, intent: { words } }) => {
    const ofIncident = entity?.kind === 'Incident' ? { incident: entity.name, namespace: undefined } : {};
    return [want('list_plans', { ...stateOf(words), name: undefined, ...ofIncident })];
  },
  pods: ({ want, entity, isService }) => [
    want(['get_pod_status', 'kubectl_get'], { resource: 'pods', name: undefined, pod: isService ? entity?.name : undefined }),
  ],
  list: ({ want, intent: { words } }) => [want('kubectl_get', { resource: LISTED.exec(words)?.[0], name: undefined })],
  describe: ({ want }) => [want('kubectl_describe')],
  sync: ({ want }) => [want('flux_status')],
  advice: ({ want }) => [want('monitoring_advice')],
};

function wantedFor({ intent, entity }: Topic): readonly Wanted[] {
  const values = { ...valuesOf(entity), ...spanOf(intent.windowMs) };
  const want: Asking['want'] = (tools, more = {}) => ({ tools: [tools].flat(), values: { ...values, ...more } });
  if (entity?.kind === 'Incident' && intent.kind !== 'plans') return [want('get_incident')];
  if (entity?.kind === 'RemediationPlan') return [want('get_plan')];
  return WANTED[intent.kind]?.({ entity, isService: isWorkload(entity), intent, want }) ?? [];
}

/** A figure over a time is asked for by the query that measures it. Why: the diagnosis of the Incident that was found, or what the logs say. */
function wantedNext({ intent, entity }: Topic, first: readonly Looked[]): readonly Wanted[] {
  const { kind, words, windowMs } = intent;
  if (kind === 'metric') {
    const query = windowMs === undefined ? undefined : queryOfMetric(words, first);
    return query === undefined ? [] : [{ tools: ['query_metrics', 'query_prometheus'], values: { query, ...spanOf(windowMs) } }];
  }
  if (kind !== 'why' && kind !== 'who') return [];
  const found = first.find(({ tool }) => tool === 'list_incidents')?.data['incidents'];
  const [incident] = (Array.isArray(found) ? found : []) as readonly { readonly name?: unknown; readonly namespace?: unknown }[];
  if (typeof incident?.name === 'string')
    return [{ tools: ['get_incident'], values: { name: incident.name, namespace: incident.namespace } }];
  return kind === 'why' && isWorkload(entity) ? [{ tools: ['analyze_logs'], values: valuesOf(entity) }] : [];
}

function stateOf(words: string): Readonly<Record<string, unknown>> {
  const severity = /\b(critical|warning|info)\b/u.exec(words)?.[1];
  const state = /\b(?:closed|resolved|over|past)\b/u.test(words)
    ? 'over'
    : /\b(?:waiting|pending|needs?|approve|approvals?)\b/u.test(words)
      ? 'waiting'
      : /\ball\b|\btoday\b|\bweek\b|\byesterday\b|\blast\b/u.test(words) && !/\bopen\b/u.test(words)
        ? 'all'
        : 'open';
  return { state, severity };
}

/** What a log means, or its last lines. Those of a Service are read by its selector. */
function logsOf({ entity, intent: { words }, want }: Asking): Wanted {
  if (/\berrors?\b|\banaly[sz]e\b/u.test(words))
    return want(['analyze_logs', 'get_pod_logs'], { pod: entity?.kind === 'Pod' ? entity.name : undefined });
  if (entity?.kind === 'Service') return want(['kubectl_logs', 'get_pod_logs'], { ...logValues(words), name: `svc/${entity.name}` });
  return want(['get_pod_logs', 'kubectl_logs'], { ...logValues(words), pod: entity?.name });
}

function logValues(words: string): Readonly<Record<string, unknown>> {
  const lines = Number(/\b(\d{1,4}) lines\b/u.exec(words)?.[1] ?? 50);
  const previous = /\bprevious\b|\bbefore\b/u.test(words) ? true : undefined;
  return { tail: lines, tail_lines: lines, lines, limit: lines, previous };
}

function spanOf(windowMs: number | undefined): Readonly<Record<string, unknown>> {
  if (windowMs === undefined) return {};
  const minutes = Math.max(1, Math.round(windowMs / 60_000));
  const span = `${minutes}m`;
  return { since: span, duration: span, window: span };
}
