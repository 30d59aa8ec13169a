/**
 * A change that somebody outside reported (a deployment, a flag, an apply of infrastructure, a migration), and the ConfigMap that keeps it.
 *
 * One immutable object a change, named after its content, so that a report that comes twice is one; labelled with its days, so that those
 * of a window are found without reading the others. Pure.
 */
import { CHANGE_PREFIX } from '../crds/gatewayMaps.ts';
import { digestOf } from './canonical.ts';

export const CHANGE_KINDS = ['Deployment', 'Configuration', 'FeatureFlag', 'Infrastructure', 'Migration', 'Maintenance', 'Other'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface ChangedObject {
  readonly namespace?: string | undefined;
  readonly kind?: string | undefined;
  readonly name: string;
}

export interface ReportedChange {
  readonly kind: ChangeKind;
  /** What was done, in a sentence. A stranger's text. */
  readonly summary: string;
  /** When it took effect, in milliseconds since the epoch. */
  readonly at: number;
  /** What reported it, such as `github-actions`. */
  readonly source: string;
  readonly author?: string | undefined;
  /** Shown, never fetched. */
  readonly url?: string | undefined;
  /** What it touched; empty: not known. */
  readonly objects: readonly ChangedObject[];
}

/** As the API server takes it. */
export interface ChangeMap {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly immutable: true;
  readonly data: Readonly<Record<string, string>>;
}

/** With what is found in `app.kubernetes.io/component`. */
export const CHANGE_COMPONENT = 'reported-change';
const DAY = 'agentsre.io/day';
const KEY = 'change.json';
const DAY_MS = 86_400_000;
/** Of a window that is longer, the last days. */
const MOST_DAYS = 8;

export function changeMap(namespace: string, change: ReportedChange): ChangeMap {
  return {
    metadata: {
      namespace,
      name: `${CHANGE_PREFIX}${digestOf(change).slice('sha256:'.length, 'sha256:'.length + 24)}`,
      labels: { 'app.kubernetes.io/part-of': 'agent-sre', 'app.kubernetes.io/component': CHANGE_COMPONENT, [DAY]: dayOf(change.at) },
    },
    immutable: true,
    data: { [KEY]: JSON.stringify(change) },
  };
}

/** Selects the changes of the days that a window touches. */
export function changesWithin({ start, end }: { readonly start: number; readonly end: number }): string {
  const last = Math.floor(end / DAY_MS);
  const first = Math.max(Math.floor(start / DAY_MS), last - MOST_DAYS + 1);
  const days = Array.from({ length: last - first + 1 }, (_, index) => dayOf((first + index) * DAY_MS));
  return `app.kubernetes.io/component=${CHANGE_COMPONENT},${DAY} in (${days.join(',')})`;
}

/** Undefined for what is none of ours: anybody who may write ConfigMaps there may have made it. */
export function changeIn({ data }: { readonly data?: Readonly<Record<string, string>> | undefined }): ReportedChange | undefined {
  try {
    const change = JSON.parse(data?.[KEY] ?? '') as Partial<ReportedChange>;
    const isWhole =
      typeof change.summary === 'string' &&
      typeof change.source === 'string' &&
      Number.isFinite(change.at) &&
      Array.isArray(change.objects) &&
      (CHANGE_KINDS as readonly unknown[]).includes(change.kind) &&
      change.objects.every((object) => typeof object?.name === 'string');
    return isWhole ? (change as ReportedChange) : undefined;
  } catch {
    return undefined;
  }
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
