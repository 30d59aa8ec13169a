/**
 * Asks the specialists: which of them the question is for, what their queries say, and what their rules make of all that was gathered.
 *
 * Rules give sentences, advice and points for findings, never a finding or a value of an action. What a query could not say is a gap.
 */
import type { Clock } from '../clock.ts';
import type { Gap } from '../crds/investigation.ts';
import type { Incident, Investigation } from '../crds/kinds.ts';
import { gapOf } from '../sources/gap.ts';
import { evidenceKeys, objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { MetricsSource } from '../sources/prometheus.ts';
import type { EvidenceRecord } from './evidence.ts';
import type { Finding } from './finding.ts';
import { applyRules, type Measured, pointsFor, type RuleResult } from './specialists/applyRules.ts';
import type { ObservedTemplate } from './specialists/evidenceForRules.ts';
import type { Specialist } from './specialists/load.ts';
import { queriesOf } from './specialists/queries.ts';
import type { QueryTarget } from './specialists/queryTemplate.ts';
import { route, runRouted } from './specialists/route.ts';
import type { Specialists } from './specialists/specialists.ts';

export interface ConsultRequest {
  readonly specialists: Specialists;
  readonly metrics: readonly MetricsSource[];
  readonly investigation: Investigation;
  readonly incident?: Incident | undefined;
  readonly snapshot: Snapshot;
  readonly findings: readonly Finding[];
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly signal: AbortSignal;
}

export interface Counsel {
  /** Names of those whom the question is for, the likeliest first. */
  readonly chosen: readonly string[];
  /** Words for a model, of those. */
  readonly prompts: readonly string[];
  readonly results: readonly RuleResult[];
  readonly pointsFor: (finding: Finding) => number;
  readonly records: readonly EvidenceRecord[];
  readonly gaps: readonly Gap[];
}

const MOST_QUERIES = 12;

export async function consult(request: ConsultRequest): Promise<Counsel> {
  const { specialists, investigation, incident, snapshot, findings, clock } = request;
  const alerts = (incident?.spec.alerts ?? []).map(({ labels }) => labels);
  const text = [investigation.spec.question, incident?.spec.title, incident?.spec.description]
    .filter((one) => one !== undefined)
    .join('\n');
  const routing = route(specialists, { forced: investigation.spec.specialist, alerts, findings, text });
  const target = targetOf(snapshot);
  const asking = createAsking(request, target);
  const measured = await runRouted(routing, (some) => asking.ask(some));
  const forced = investigation.spec.specialist === undefined ? specialists.all : routing.first;
  const judged = applyRules({
    specialists: forced,
    seen: { snapshot, findings, alerts, logTemplates: templatesOf(snapshot) },
    measured,
    target,
    clock,
  });
  return {
    chosen: routing.first.map(({ name }) => name),
    prompts: routing.first.flatMap(({ prompt }) => prompt ?? []),
    results: judged.results,
    pointsFor: ({ reason }) => pointsFor(judged.results, reason),
    records: asking.records,
    gaps: [...routing.gaps, ...asking.gaps, ...judged.gaps],
  };
}

/** What stored logs complain of. */
export const templatesOf = ({ signals }: Pick<Snapshot, 'signals'>): ObservedTemplate[] =>
  signals.flatMap(({ object, complaints }) =>
    complaints.map(({ template, change, now }) => ({
      key: evidenceKeys.complaints(object),
      object: objectName(object),
      template,
      count: now,
      change,
    })),
  );

/** The first workload that is asked about, and its first pod. */
function targetOf({ workloads, pods }: Snapshot): QueryTarget {
  const [workload] = workloads;
  const [pod] = pods;
  return {
    namespace: workload?.ref.namespace ?? pod?.namespace ?? '',
    workload: workload?.ref.name ?? pod?.owner.name ?? '',
    pod: pod?.name ?? '',
  };
}

interface Asking {
  readonly ask: (some: readonly Specialist[]) => Promise<readonly Measured[]>;
  readonly records: EvidenceRecord[];
  readonly gaps: Gap[];
}

function createAsking({ metrics, signal }: ConsultRequest, target: QueryTarget): Asking {
  const records: EvidenceRecord[] = [];
  const gaps: Gap[] = [];
  const ask = async (some: readonly Specialist[]): Promise<readonly Measured[]> => {
    const [source] = metrics;
    if (source === undefined || target.namespace === '') return [];
    const wanted = queriesOf(some, target)
      .filter((query) => query.source === 'metrics')
      .slice(0, MOST_QUERIES);
    const answers = await Promise.all(
      wanted.map(async ({ specialist, name, query, description }): Promise<Measured[]> => {
        try {
          const values = (await source.instant(query, signal)).map(({ value }) => value);
          if (values.length === 0) return [];
          const value = values.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY);
          const key = `query/${specialist}/${name}`;
          const summary = `${description}: ${value}`;
          records.push({
            key,
            source: 'metrics',
            query,
            summary,
            mediaType: 'application/json',
            content: JSON.stringify({ value, series: values.length }),
          });
          return [{ specialist, name, value, key }];
        } catch (error) {
          gaps.push(gapOf('metrics', `ask ${source.name} for ${name} of specialist ${specialist}`, error));
          return [];
        }
      }),
    );
    return answers.flat();
  };
  return { ask, records, gaps };
}
