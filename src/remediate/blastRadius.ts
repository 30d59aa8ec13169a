/** How far a wrong fix would reach, and how risky it is: by rules that a person can follow. */
import { RISKS, type Risk } from '../crds/remediationPlan.ts';
import { displayName, type Manifest } from '../gitops/kustomize/manifest.ts';
import type { RiskFinding } from './catalogue/types.ts';
import type { PlanTarget } from './targets.ts';
import type { Workload } from './workload.ts';

export interface BlastRadius {
  readonly workloads: number;
  readonly pods: number;
  readonly summary: string;
}

const ROLLS_OUT: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

export function blastRadius(changed: readonly Manifest[], targets: readonly PlanTarget[]): BlastRadius {
  const workloads = changed.filter(({ kind }) => ROLLS_OUT.has(kind));
  const pods = targets.filter(({ object }) => ROLLS_OUT.has(object.kind)).reduce((sum, { replicas = 1 }) => sum + replicas, 0);
  const others = changed.filter(({ kind }) => !ROLLS_OUT.has(kind));
  const parts = [
    workloads.length === 0
      ? 'no workload rolls out again'
      : `${workloads.map(displayName).join(', ')} roll${workloads.length === 1 ? 's' : ''} out again (${pods} pod${pods === 1 ? '' : 's'})`,
    ...(others.length === 0 ? [] : [`changes ${others.map(displayName).join(', ')}`]),
  ];
  return { workloads: workloads.length, pods, summary: parts.join('; ').slice(0, 256) };
}

/** The highest of the actions' risks, and what the workloads themselves add to it. */
export function worst(
  findings: readonly RiskFinding[],
  workloads: readonly Workload[],
): { readonly level: Risk; readonly reasons: readonly string[] } {
  const all = [...findings, ...workloads.flatMap(ofWorkload)];
  const level = RISKS.findLast((risk) => all.some((finding) => finding.level === risk)) ?? 'Low';
  const reasons = [...new Set(all.filter((finding) => finding.level === level).flatMap((finding) => finding.reasons))];
  return { level, reasons: reasons.map((reason) => reason.slice(0, 256)).slice(0, 10) };
}

function ofWorkload({ kind, name, object, replicas }: Workload): readonly RiskFinding[] {
  const findings: RiskFinding[] = [];
  if (kind === 'StatefulSet')
    findings.push({ level: 'Medium', reasons: [`StatefulSet ${name} holds state and rolls out one pod after the other`] });
  if (kind === 'DaemonSet') findings.push({ level: 'Medium', reasons: [`DaemonSet ${name} runs on every node`] });
  if (object.spec?.strategy?.type === 'Recreate')
    findings.push({ level: 'Medium', reasons: [`Deployment ${name} stops before it starts again (Recreate)`] });
  if (replicas > 20) findings.push({ level: 'Medium', reasons: [`${replicas} pods roll out again`] });
  return findings;
}
