/**
 * Tries what leads to the targets' pods, and brings what it says into a snapshot's own terms.
 *
 * It is done where nobody knows yet what is wrong, or where what was found is about the network or certificates; else it costs nothing. What is
 * tried is tried from here: a name that does not resolve may only mean that here is outside of the cluster, and a connection that is not
 * answered may be kept out by a policy on purpose, so neither is told. An authority that is not known here proves nothing.
 */
import type { Gap } from '../crds/investigation.ts';
import type { FindingReason } from '../crds/reasons.ts';
import type { KubeClient } from '../kube/client.ts';
import type { CallBudget } from '../sources/budget.ts';
import type { CheckResult } from '../sources/checks/check.ts';
import { evidenceKeys } from '../sources/kubernetes/names.ts';
import type { Check, CheckOutcome, Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { Finding } from './finding.ts';

export interface CheckRun {
  /** Reads what leads to them, with the rights of whoever asks. */
  readonly kube: Pick<KubeClient, 'list'>;
  readonly budget: CallBudget;
  readonly signal: AbortSignal;
}

/** Checks what leads to some pods. It never throws. */
export type Checking = (
  pods: readonly { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }[],
  by: CheckRun,
) => Promise<{ readonly results: readonly CheckResult[]; readonly gaps: readonly Gap[] }>;

interface Told {
  readonly checks: readonly Check[];
  readonly gaps: readonly Gap[];
}

const ABOUT_THE_WAY =
  /^(?:Service|Ingress|RouteMis|RouteNot|NetworkPolicy|Certificate|ClientAddress|DNS|ClusterDNS|DependencyFailing|LatencyIncreased|ErrorRateIncreased)/u;

const isAboutTheWay = (reason: FindingReason): boolean => ABOUT_THE_WAY.test(reason);

export async function checksAround(
  check: Checking,
  run: CheckRun,
  snapshot: Snapshot,
  { found, isOpen }: { readonly found: readonly Finding[]; readonly isOpen: boolean },
): Promise<Told> {
  const isWanted = isOpen || found.some(({ reason }) => isAboutTheWay(reason));
  const pods = [
    ...snapshot.workloads.map(({ ref, podLabels }) => ({ namespace: ref.namespace ?? '', labels: podLabels })),
    ...snapshot.pods.filter(({ owner }) => owner.kind === 'Pod').map(({ namespace, labels }) => ({ namespace, labels })),
  ];
  if (!isWanted || pods.length === 0) return { checks: [], gaps: [] };
  const { results, gaps } = await check(pods, run);
  return { checks: results.flatMap((result) => checkOf(result, snapshot)), gaps };
}

export function checkOf(result: CheckResult, snapshot: Pick<Snapshot, 'routes' | 'policies'>): Check[] {
  const { check, host, port, detail } = result;
  const service = serviceNamed(host);
  const [behind] = snapshot.routes.filter((route) => route.host === host).map(({ backend }) => backend);
  const place = service ?? behind;
  const outcome = outcomeOf(result);
  // Who listens for an Ingress is not the Service behind it: only the certificate is about that.
  if (place === undefined || outcome === undefined || (service === undefined && check !== 'tls')) return [];
  if (outcome === 'timedOut' && check === 'tcp' && isGuarded(snapshot, place.namespace)) return [];
  const evidence = evidenceKeys.check(place.namespace, place.service, port);
  return [{ kind: check, namespace: place.namespace, service: place.service, port, outcome, detail, evidence }];
}

function serviceNamed(host: string): { readonly namespace: string; readonly service: string } | undefined {
  const [, service, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.|$)/u.exec(host) ?? [];
  return service === undefined || namespace === undefined ? undefined : { namespace, service };
}

const isGuarded = ({ policies }: Pick<Snapshot, 'policies'>, namespace: string): boolean =>
  policies.some((policy) => policy.namespace === namespace && (policy.ingress !== undefined || !policy.known));

const TCP: Readonly<Record<Extract<CheckResult, { check: 'tcp' }>['outcome'], CheckOutcome | undefined>> = {
  Open: 'open',
  Refused: 'refused',
  Reset: 'refused',
  Unreachable: 'failed',
  TimedOut: 'timedOut',
};
const DNS: Readonly<Record<Extract<CheckResult, { check: 'dns' }>['outcome'], CheckOutcome | undefined>> = {
  Resolved: 'open',
  ResolverFailed: 'failed',
  TimedOut: 'timedOut',
  NoSuchName: undefined,
  NotAllowed: undefined,
};

/** Undefined for what says nothing of the target. */
function outcomeOf(result: CheckResult): CheckOutcome | undefined {
  if (result.check === 'dns') return DNS[result.outcome];
  if (result.check === 'tcp') return TCP[result.outcome];
  return result.outcome === 'Trusted' || result.outcome === 'Answered' ? 'open' : 'failed';
}
