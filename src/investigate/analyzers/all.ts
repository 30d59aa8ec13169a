/** Every analyzer. Their order does not matter: each answers for itself, and `rank.ts` weighs. */
import type { Analyzer } from '../finding.ts';
import { admission } from './admission.ts';
import { autoscaler } from './autoscaler.ts';
import { certificates } from './certificates.ts';
import { clusterDns } from './clusterDns.ts';
import { crashLoop } from './crashLoop.ts';
import { deleting } from './deleting.ts';
import { deliveries } from './deliveries.ts';
import { disruptionBudget } from './disruptionBudget.ts';
import { environmentReference } from './environmentReference.ts';
import { imagePull } from './imagePull.ts';
import { ingress } from './ingress.ts';
import { jobs } from './jobs.ts';
import { missingConfig } from './missingConfig.ts';
import { networkPolicy } from './networkPolicy.ts';
import { nodeConditions } from './nodeConditions.ts';
import { oomKilled } from './oomKilled.ts';
import { probe } from './probe.ts';
import { quota } from './quota.ts';
import { rbac } from './rbac.ts';
import { rolloutPaused } from './rolloutPaused.ts';
import { rolloutStuck } from './rolloutStuck.ts';
import { sandbox } from './sandbox.ts';
import { unschedulable } from './unschedulable.ts';
import { volumeMounts } from './volumeMounts.ts';
import { volumeUse } from './volumeUse.ts';

const ofContainersAndPods = [missingConfig, imagePull, unschedulable, quota, oomKilled, crashLoop, probe, rolloutStuck];
const ofSurroundings = [
  networkPolicy,
  ingress,
  certificates,
  rbac,
  admission,
  autoscaler,
  disruptionBudget,
  jobs,
  deleting,
  deliveries,
  rolloutPaused,
  nodeConditions,
  environmentReference,
  volumeMounts,
  volumeUse,
  clusterDns,
  sandbox,
];

export const analyzers: readonly Analyzer[] = [...ofContainersAndPods, ...ofSurroundings];
