/** Every analyzer. Their order does not matter: each answers for itself, and `rank.ts` weighs. */
import type { Analyzer } from '../finding.ts';
import { admission } from './admission.ts';
import { autoscaler } from './autoscaler.ts';
import { autoscalerUndone } from './autoscalerUndone.ts';
import { certificates } from './certificates.ts';
import { clientAddress } from './clientAddress.ts';
import { clusterDns } from './clusterDns.ts';
import { cpuPressure } from './cpuPressure.ts';
import { crashLoop } from './crashLoop.ts';
import { database } from './database.ts';
import { deleting } from './deleting.ts';
import { deliveries } from './deliveries.ts';
import { dependency } from './dependency.ts';
import { disruptionBudget } from './disruptionBudget.ts';
import { environmentReference } from './environmentReference.ts';
import { errorRate } from './errorRate.ts';
import { failingCalls } from './failingCalls.ts';
import { imagePull } from './imagePull.ts';
import { ingress } from './ingress.ts';
import { jobs } from './jobs.ts';
import { latency } from './latency.ts';
import { memoryLeak } from './memoryLeak.ts';
import { misdirectedRoute } from './misdirectedRoute.ts';
import { missingConfig } from './missingConfig.ts';
import { missingService } from './missingService.ts';
import { networkPolicy } from './networkPolicy.ts';
import { nodeConditions } from './nodeConditions.ts';
import { nodeDaemons } from './nodeDaemons.ts';
import { oomKilled } from './oomKilled.ts';
import { packetLoss } from './packetLoss.ts';
import { performance } from './performance.ts';
import { podDns } from './podDns.ts';
import { probe } from './probe.ts';
import { quota } from './quota.ts';
import { rbac } from './rbac.ts';
import { rolloutPaused } from './rolloutPaused.ts';
import { rolloutStuck } from './rolloutStuck.ts';
import { sandbox } from './sandbox.ts';
import { scaledToZero } from './scaledToZero.ts';
import { service } from './service.ts';
import { startFailure } from './startFailure.ts';
import { trafficSurge } from './trafficSurge.ts';
import { unschedulable } from './unschedulable.ts';
import { volumeClaim } from './volumeClaim.ts';
import { volumeFilling } from './volumeFilling.ts';
import { volumeMounts } from './volumeMounts.ts';
import { volumeUse } from './volumeUse.ts';

export const analyzers: readonly Analyzer[] = [
  missingConfig,
  imagePull,
  unschedulable,
  quota,
  oomKilled,
  crashLoop,
  probe,
  rolloutStuck,
  clientAddress,
  database,
  dependency,
  misdirectedRoute,
  missingService,
  nodeDaemons,
  performance,
  podDns,
  scaledToZero,
  service,
  volumeClaim,
  admission,
  autoscaler,
  autoscalerUndone,
  certificates,
  clusterDns,
  deleting,
  deliveries,
  disruptionBudget,
  environmentReference,
  ingress,
  jobs,
  networkPolicy,
  nodeConditions,
  rbac,
  rolloutPaused,
  sandbox,
  startFailure,
  memoryLeak,
  volumeMounts,
  volumeUse,
  cpuPressure,
  errorRate,
  failingCalls,
  latency,
  packetLoss,
  trafficSurge,
  volumeFilling,
];
