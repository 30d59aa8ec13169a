/** Every analyzer. Their order does not matter: each answers for itself, and `rank.ts` weighs. */
import type { Analyzer } from '../finding.ts';
import { clientAddress } from './clientAddress.ts';
import { crashLoop } from './crashLoop.ts';
import { database } from './database.ts';
import { dependency } from './dependency.ts';
import { imagePull } from './imagePull.ts';
import { misdirectedRoute } from './misdirectedRoute.ts';
import { missingConfig } from './missingConfig.ts';
import { missingService } from './missingService.ts';
import { nodeDaemons } from './nodeDaemons.ts';
import { oomKilled } from './oomKilled.ts';
import { performance } from './performance.ts';
import { podDns } from './podDns.ts';
import { probe } from './probe.ts';
import { quota } from './quota.ts';
import { rolloutStuck } from './rolloutStuck.ts';
import { scaledToZero } from './scaledToZero.ts';
import { service } from './service.ts';
import { unschedulable } from './unschedulable.ts';
import { volumeClaim } from './volumeClaim.ts';

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
];
