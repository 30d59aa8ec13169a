/**
 * What the targets call, gathered too when the targets themselves do not say why: a caller's errors are then explained by its callee, and its in turn.
 *
 * Calls are known from configuration, from complaints in logs, and from traces; a Service leads to the workloads behind it. At most three steps down and so
 * many workloads as `LIMITS` has; what was seen of the targets alone stays apart, as the report is about them.
 */
import type { ObjectRef } from '../crds/common.ts';
import { readErrorLines } from '../sources/kubernetes/errorLines.ts';
import { gatherCluster, missingGap } from '../sources/kubernetes/gather.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Reader } from '../sources/kubernetes/reader.ts';
import type { Service, Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { Cleaner } from '../sources/text.ts';
import { addressesOf } from './addresses.ts';
import { findService, serviceRef, workloadsBehind } from './reachability.ts';
import { changedServices } from './tracedCalls.ts';
import { troubleWith } from './troubleLines.ts';

const DEEPEST = 3;
const MOST_SERVICES = 12;

/** The targets and, below them, what they call. */
export async function withNeighbours(reader: Reader, targets: Snapshot, cleaner: Cleaner): Promise<Snapshot> {
  let all = targets;
  const looked = new Set<string>();
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const next = [...calledServices(all).map(serviceRef), ...missedServices(all)]
      .filter((one) => !looked.has(objectName(one)))
      .slice(0, MOST_SERVICES - looked.size);
    if (next.length === 0) break;
    for (const one of next) looked.add(objectName(one));
    const below = await gatherCluster(reader, { targets: next, window: targets.window, at: targets.at }, cleaner);
    const lines = await readErrorLines(reader, below, cleaner);
    // that a Service is missing was the reason to look, and is for the analyzers to tell
    const known = new Set(below.missing.map((ref) => missingGap(ref).message));
    const gaps = below.gaps.filter(({ message }) => !known.has(message));
    all = merged(all, { ...below, gaps, errorLines: [...below.errorLines, ...lines] });
  }
  return all;
}

/** Services whose calls changed in traces, that a workload complains of, and that one is configured to call; in this order. */
function calledServices(snapshot: Snapshot): Service[] {
  const known = new Set(snapshot.workloads.map(({ ref }) => objectName(ref)));
  const isNew = (service: Service): boolean => {
    const behind = workloadsBehind(snapshot, service);
    return Object.keys(service.selector).length > 0 && !behind.some(({ ref }) => known.has(objectName(ref)));
  };
  const complained = snapshot.services.filter((one) =>
    snapshot.workloads.some((workload) => troubleWith(snapshot, workload, one.name).length > 0),
  );
  const configured = snapshot.workloads.flatMap((workload) =>
    [...addressesOf(workload)].flatMap((address) => findService(snapshot, address) ?? []),
  );
  return [...new Set([...changedServices(snapshot), ...complained, ...configured])].filter(isNew);
}

/** Services that are not there, which a workload is configured to call and complains of: a workload of that name may be what is meant. */
function missedServices(snapshot: Snapshot): ObjectRef[] {
  const missed = snapshot.workloads.flatMap((workload) =>
    [...addressesOf(workload)].filter(
      (address) => findService(snapshot, address) === undefined && troubleWith(snapshot, workload, address.name).length > 0,
    ),
  );
  return [...new Map(missed.map(serviceRef).map((ref) => [objectName(ref), ref])).values()];
}

type ListKey = { [K in keyof Snapshot]: Snapshot[K] extends readonly { readonly evidence: string }[] ? K : never }[keyof Snapshot];

const BY_EVIDENCE = [
  'workloads',
  'pods',
  'nodes',
  'configMaps',
  'claims',
  'volumes',
  'services',
  'policies',
  'quotas',
  'autoscalers',
  'budgets',
  'deliveries',
  'certificates',
  'deleting',
] as const satisfies readonly ListKey[];

/** What both have counts once; what is missing or unseen is said of the targets alone. */
function merged(first: Snapshot, second: Snapshot): Snapshot {
  const lists = BY_EVIDENCE.map((key) => [key, distinct([...first[key], ...second[key]], ({ evidence }) => evidence)] as const);
  return {
    ...first,
    ...(Object.fromEntries(lists) as unknown as Pick<Snapshot, (typeof BY_EVIDENCE)[number]>),
    events: distinct([...first.events, ...second.events], (event) => JSON.stringify(event)),
    routes: distinct([...first.routes, ...second.routes], (route) => JSON.stringify(route)),
    storageClasses: distinct([...first.storageClasses, ...second.storageClasses], ({ name }) => name),
    serviceAccounts: [...new Set([...first.serviceAccounts, ...second.serviceAccounts])],
    errorLines: [...first.errorLines, ...second.errorLines],
    gaps: distinct([...first.gaps, ...second.gaps], (gap) => JSON.stringify(gap)),
  };
}

function distinct<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const seen = new Map<string, T>();
  for (const item of items) if (!seen.has(keyOf(item))) seen.set(keyOf(item), item);
  return [...seen.values()];
}
