/**
 * Calls that traces show to fail, or to have become slow, followed to where it begins.
 *
 * Right when more of a workload's calls to another fail than a day before, or traces fail that did not: then it fails because of what it calls,
 * which is blamed with all that lies at the end of the chain. What begins to fail, or became slow, itself (its own spans, none of its children's)
 * is told of the workload that sent them. Disproved by a day before that was the same. Whatever is found at the end of the chain explains it.
 */
import type { ObjectRef } from '../../crds/common.ts';
import { levelText } from '../../domain/levelText.ts';
import { evidenceKeys, objectName } from '../../sources/kubernetes/names.ts';
import type { Signals, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import type { CallReading } from '../../sources/signals/callReading.ts';
import { complaintsOfServices } from '../complaintsOfServices.ts';
import { endsOfFailing } from '../failingChain.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote, quoteUnlessToken } from '../quote.ts';
import { changedCallees, changedCalls, namespaceOf, type TracedCall, workloadsNamed } from '../tracedCalls.ts';
import { aboutWorkload } from '../workloadFinding.ts';

export const failingCalls: Analyzer = {
  name: 'failingCalls',
  *find(snapshot) {
    const failing = changedCalls(snapshot, 'failing');
    // Who complains of whom takes long to find out in a large namespace.
    const ends = failing.length === 0 ? [] : endsOfFailing(snapshot, complaintsOfServices(snapshot));
    for (const call of failing) {
      for (const caller of call.from) yield passedOn(snapshot, call, caller, ends);
    }
    for (const signals of snapshot.signals) {
      if (signals.traces === undefined) continue;
      yield* origins(snapshot, signals, signals.traces);
      yield* slowThemselves(snapshot, signals, signals.traces);
    }
  },
};

function passedOn(snapshot: Snapshot, call: TracedCall, caller: ObjectRef, ends: readonly ObjectRef[]): Finding {
  const callee = quoteUnlessToken(call.callee);
  return {
    analyzer: failingCalls.name,
    reason: 'DependencyFailing',
    object: caller,
    detail: call.callee,
    message: `${objectName(caller)} fails because its calls to ${callee} do, as traces show against those of a day before.`,
    cures: [],
    evidence: [call.evidence],
    pods: [],
    blames: [...changedCallees(snapshot, caller, 'failing'), ...ends.filter((end) => objectName(end) !== objectName(caller))],
    touchedBy: { direct: [], plausible: [] },
  };
}

const refsOf = (snapshot: Snapshot, { object }: Signals, traces: CallReading, service: string): ObjectRef[] =>
  service === traces.service ? [object] : workloadsNamed(snapshot, service, namespaceOf(traces, service) ?? object.namespace ?? '');

/** Of a workload whose calls fail, an error that is its own is mostly the same one. */
function* origins(snapshot: Snapshot, signals: Signals, traces: CallReading): Iterable<Finding> {
  const failing = [
    ...traces.suspects
      .filter(({ kind }) => kind === 'failing')
      .map(({ service, name, ownErrorRate: { now, baseline } }) => ({
        service,
        operation: name,
        how: `in ${levelText('share', now)} of its traces, after ${levelText('share', baseline)} a day before`,
        said: traces.origins.find((origin) => origin.service === service && origin.operation === name)?.said ?? '',
      })),
    ...traces.origins.map(({ service, operation, traces: count, said }) => ({
      service,
      operation,
      how: `in ${count} traces, where none failed a day before`,
      said,
    })),
  ];
  const byService = new Map(failing.toReversed().map((one) => [one.service, one]));
  for (const { service, operation, how, said } of byService.values()) {
    if (traces.failing.some(({ caller }) => caller === service)) continue;
    for (const ref of refsOf(snapshot, signals, traces, service)) {
      yield {
        analyzer: failingCalls.name,
        reason: 'ErrorRateIncreased',
        ...aboutWorkload(snapshot, ref),
        message: `${objectName(ref)} fails in ${quote(operation, 80)} ${how}, and nothing that it calls does${said === '' ? '' : `: ${quote(said)}`}.`,
        evidence: [evidenceKeys.traces(signals.object)],
      };
    }
  }
}

/** Less of all that was added is an echo, or noise. */
const LEAST_SHARE = 0.25;

function* slowThemselves(snapshot: Snapshot, signals: Signals, traces: CallReading): Iterable<Finding> {
  const slower = traces.suspects.filter(({ kind, share }) => kind === 'slower' && share >= LEAST_SHARE);
  const first = new Map(slower.toReversed().map((one) => [one.service, one]));
  for (const { service, name, selfP95Ms } of first.values()) {
    for (const ref of refsOf(snapshot, signals, traces, service)) {
      const [now, before] = [selfP95Ms.now, selfP95Ms.baseline].map((ms) => levelText('seconds', ms / 1000));
      yield {
        analyzer: failingCalls.name,
        reason: 'LatencyIncreased',
        ...aboutWorkload(snapshot, ref),
        message: `${objectName(ref)} itself takes ${now} for ${quote(name, 80)} at the 95th percentile of its traces, after ${before} a day before.`,
        evidence: [evidenceKeys.traces(signals.object)],
      };
    }
  }
}
