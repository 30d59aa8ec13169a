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
