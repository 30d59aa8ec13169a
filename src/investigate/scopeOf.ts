/**
 * What an investigation is about: its targets and the time that it looks at.
 *
 * Targets that the Investigation or its Incident names were judged by whoever admitted them. Targets that only labels point to were not:
 * they count in the namespace of the Investigation itself, and elsewhere are refused.
 */
import type { ObjectRef } from '../crds/common.ts';
import type { Gap } from '../crds/investigation.ts';
import type { Incident, Investigation } from '../crds/kinds.ts';
import { targetsOf } from '../domain/alertTargets.ts';
import type { ChangeWindow } from '../sources/changes.ts';
import { objectName } from '../sources/kubernetes/names.ts';

export interface Question {
  readonly targets: readonly ObjectRef[];
  readonly window: ChangeWindow;
  readonly gaps: readonly Gap[];
}

const LOOK_BACK_MS = 60 * 60_000;

/** @param allowed namespaces in which targets may be; absent: any @param now milliseconds since the epoch */
export function questionOf(
  investigation: Investigation,
  incident: Incident | undefined,
  allowed: readonly string[] | undefined,
  now: number,
): Question {
  const home = investigation.metadata.namespace ?? '';
  const said = [investigation.spec.targets, incident?.spec.targets].find((targets) => targets !== undefined && targets.length > 0);
  const wanted = said?.map((target) => withNamespace(target, home)) ?? labelled(incident);
  const mayLook = (target: ObjectRef): boolean => {
    const namespace = target.kind === 'Namespace' ? target.name : target.namespace;
    if (namespace === undefined) return said !== undefined && allowed === undefined;
    return (said !== undefined || namespace === home) && (allowed?.includes(namespace) ?? true);
  };
  return {
    targets: wanted.filter(mayLook),
    window: windowOf(investigation, incident, now),
    gaps: wanted.filter((target) => !mayLook(target)).map(refused),
  };
}

const CLUSTER_WIDE = new Set(['Node', 'Namespace', 'PersistentVolume']);

const withNamespace = (target: ObjectRef, home: string): ObjectRef =>
  target.namespace !== undefined || CLUSTER_WIDE.has(target.kind) ? target : { ...target, namespace: home };

function labelled(incident: Incident | undefined): ObjectRef[] {
  const labels = [...(incident?.spec.alerts ?? []).map((alert) => alert.labels), incident?.spec.labels ?? {}];
  return labels.flatMap((one) => targetsOf(one));
}

const refused = (target: ObjectRef): Gap => ({
  source: 'kubernetes',
  reason: 'Forbidden',
  message: `${objectName(target)} is not looked at: this investigation may not look there; name it in spec.targets, or ask from its namespace`,
});

function windowOf({ spec, metadata }: Investigation, incident: Incident | undefined, now: number): ChangeWindow {
  const end = timeOf(spec.window?.end) ?? now;
  const asked = timeOf(metadata.creationTimestamp) ?? now;
  const began = Math.min(timeOf(incident?.spec.startsAt) ?? asked, asked);
  return { start: timeOf(spec.window?.start) ?? began - LOOK_BACK_MS, end: Math.max(end, 0) };
}

function timeOf(time: string | undefined): number | undefined {
  const at = Date.parse(time ?? '');
  return Number.isNaN(at) ? undefined : at;
}
