/**
 * The panels of dashboards that show what was found, for the report to point to.
 *
 * A panel shows a workload if one of its queries names it, or its namespace; a query of another namespace does not. Every text is a stranger's.
 */
import type { ObjectRef } from '../crds/common.ts';
import type { Gap } from '../crds/investigation.ts';
import type { CallBudget } from '../sources/budget.ts';
import type { Dashboard, DashboardsPort, Panel } from '../sources/dashboards.ts';
import { gapOf } from '../sources/gap.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import type { EvidenceRecord } from './evidence.ts';
import type { Finding } from './finding.ts';
import { subjectsOf } from './notes.ts';
import { quote } from './quote.ts';

/** A dashboard with the panels that show a workload. */
export interface DashboardView {
  readonly title: string;
  /** As the configuration has the address of its server. */
  readonly url: string;
  readonly panels: readonly Panel[];
  readonly workload: ObjectRef;
  /** Its panels name the workload, and not only the namespace. */
  readonly isOwn: boolean;
  readonly evidence: string;
}

interface Seen {
  readonly dashboards: readonly DashboardView[];
  readonly gaps: readonly Gap[];
}

export interface DashboardRun {
  readonly budget: CallBudget;
  readonly signal: AbortSignal;
}

const MOST_WORKLOADS = 2;
/** Each is a call. */
const MOST_READ = 4;
const MOST_VIEWS = 3;
const MOST_PANELS = 4;

export async function dashboardsOf(
  ports: readonly DashboardsPort[],
  run: DashboardRun,
  around: Pick<Snapshot, 'workloads' | 'window'>,
  found: readonly Finding[],
): Promise<Seen> {
  const subjects = subjectsOf(around.workloads, found).slice(0, MOST_WORKLOADS);
  if (subjects.length === 0) return { dashboards: [], gaps: [] };
  const answers = await Promise.all(
    ports.map(async (port): Promise<Seen> => {
      try {
        return { dashboards: await viewsOf(port, run, around.window, subjects), gaps: [] };
      } catch (error) {
        return { dashboards: [], gaps: [gapOf(port.source, `read the dashboards of ${port.name}`, error)] };
      }
    }),
  );
  return {
    dashboards: answers.flatMap(({ dashboards }) => dashboards).slice(0, MOST_VIEWS),
    gaps: answers.flatMap(({ gaps }) => gaps),
  };
}

async function viewsOf(
  port: DashboardsPort,
  { budget, signal }: DashboardRun,
  window: Snapshot['window'],
  subjects: readonly Workload[],
): Promise<readonly DashboardView[]> {
  const words = [...new Set(subjects.flatMap(({ ref: { name, namespace = '' } }) => [name, namespace]))].filter((word) => word !== '');
  const hits = (await Promise.all(words.map((word) => budget.spend(() => port.search(word, signal))))).flat();
  const uids = [...new Set(hits.map(({ uid }) => uid))].slice(0, MOST_READ);
  const read = await Promise.all(uids.map((uid) => budget.spend(() => port.dashboard(uid, signal))));
  const views = read.flatMap((dashboard) => {
    const [view] = subjects.flatMap(({ ref }) => viewOf(port, dashboard, ref, window)).toSorted(ownFirst);
    return view === undefined ? [] : [view];
  });
  return views.toSorted(ownFirst).slice(0, MOST_VIEWS);
}

const ownFirst = (a: DashboardView, b: DashboardView): number => Number(b.isOwn) - Number(a.isOwn);

function viewOf(port: DashboardsPort, { uid, title, panels }: Dashboard, workload: ObjectRef, window: Snapshot['window']): DashboardView[] {
  const { name, namespace = '' } = workload;
  const own = panels.filter(({ queries }) => queries.some(({ text }) => mentions(text, name) && !isOfAnother(text, namespace)));
  const shown = own.length > 0 ? own : panels.filter(({ queries }) => queries.some(({ text }) => mentions(text, namespace)));
  const [first] = shown;
  if (first === undefined) return [];
  const url = port.linkTo(uid, window, shown.length === 1 ? first.id : undefined);
  const view = { title, url, panels: shown.slice(0, MOST_PANELS), workload, isOwn: own.length > 0 };
  return [{ ...view, evidence: `dashboard/${port.name}/${uid}` }];
}

/** As a word within quotation marks, or before the pattern that stands for a pod's hash: `cart`, `cart-.*`, `cart-[a-z0-9]+`; not `cart-db`. */
const mentions = (query: string, name: string): boolean =>
  name !== '' && new RegExp(`["'|(^/]${name.replaceAll('.', String.raw`\.`)}(?!\\w|-\\w|\\.\\w)`, 'u').test(query);

const NAMESPACE = /namespace\s*=\s*"([^"$]{1,63})"/gu;

const isOfAnother = (query: string, namespace: string): boolean => [...query.matchAll(NAMESPACE)].some(([, named]) => named !== namespace);

export const dashboardRecords = (views: readonly DashboardView[]): EvidenceRecord[] =>
  views.map(({ evidence, title, url, panels, workload }) => ({
    key: evidence,
    source: 'grafana',
    query: `dashboard ${quote(title, 120)}, for ${objectName(workload)}`,
    summary: `${panels.length === 1 ? 'panel' : 'panels'} ${panels.map((panel) => quote(panel.title, 60)).join(', ')}`,
    mediaType: 'application/json',
    content: JSON.stringify({ url, panels: panels.map((panel) => ({ title: panel.title, queries: panel.queries })) }, undefined, 2),
  }));

/** @param cite of the key of its evidence */
export const dashboardLines = (views: readonly DashboardView[], cite: (key: string) => string): string[] =>
  views.map(({ title, url, panels, workload, isOwn, evidence }) => {
    const what = isOwn ? objectName(workload) : `namespace ${workload.namespace ?? ''}`;
    return `Dashboard ${quote(title, 80)} shows ${what} in ${panels.map((panel) => quote(panel.title, 60)).join(', ')}: ${url}${cite(evidence)}`;
  });
