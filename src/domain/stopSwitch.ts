/** What the stop switch says, read from its ConfigMap: fail-closed, as what is not clearly "go on" is "stop". */
import type { ConfigMap } from '../crds/configMaps.ts';
import { STOP_KEYS } from '../crds/stopSwitch.ts';

export interface Stopped {
  readonly kind: 'stopped';
  readonly by: string;
  /** RFC 3339. */
  readonly since: string;
  /** Absent: none was given. */
  readonly reason?: string;
}

export interface Running {
  readonly kind: 'running';
  /** Who has started it again, when, and why; absent: nobody has stopped it. */
  readonly started?: Omit<Stopped, 'kind'>;
}

export type StopState = Running | Stopped;

const LONGEST = 200;

export function readStopSwitch(map: ConfigMap | undefined): StopState {
  if (map === undefined) return { kind: 'running' };
  const { data = {} } = map;
  const value = data[STOP_KEYS.stopped];
  const reason = value === 'true' || value === 'false' ? data[STOP_KEYS.reason] : malformed(value);
  const turned = {
    by: (data[STOP_KEYS.by] ?? '').slice(0, LONGEST) || 'somebody',
    since: sinceOf(map),
    ...(reason === undefined || reason === '' ? {} : { reason: reason.slice(0, LONGEST) }),
  };
  return value === 'false' ? { kind: 'running', started: turned } : { kind: 'stopped', ...turned };
}

/** `stopped by alice since 2026-11-21T12:00:00Z: we are moving the database` */
export function stopText({ by, since, reason }: Stopped): string {
  return `stopped by ${by} since ${since}${reason === undefined ? '' : `: ${reason}`}`;
}

function malformed(value: string | undefined): string {
  return value === undefined
    ? `the ConfigMap has no key "${STOP_KEYS.stopped}", and so counts as stopped`
    : `the value ${JSON.stringify(value.slice(0, 40))} is neither "true" nor "false", and so counts as stopped`;
}

/** As whoever set it says; else when it was last written. */
function sinceOf({ data = {}, metadata }: ConfigMap): string {
  const said = data[STOP_KEYS.since] ?? '';
  if (/^\d{4}-\d\d-\d\dT/u.test(said) && Number.isFinite(Date.parse(said))) return new Date(said).toISOString();
  const written = (metadata.managedFields ?? []).flatMap(({ time }) => (time === undefined ? [] : [time])).toSorted();
  return written.at(-1) ?? metadata.creationTimestamp;
}
