/** Every analyzer. Their order does not matter: each answers for itself, and `rank.ts` weighs. */
import type { Analyzer } from '../finding.ts';
import { crashLoop } from './crashLoop.ts';
import { imagePull } from './imagePull.ts';
import { missingConfig } from './missingConfig.ts';
import { oomKilled } from './oomKilled.ts';
import { probe } from './probe.ts';
import { quota } from './quota.ts';
import { rolloutStuck } from './rolloutStuck.ts';
import { unschedulable } from './unschedulable.ts';

export const analyzers: readonly Analyzer[] = [missingConfig, imagePull, unschedulable, quota, oomKilled, crashLoop, probe, rolloutStuck];
