/**
 * A container whose memory grows from start to kill, whatever the load.
 *
 * Right when its measured memory leaks by the rules of `analysis/trend.ts` (what collections do not free rises, in one long life or in several that
 * restarts cut short) and it does harm: the container was killed for memory, or is near its limit. Disproved by memory that levels off: a
 * cache fills up once. Growth that has harmed nobody yet is no finding; a sudden growth is told by `oomKilled` alone.
 */
import { type MemoryPattern, memoryPattern } from '../../analysis/trend.ts';
import { formatBytes } from '../../domain/quantity.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Container, Pod, Series, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { podName } from '../containers.ts';
import { podsOf } from '../credibleLines.ts';
import { configurationOf, containerFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';

export const memoryLeak: Analyzer = {
  name: 'memoryLeak',
  *find(snapshot) {
    for (const one of snapshot.series.filter(({ metric }) => metric === 'memoryBytes')) {
      const harmed = harmedBy(snapshot, one);
      if (harmed === undefined) continue;
      const restarts = [harmed.container.state.running?.startedAt, endOf(harmed.container)?.startedAt].filter((at) => at !== undefined);
      const pattern = memoryPattern(
        one.points.map(([at, value]) => ({ at, value })),
        restarts,
      );
      if (pattern.kind === 'leak') yield finding(one, harmed, pattern);
    }
  },
};

/** Of its limit: then the next kill is near. */
const NEAR = 0.85;

interface Harmed {
  readonly pod: Pod;
  readonly container: Container;
}

const endOf = ({ state, lastState }: Container) => state.terminated ?? lastState.terminated;

/** The container that the series is of: by its name where it has one, otherwise the one that was killed or is near its limit. */
function harmedBy(snapshot: Snapshot, { object, instance, points }: Series): Harmed | undefined {
  const own = podsOf(snapshot, object).flatMap((pod) => pod.containers.map((container) => ({ pod, container })));
  const meant = own.filter(
    ({ pod, container }) =>
      instance === undefined || instance === pod.name || instance === container.name || instance === `${pod.name}/${container.name}`,
  );
  const [, last = 0] = points.at(-1) ?? [];
  return meant.find(
    ({ container }) => wasKilledSince(snapshot, container) || last >= NEAR * (container.limits.memoryBytes ?? Number.POSITIVE_INFINITY),
  );
}

function wasKilledSince({ window }: Snapshot, { state, lastState }: Container): boolean {
  return [state, lastState].some(
    ({ terminated }) => terminated?.reason === 'OOMKilled' && (terminated.finishedAt ?? window.end) >= window.start,
  );
}

function finding(
  { object, evidence }: Series,
  { pod, container }: Harmed,
  { perHour, hours, lives }: Extract<MemoryPattern, { kind: 'leak' }>,
): Finding {
  const of = (...fields: readonly string[]) => containerFields(object, container, ...fields);
  const over = lives === 1 ? `over ${Math.round(hours)} h` : `in ${lives} runs, over ${Math.round(hours)} h together`;
  const limit = container.limits.memoryBytes === undefined ? '' : ` towards its limit of ${formatBytes(container.limits.memoryBytes)}`;
  return {
    analyzer: memoryLeak.name,
    reason: 'MemoryLeak',
    object: { ...object, container: container.name },
    message: `${objectName(object)}: memory of container ${container.name} of ${podName(pod)} grows by ${formatBytes(Math.round(perHour))} an hour ${over}${limit}.`,
    cures: ['RevertCommit', 'SetImage', 'RollbackWorkload', 'RestartWorkload'],
    evidence: [evidence, pod.evidence],
    pods: [pod.name],
    since: container.state.running?.startedAt ?? endOf(container)?.startedAt,
    touchedBy: { direct: of('image'), plausible: [...of('env', 'envFrom', 'args', 'command'), ...configurationOf(pod, container)] },
  };
}
