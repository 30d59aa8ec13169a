/**
 * What is looked up for a usual question: which tools, and what they are asked. Pure but for the second look that a first one asks for.
 *
 * A tool is given those of the values that its input has fields for; one that is not there is left out, and the others still answer.
 */
import type { Entity } from '../memory/conversation.ts';
import type { IntentKind } from '../words/intent.ts';
import { isLogQuery } from '../words/query.ts';
import type { Looked, Lookups } from './lookups.ts';
import type { Topic } from './understand.ts';

export interface Wanted {
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

export function wantedFor({ intent, entity }: Topic): readonly Wanted[] {
  const { windowMs, words, detail } = intent;
  const values = { ...valuesOf(entity), ...spanOf(windowMs) };
  const want = (tool: string | readonly string[], more: Readonly<Record<string, unknown>> = {}): Wanted => ({
    tools: typeof tool === 'string' ? [tool] : tool,
    values: { ...values, ...more },
  });
  const incidents = want('list_incidents', { state: 'open', name: undefined });
  const service = isWorkload(entity);
  const about: Readonly<Partial<Record<IntentKind, readonly Wanted[]>>> = {
    broken: [incidents, want('health_check')],
    health: [
      incidents,
      ...(service ? [want('get_service_health'), want('check_golden_signals')] : [want('get_pod_status', { status: 'failing' })]),
    ],
    signals: [want('check_golden_signals')],
    metric: service ? [want('check_golden_signals')] : [want('get_pod_status'), incidents],
    query: [
      want(isLogQuery(detail ?? '') ? ['query_logs'] : ['query_prometheus', 'query_metrics'], {
        query: detail,
        promql: detail,
        logql: detail,
      }),
    ],
    why: service ? [incidents, want('get_service_health'), want('check_golden_signals')] : [incidents],
    logs: [
      want(
        /\berrors?\b|\banaly[sz]e\b/u.test(words) ? ['analyze_logs', 'get_pod_logs'] : ['get_pod_logs', 'kubectl_logs'],
        logValues(words),
      ),
    ],
    changes: [want(['what_changed']), want('flux_status', { name: undefined })],
    who: [incidents],
    incidents: [want('list_incidents', { ...stateOf(words), name: undefined })],
    plans: [
      want('list_plans', {
        ...stateOf(words),
        name: undefined,
        ...(entity?.kind === 'Incident' && { incident: entity.name, namespace: undefined }),
      }),
    ],
    plan: [want('get_plan')],
    pods: [want(['get_pod_status', 'kubectl_get'], { resource: 'pods', name: undefined })],
    sync: [want('flux_status')],
    advice: [want('monitoring_advice')],
  };
  if (entity?.kind === 'Incident' && intent.kind !== 'plans') return [want('get_incident')];
  if (entity?.kind === 'RemediationPlan') return [want('get_plan')];
  return about[intent.kind] ?? [];
}

/** Why: the diagnosis of the Incident that was found, and what the logs say where there is none. */
function wantedNext({ intent, entity }: Topic, first: readonly Looked[]): readonly Wanted[] {
  if (intent.kind !== 'why' && intent.kind !== 'who') return [];
  const found = first.find(({ tool }) => tool === 'list_incidents')?.data['incidents'];
  const [incident] = (Array.isArray(found) ? found : []) as readonly { readonly name?: unknown; readonly namespace?: unknown }[];
  if (typeof incident?.name === 'string')
    return [{ tools: ['get_incident'], values: { name: incident.name, namespace: incident.namespace } }];
  return intent.kind === 'why' && isWorkload(entity) ? [{ tools: ['analyze_logs'], values: valuesOf(entity) }] : [];
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
