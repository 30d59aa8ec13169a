/** Every fault that a real node can show. */
import { configuration } from './configuration.ts';
import { crashes } from './crashes.ts';
import type { Fault } from './fault.ts';
import { images } from './images.ts';
import { network } from './network.ts';
import { probes } from './probes.ts';
import { refusals } from './refusals.ts';
import { scheduling } from './scheduling.ts';
import { volumes } from './volumes.ts';
import { workloads } from './workloads.ts';

/** Those that take minutes to show come first. */
export const FAULTS: readonly Fault[] = [
  ...workloads,
  ...crashes,
  ...images,
  ...probes,
  ...configuration,
  ...refusals,
  ...scheduling,
  ...volumes,
  ...network,
];
