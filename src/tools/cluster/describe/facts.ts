/** What an object of any kind says of itself, in few lines: how old, its labels, its conditions, and what it asks for and reports, as compact YAML. */
import { stringify } from 'yaml';
import type { KubeObject } from '../../../kube/object.ts';
import type { ApiCondition } from '../../../sources/kubernetes/api.ts';
import { age } from '../../../text/age.ts';
import type { ClusterDeps } from '../deps.ts';
import { linesWithin, withoutBookkeeping } from '../objectText.ts';

const MOST_CHARACTERS = 2_500;

type Deps = Pick<ClusterDeps, 'cleaner' | 'redactor' | 'clock'>;

export function headLines(object: KubeObject, { cleaner, clock }: Deps): string[] {
  const { apiVersion, kind } = object;
  const { namespace, name, creationTimestamp, deletionTimestamp, labels = {}, finalizers = [] } = withoutBookkeeping(object).metadata;
  const now = clock.now();
  const deleting =
    deletionTimestamp === undefined
      ? ''
      : `, being deleted for ${age(deletionTimestamp, now)}${finalizers.length === 0 ? '' : `, held by finalizers ${finalizers.join(', ')}`}`;
  const marks = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [
    `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} (${apiVersion}), ${age(creationTimestamp, now)} old${deleting}`,
    ...(marks.length === 0 ? [] : [`Labels: ${cleaner.line(marks.join(', '), 600)}`]),
  ];
}

interface WithStatus extends KubeObject {
  readonly spec?: unknown;
  readonly status?: { readonly conditions?: readonly ApiCondition[] };
}

/** What is not as it should be first. */
export function conditionLines(object: KubeObject, { cleaner, clock }: Deps): string[] {
  const { conditions = [] } = (object as WithStatus).status ?? {};
  if (!Array.isArray(conditions)) return [];
  const all: readonly ApiCondition[] = conditions;
  return all
    .toSorted((a, b) => Number(a.status === 'True') - Number(b.status === 'True'))
    .map(({ type, status, reason = '', message = '', lastTransitionTime }) => {
      const why = [reason, message].filter((text) => text !== '').join(': ');
      const since = lastTransitionTime === undefined || lastTransitionTime === null ? '' : ` for ${age(lastTransitionTime, clock.now())}`;
      return cleaner.line(`${type}=${status}${since}${why === '' ? '' : `, ${why}`}`, 500);
    });
}

/** Every other part of the object, but what is told in lines of its own. */
export function bodyLines(object: KubeObject, { cleaner, redactor }: Deps): readonly string[] {
  const { apiVersion: _version, metadata: _metadata, ...rest } = object;
  const parts = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withoutTold(key, value)]));
  // with its kind: what a ConfigMap or another kind holds is known by that
  const shown = redactor.value(parts) as Readonly<Record<string, unknown>>;
  const { kind: _kind, ...body } = shown;
  const filled = Object.fromEntries(Object.entries(body).filter(([, value]) => !isEmpty(value)));
  if (isEmpty(filled)) return [];
  const lines = cleaner.lines(stringify(filled, { lineWidth: 0 }), 300);
  const kept = linesWithin(lines, MOST_CHARACTERS);
  return kept.length === lines.length
    ? kept
    : [...kept, `… ${lines.length - kept.length} more lines: kubectl_get with output yaml shows all`];
}

/** In lines of its own, or noise. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  spec: [
    'template',
    'jobTemplate',
    'containers',
    'initContainers',
    'tolerations',
    'dnsPolicy',
    'enableServiceLinks',
    'preemptionPolicy',
    'priority',
    'schedulerName',
    'serviceAccount',
    'terminationGracePeriodSeconds',
  ],
  status: ['conditions', 'containerStatuses', 'initContainerStatuses', 'podIPs', 'hostIPs', 'images'],
};

function withoutTold(key: string, value: unknown): unknown {
  const told = TOLD[key];
  if (told === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([name, member]) => [name, name === 'volumes' ? ofPeople(member) : member] as const);
  return Object.fromEntries(entries.filter(([name, member]) => !told.includes(name) && !isEmpty(member)));
}

/** Without the token that every pod is given. */
const GIVEN_VOLUME = 'kube-api-access-';
const ofPeople = (volumes: unknown): unknown =>
  Array.isArray(volumes)
    ? (volumes as readonly { readonly name?: string }[]).filter(({ name }) => name?.startsWith(GIVEN_VOLUME) !== true)
    : volumes;

const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;
