/** Whether a person expects an Incident: for so long nobody is told of it, and nothing new is proposed. Pure. */
import type { IncidentSpec } from '../crds/incident.ts';

type Expecting = Pick<IncidentSpec, 'expected'>;

/** Milliseconds for which it is still expected; undefined where it is not, or not any more. */
export function expectedForMs({ expected }: Expecting, now: number): number | undefined {
  const left = Date.parse(expected?.until ?? '') - now;
  return left > 0 ? left : undefined;
}

/** `expected until 2026-11-21T12:00:00Z by alice: load test` */
export function expectationText({ until, by, reason }: NonNullable<IncidentSpec['expected']>): string {
  return `expected until ${until} by ${by}: ${reason}`;
}
