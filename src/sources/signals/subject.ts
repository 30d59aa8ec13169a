/**
 * What an investigation asks telemetry about: one workload, under the names that metrics, logs and traces know it by.
 *
 * Its pods of yesterday had other names: they are matched by what their owner's kind names them like, so that now can be compared
 * with before. Kubernetes' alphabet of generated suffixes keeps `cart` from matching the pods of `cart-db`.
 */
import { alternatives } from '../promql.ts';

export interface Subject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Under which it sends traces; absent: its name. */
  readonly service?: string | undefined;
  /** PersistentVolumeClaims of its pods. */
  readonly claims: readonly string[];
  /** Services in front of it; absent: one of its name. */
  readonly services?: readonly string[] | undefined;
  /** Under which OTLP stores its metrics in `job`, where they have no label of a namespace; absent: they are not looked for. */
  readonly jobs?: readonly string[] | undefined;
}

const LETTER = '[bcdfghjklmnpqrstvwxz2456789]';
const TAILS: Readonly<Partial<Record<string, string>>> = {
  Deployment: `-(?:[0-9a-f]{8,10}|${LETTER}{5,10})-[a-z0-9]{5}`,
  ReplicaSet: '-[a-z0-9]{5}',
  ReplicationController: '-[a-z0-9]{5}',
  DaemonSet: '-[a-z0-9]{5}',
  StatefulSet: '-[0-9]{1,5}',
  Job: '(?:-[0-9]{1,5})?-[a-z0-9]{5}',
  CronJob: '-[0-9]{8,10}-[a-z0-9]{5}',
  Pod: '',
};
/** Of owners that we do not know, such as Rollouts and database clusters. */
const ANY_TAIL = '-[a-z0-9-]{1,40}';
/** Kubernetes shortens names of pods so that a suffix fits. */
const LONGEST_KEPT = 46;

/** A regular expression of RE2 that fits the whole names of a workload's pods. */
export function podPatternOf({ kind, name }: Pick<Subject, 'kind' | 'name'>): string {
  if (name.length > LONGEST_KEPT && kind !== 'Pod') return `${alternatives([name.slice(0, LONGEST_KEPT)])}[a-z0-9.-]*`;
  return `${alternatives([name])}${TAILS[kind] ?? ANY_TAIL}`;
}
