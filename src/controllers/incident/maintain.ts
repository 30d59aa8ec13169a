/**
 * Says whether what the Incident is about is in maintenance, by the windows of policies: then trouble is expected. It is looked at each time anew, so that
 * a window which opens, closes or is edited counts from the next look on.
 */
import type { Clock } from '../../clock.ts';
import type { ObjectRef } from '../../crds/common.ts';
import type { RemediationPolicy } from '../../crds/kinds.ts';
import {
  asksForLabels,
  type MaintainedObject,
  maintenanceOf,
  maintenanceText,
  type OpenMaintenance,
  openMaintenance,
} from '../../domain/maintenance.ts';
import { readWorkload } from '../../remediate/workload.ts';
import { next, type StepResult } from '../steps.ts';
import { type IncidentScope, LONGEST_TIMER_MS, note, wakeIn } from './scope.ts';

/** The windows that are open, worked out once a minute for all Incidents. */
export type OpenWindows = (policies: readonly RemediationPolicy[]) => readonly OpenMaintenance[];

export function createOpenWindows(clock: Pick<Clock, 'now'>): OpenWindows {
  let last: { readonly about: string; readonly open: readonly OpenMaintenance[] } | undefined;
  return (policies) => {
    const maintaining = policies.filter(({ spec }) => (spec.maintenance ?? []).length > 0);
    if (maintaining.length === 0) return [];
    const now = clock.now();
    const about = [Math.floor(now / 60_000), ...maintaining.map(({ metadata }) => `${metadata.uid}/${metadata.generation}`)].join();
    if (last?.about !== about) last = { about, open: openMaintenance(maintaining, now) };
    return last.open;
  };
}

export async function maintain(scope: IncidentScope): Promise<StepResult> {
  const { status, clock } = scope;
  const before = status.maintenance;
  const open = scope.openWindows(scope.policies.list());
  const found = open.length === 0 ? undefined : maintenanceOf(open, await objectsOf(scope, asksForLabels(open)));
  if (found === undefined) {
    delete status.maintenance;
    if (before !== undefined) note(scope, 'MaintenanceEnded', `window ${before.window} of RemediationPolicy ${before.policy} is closed`);
    return next;
  }
  status.maintenance = found;
  note(scope, 'Maintenance', maintenanceText(found));
  if (found.until !== undefined) wakeIn(scope, Math.min(Math.max(0, Date.parse(found.until) - clock.now()), LONGEST_TIMER_MS));
  return next;
}

async function objectsOf({ incident, client, signal }: IncidentScope, withLabels: boolean): Promise<readonly MaintainedObject[]> {
  const labelsOf = async (ref: ObjectRef): Promise<Readonly<Record<string, string>>> =>
    withLabels ? ((await readWorkload(client, ref, { signal }))?.labels ?? {}) : {};
  return Promise.all((incident.spec.targets ?? []).map(async (ref) => ({ namespace: ref.namespace ?? '', labels: await labelsOf(ref) })));
}
