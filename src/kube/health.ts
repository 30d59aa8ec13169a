/** Named checks behind /healthz and /readyz. A check that throws or does not answer in time has failed, and says so. */
import type { Clock } from '../clock.ts';
import { withDeadline } from './deadline.ts';

export type CheckResult = { readonly ok: true } | { readonly ok: false; readonly why: string };
export type Check = () => CheckResult | Promise<CheckResult>;

export interface HealthReport {
  readonly ok: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly why?: string }[];
}

export interface Health {
  /** A process whose live check fails can't recover by itself and should be restarted. */
  addLiveCheck(name: string, check: Check): void;
  /** A process whose ready check fails should get no traffic for now. */
  addReadyCheck(name: string, check: Check): void;
  live(): Promise<HealthReport>;
  ready(): Promise<HealthReport>;
}

const CHECK_TIMEOUT_MS = 2000;

export function createHealth(clock: Clock): Health {
  const live = new Map<string, Check>();
  const ready = new Map<string, Check>();
  const report = async (checks: ReadonlyMap<string, Check>): Promise<HealthReport> => {
    const results = await Promise.all([...checks].map(async ([name, check]) => ({ name, ...(await outcome(clock, check)) })));
    return { ok: results.every(({ ok }) => ok), checks: results };
  };
  return {
    addLiveCheck: (name, check) => live.set(name, check),
    addReadyCheck: (name, check) => ready.set(name, check),
    live: () => report(live),
    ready: () => report(ready),
  };
}

async function outcome(clock: Clock, check: Check): Promise<CheckResult> {
  const late = (): Error => new Error(`no result within ${CHECK_TIMEOUT_MS} ms`);
  try {
    return await withDeadline(clock, CHECK_TIMEOUT_MS, undefined, late, async () => await check());
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
