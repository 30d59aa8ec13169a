/** Alerts about namespaces in good health: of a rule that is too strict, or of a trouble that is over. */
import { crashLooping, errorRate, podNotReady, replicasMismatch, targetDown } from '../alerts.ts';
import type { Fault } from './fault.ts';

export interface HealthyAlert {
  /** Name of one of `SHAPES`. */
  readonly shape: string;
  readonly alert: Fault['alert'];
}

export const HEALTHY: readonly HealthyAlert[] = [
  { shape: 'probes', alert: replicasMismatch },
  { shape: 'configured', alert: podNotReady },
  { shape: 'healed-crash', alert: crashLooping },
  { shape: 'noisy-log', alert: errorRate('web') },
  { shape: 'policies', alert: errorRate('web') },
  { shape: 'quota-with-room', alert: replicasMismatch },
  { shape: 'replicas', alert: targetDown('web') },
  { shape: 'shop', alert: errorRate('frontend') },
];
