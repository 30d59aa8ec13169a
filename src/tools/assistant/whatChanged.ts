/**
 * `what_changed`: rollouts with the fields that each changed, from the histories that the cluster keeps, and what CI, flags and people have reported;
 * of everything, of a namespace, or of one workload.
 *
 * What was reported of objects elsewhere is told to nobody who may not look there.
 */
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import type { Redactor } from '../../redact/redactor.ts';
import { type ObservedChange, rolloutsOf } from '../../sources/changes.ts';
import {
  type ApiControllerRevision,
  type ApiWorkload,
  controllerRevisions,
  replicaSets,
  workloadResources,
} from '../../sources/kubernetes/api.ts';
import { controllerRevisionHistory, type RevisionSource, replicaSetHistory, workloadView } from '../../sources/kubernetes/workloadView.ts';
import { createReportedChanges } from '../../sources/reportedChanges.ts';
import type { Cleaner } from '../../sources/text.ts';
import type { TimeWindow } from '../../sources/window.ts';
import { age } from '../../text/age.ts';
import { answerOf } from '../answer.ts';
import { demand } from '../caller.ts';
import { nameField, namespaceField } from '../cluster/fields.ts';
import { troubleOf } from '../errors.ts';
import { windowFields, windowOf } from '../timeWindow.ts';
import { type Call, defineTool, type Tool } from '../tool.ts';

export interface WhatChangedDeps {
  readonly client: KubeClient;
  readonly clock: Pick<Clock, 'now'>;
  readonly redactor: Pick<Redactor, 'text' | 'value'>;
  readonly cleaner: Cleaner;
  /** The operator's own, where reports are kept. */
  readonly operatorNamespace: string;
}

const DEFAULT_MS = 24 * 3_600_000;
const LONGEST_MS = 30 * 24 * 3_600_000;
const TIMEOUT_MS = 15_000;
const PAGE = 200;

const input = z.object({
  namespace: namespaceField.describe('Absent: all namespaces.'),
  service_name: nameField.describe('Only this Deployment, StatefulSet or DaemonSet.'),
  ...windowFields,
  limit: z.int().min(1).max(200).default(20).describe('Changes, at most; the newest first.'),
});
type Input = z.output<typeof input>;

const output = z.object({
  from: z.string(),
  to: z.string(),
  total: z.int(),
  changes: z.array(
    z.object({
      at: z.string(),
      kind: z.enum(['Rollout', 'Reported']),
      object: z.string().optional().describe('Kind/namespace/name of a workload; what a report says it touched.'),
      summary: z.string(),
      fields: z.array(z.object({ path: z.string(), before: z.string().optional(), after: z.string().optional() })),
    }),
  ),
});
type Change = z.input<typeof output>['changes'][number];

export function whatChangedTool(deps: WhatChangedDeps): Tool {
  return defineTool({
    name: 'what_changed',
    title: 'What changed',
    description:
      'What changed lately: rollouts of workloads with the fields that each changed (image, environment, resources), and what CI, feature flags and people reported; newest first. The first thing to ask when something broke. For what Flux or Argo CD delivers take flux_status.',
    effect: 'reads',
    core: true,
    input,
    output,
    run: (asked, call) => whatChanged(deps, asked, call),
  });
}

async function whatChanged(deps: WhatChangedDeps, asked: Input, call: Call) {
  const now = deps.clock.now();
  const window = windowOf(asked, { now, defaultMs: DEFAULT_MS, longestMs: LONGEST_MS });
  await demand(call, { verb: 'list', group: 'apps', resource: 'replicasets', namespace: asked.namespace });
  const [rollouts, reports] = await Promise.all([rolloutsWithin(deps, asked, window, call), reportsWithin(deps, asked, window, call)]);
  const all = [...rollouts, ...reports].toSorted((a, b) => (a.at < b.at ? 1 : -1));
  const changes = all.slice(0, asked.limit);
  const of = asked.service_name ?? (asked.namespace === undefined ? 'the cluster' : `namespace ${asked.namespace}`);
  const since = age(new Date(window.start).toISOString(), window.end);
  const head =
    all.length === 0
      ? `Nothing changed in ${of} in ${since}: no rollout, and nothing was reported.`
      : `${all.length} ${all.length === 1 ? 'change' : 'changes'} in ${of} in ${since}, the newest first:`;
  const more = all.length > changes.length ? [`${all.length - changes.length} more: ask with a higher limit or a shorter duration.`] : [];
  return answerOf(deps.redactor, {
    lines: [head, ...changes.flatMap((change) => linesOf(change, now)), ...more],
    data: { from: new Date(window.start).toISOString(), to: new Date(window.end).toISOString(), total: all.length, changes },
  });
}

const MOST_FIELDS = 6;

function linesOf({ at, summary, fields }: Change, now: number): readonly string[] {
  const changed = fields
    .slice(0, MOST_FIELDS)
    .map(({ path, before, after }) => `  ${path}: ${before ?? 'nothing'} → ${after ?? 'nothing'}`);
  const more = fields.length > MOST_FIELDS ? [`  and ${fields.length - MOST_FIELDS} more fields`] : [];
  return [`${age(at, now)} ago: ${summary}`, ...changed, ...more];
}

type HistoryKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';
const KINDS: readonly HistoryKind[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

async function rolloutsWithin(
  { client, cleaner }: WhatChangedDeps,
  { namespace, service_name: name }: Input,
  window: TimeWindow,
  { signal }: Call,
): Promise<readonly Change[]> {
  const list = async <T extends KubeObject>(resource: ResourceType<T>, fieldSelector?: string): Promise<readonly T[]> => {
    const options = { namespace, fieldSelector, pageSize: PAGE, signal, timeoutMs: TIMEOUT_MS };
    return (await client.list(resource, options)).items;
  };
  const selected = name === undefined ? undefined : `metadata.name=${name}`;
  try {
    const [sets, revisions, ...byKind] = await Promise.all([
      list(replicaSets),
      list(controllerRevisions),
      ...KINDS.map((kind) => list(workloadResources[kind], selected)),
    ]);
    const workloads = byKind.flatMap((objects, index) =>
      objects.map((object) => workload(KINDS[index] ?? 'Deployment', object, historyOf(object, sets, revisions), cleaner)),
    );
    return rolloutsOf({ workloads, window }).map(changeOf);
  } catch (error) {
    signal.throwIfAborted();
    throw troubleOf('read the histories of rollouts', error);
  }
}

function historyOf(
  owner: ApiWorkload,
  sets: readonly ApiWorkload[],
  revisions: readonly ApiControllerRevision[],
): readonly RevisionSource[] {
  const isOwned = ({ metadata }: KubeObject): boolean => metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) === true;
  return [...replicaSetHistory(sets.filter(isOwned)), ...controllerRevisionHistory(revisions.filter(isOwned))];
}

function workload(kind: HistoryKind, object: ApiWorkload, history: readonly RevisionSource[], cleaner: Cleaner) {
  const { namespace, name } = object.metadata;
  const ref = { apiVersion: 'apps/v1', kind, namespace, name };
  return workloadView({ ref, object, history, podCounts: [], podsSeen: false }, cleaner);
}

function changeOf({ at, workload: { kind, namespace, name }, summary, fields }: ObservedChange): Change {
  return {
    at: new Date(at).toISOString(),
    kind: 'Rollout',
    object: `${kind}/${namespace ?? ''}/${name}`,
    summary,
    fields: fields.map(({ path, before, after }) => ({
      path: path.replace(/^spec\.template\./u, ''),
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    })),
  };
}

/** Of what was reported: what touched the thing that is asked about, or says of nothing what it touched; and only where the caller may look. */
async function reportsWithin(deps: WhatChangedDeps, asked: Input, window: TimeWindow, call: Call): Promise<readonly Change[]> {
  const { namespace, service_name: name } = asked;
  const notes = await createReportedChanges(deps.client, deps.operatorNamespace, deps.cleaner)
    .annotations(window, call.signal)
    .catch((error: unknown) => {
      call.signal.throwIfAborted();
      throw troubleOf('read what was reported to have changed', error);
    });
  const everywhere = await call.caller.may({ verb: 'list', group: 'apps', resource: 'deployments' }, call.signal);
  const touches = (tag: string): boolean => {
    const [where, what] = tag.includes('/') ? tag.split('/') : [undefined, tag];
    const isThere = namespace === undefined ? everywhere : where === undefined ? everywhere : where === namespace;
    return isThere && (name === undefined || what === name);
  };
  return notes
    .filter(({ tags }) => (tags.length === 0 ? everywhere : tags.some(touches)))
    .map(({ at, text, tags }) => ({
      at: new Date(at).toISOString(),
      kind: 'Reported',
      ...(tags[0] !== undefined && { object: tags[0] }),
      summary: text,
      fields: [],
    }));
}
