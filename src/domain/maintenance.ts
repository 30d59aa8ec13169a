/**
 * Maintenance windows of policies (`spec.maintenance`): whether trouble with some objects is expected just now. Pure.
 *
 * An object is in maintenance by any policy that selects it, however specific, and whatever actions it is about. Trouble with objects of several
 * namespaces is expected only where each of those namespaces has one in maintenance. A window whose time zone does not exist is not open: its policy
 * is not valid, and nobody is to sleep for a typing error.
 */
import type { IncidentStatus } from '../crds/incident.ts';
import type { RemediationPolicy } from '../crds/kinds.ts';
import type { RemediationPolicySpec } from '../crds/remediationPolicy.ts';
import { isTimeZone, type Open, openWindow } from './freeze.ts';
import { selectsObject } from './policy.ts';

export type Maintenance = NonNullable<IncidentStatus['maintenance']>;
type MaintenanceWindow = NonNullable<RemediationPolicySpec['maintenance']>[number];

/** A policy with a window that is open now. */
export interface OpenMaintenance extends Open<MaintenanceWindow> {
  readonly policy: RemediationPolicy;
}

export interface MaintainedObject {
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  /** Of the workload. */
  readonly labels: Readonly<Record<string, string>>;
}

/** @param now milliseconds since the epoch */
export function openMaintenance(policies: readonly RemediationPolicy[], now: number): readonly OpenMaintenance[] {
  return policies
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap((policy) => {
      const sound = (policy.spec.maintenance ?? []).filter(({ timeZone }) => isTimeZone(timeZone ?? 'UTC'));
      const open = sound.length === 0 ? undefined : openWindow(sound, now);
      return open === undefined ? [] : [{ policy, ...open }];
    });
}

/** Whether labels have to be known to tell. */
export const asksForLabels = (open: readonly OpenMaintenance[]): boolean =>
  open.some(({ policy }) => Object.keys(policy.spec.selector?.matchLabels ?? {}).length > 0);

/** Of several the one that ends first: then it is to be looked at again. */
export function maintenanceOf(open: readonly OpenMaintenance[], objects: readonly MaintainedObject[]): Maintenance | undefined {
  if (open.length === 0 || objects.length === 0) return undefined;
  const each = [...Map.groupBy(objects, ({ namespace }) => namespace).values()].map((together) =>
    open.find(({ policy }) => together.some((object) => selectsObject(policy, object))),
  );
  if (each.includes(undefined)) return undefined;
  const [first] = each.filter((one) => one !== undefined).toSorted((a, b) => (a.until ?? Infinity) - (b.until ?? Infinity));
  if (first === undefined) return undefined;
  const { policy, window, until } = first;
  return {
    policy: policy.metadata.name,
    window: window.name,
    reason: window.reason,
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
}

/** `maintenance window nightly of RemediationPolicy shop is open until 2026-11-21T06:00:00Z: backups` */
export const maintenanceText = ({ policy, window, until, reason }: Maintenance): string =>
  `maintenance window ${window} of RemediationPolicy ${policy} is open${until === undefined ? '' : ` until ${until}`}: ${reason}`;
