/**
 * In what way something fails, as the words of an alert or of a finding's reason tell: what it may cause, and what may cause it, follows from that.
 *
 * Read from the vocabulary of kube-prometheus' rules and the habits of those who write their own. The first pattern that fits counts.
 */
import type { Severity } from '../../crds/incident.ts';
import type { Labels } from '../scrapeLabels.ts';

/** In the order of causes: of two on one object the former is the more likely origin of the latter. */
export const FAILURE_MODES = [
  'node', // does not report, or cannot be reached
  'control', // a part of the control plane
  'certificate',
  'quota',
  'full', // a volume without space
  'storage', // a volume that is broken or not attached
  'oom',
  'image', // cannot be pulled
  'config', // cannot be used, or is not there
  'pressure', // a node that runs out of disk or memory
  'network',
  'dns',
  'crash',
  'pending', // finds no node, or may not be made
  'down', // not there, not ready, not reachable
  'saturation', // connections, memory, CPU
  'slow',
  'errors',
  'job',
  'scaling', // an autoscaler at its bound or without metrics
  'apiClient', // fails to list, watch or write at the API server
  'other',
] as const;
export type FailureMode = (typeof FAILURE_MODES)[number];

const REASONS: readonly (readonly [RegExp, FailureMode])[] = [
  [/^(?:imagepullbackoff|errimagepull|invalidimagename|imageinspecterror|registryunavailable)$/u, 'image'],
  [/^(?:createcontainerconfigerror|createcontainererror|configerror)$/u, 'config'],
  [/^crashloopbackoff$/u, 'crash'],
  [/^oomkilled$/u, 'oom'],
  [/^evicted$/u, 'pressure'],
];

const WORDS: readonly (readonly [RegExp, FailureMode])[] = [
  [/\boom|out of memory|memory leak/u, 'oom'],
  [/\bimages?\b.{0,60}(?:pull|not found|rate|unauthor|unavail|resolved|fail|invalid|mismatch)|\b(?:pull|err) ?image/u, 'image'],
  [/\bcerts?\b|certificate|\btls\b|x509|\bssl\b/u, 'certificate'],
  [/\bdns\b|resolv|name not found/u, 'dns'],
  [/overcommit|quota almost/u, 'other'],
  [/quota/u, 'quota'],
  [/crash ?loop|restart|panic|exits with error|killed by signal/u, 'crash'],
  [/kube ?api|apiserver|api server|\betcd\b|\bscheduler\b|controller manager|aggregated api|control plane/u, 'control'],
  [
    /list errors|watch errors|(?:reconcile|sync|status update|node lookup|client)\w{0,20} (?:errors|failed)|operator.{0,60}(?:errors|failed)/u,
    'apiClient',
  ],
  [
    /node (?:not ready|down|unreachable|offline|readiness|lost)|kubelet (?:down|unavailable|instance|not|pleg)|not ready node|runtime unavailable/u,
    'node',
  ],
  [/(?:volume|\bpvcs?\b|\bclaim\b).{0,60}(?:fill|full|inodes|space|usage|capacity)/u, 'full'],
  [/(?:persistent )?volume|\bpvcs?\b|\bclaim\b|storage class|attach/u, 'storage'],
  [
    /(?:disk|memory|process|node|pid) pressure|eviction|\braid\b|filesystem|disk (?:almost |will be )?(?:full|space|fill|out)|inodes/u,
    'pressure',
  ],
  [/unschedul|pending|not scheduled|insufficient/u, 'pending'],
  [/\bjobs?\b|cron ?job|backup/u, 'job'],
  [/\bhpas?\b|autoscal|maxed|horizontal pod/u, 'scaling'],
  [/packet|network|interface|bonding|policy (?:drop|den|block)|conntrack/u, 'network'],
  [/reload|bad config|config(?:uration)? (?:error|invalid|missing|inconsistent)|config ?map|secret|missing config/u, 'config'],
  [
    /replicas mismatch|rollout|generation mismatch|not rolled out|not ready|\bwaiting\b|target down|\bdown\b|unavailab|absent|missing|unreachab|endpoints|probe|unhealthy|misscheduled|mis scheduled|\bpdb\b|not healthy|inaccessible|offline|\bfailed to start/u,
    'down',
  ],
  [/latency|slow|duration|response time|\bp9\d|\blag|backlog|queue|behind|delay|time ?outs?\b/u, 'slow'],
  [/throttl|\bcpu\b|saturat|load\b|memory|file descriptor|connections|pool|too many|utili[sz]ation|high usage|exhaust/u, 'saturation'],
  [/error|5xx|4xx|fail|burn|\bslo\b|availability|success rate|reject|drop/u, 'errors'],
];

/** `KubePodCrashLooping` as `kube pod crash looping`. */
function wordsOf(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/gu, '$1 $2')
    .replaceAll(/(?<=[A-Z])(?=[A-Z][a-z])/gu, ' ')
    .replaceAll(/[_\-.:/]+/gu, ' ')
    .toLowerCase();
}

function modeOfName(name: string): FailureMode {
  const words = wordsOf(name);
  return WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'other';
}

/** @param isNode whether the alert is about a node */
export function modeOfAlert(labels: Labels, isNode: boolean): FailureMode {
  const reason = (labels['reason'] ?? '').toLowerCase();
  const byReason = REASONS.find(([pattern]) => pattern.test(reason))?.[1];
  if (byReason !== undefined) return byReason;
  const byName = modeOfName(labels['alertname'] ?? '');
  if (isNode && byName === 'down') return 'node';
  if (isNode && (byName === 'storage' || byName === 'full')) return 'pressure';
  return byName;
}

/** Lower is nearer to the cause. What nobody has to act on is hardly ever an origin. */
export function causalRank(mode: FailureMode, severity: Severity): number {
  return FAILURE_MODES.indexOf(mode) + (severity === 'info' ? FAILURE_MODES.length : 0);
}

/** Told of the object itself: nothing that it calls makes it fail in this way. */
export const INTRINSIC: ReadonlySet<FailureMode> = new Set([
  'oom',
  'image',
  'config',
  'full',
  'storage',
  'certificate',
  'quota',
  'pressure',
  'node',
]);

/** Builds up over hours before it does harm. */
export const PROGRESSIVE: ReadonlySet<FailureMode> = new Set(['full', 'storage', 'certificate', 'quota', 'pressure', 'node']);
