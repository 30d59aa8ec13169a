/** A namespace in which nothing runs: healthy it is not, and whoever asks rather meant another one. */
import type { Gap } from '../crds/investigation.ts';
import { KUBERNETES } from '../sources/kubernetes/reader.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';

export const NOTHING_RUNS =
  'Nothing runs here: no workload and no pod, and nothing says why. Check that it is the right namespace and --context.';

export const nothingRuns = ({ workloads, pods, gaps }: Snapshot): boolean => workloads.length + pods.length + gaps.length === 0;

/** For programs, which would take it for healthy. */
export const emptyGap = (snapshot: Snapshot): readonly Gap[] =>
  nothingRuns(snapshot) ? [{ source: KUBERNETES, reason: 'NotFound', message: NOTHING_RUNS }] : [];
