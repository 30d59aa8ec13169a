/**
 * Where Agent-SRE is installed and which ServiceAccounts its processes run under: the parameters of RBAC and admission.
 *
 * Admission trusts these user names and no others, so whoever may run pods in this namespace may act as the operator: keep it to administrators.
 */

export const PROCESSES = ['gateway', 'investigator', 'executor'] as const;
export type Process = (typeof PROCESSES)[number];
/** `all` runs the three processes in one, under one account that holds what they hold together. */
export type Account = Process | 'all';

export interface Installation {
  readonly namespace: string;
  readonly accounts: Readonly<Record<Account, string>>;
}

export const defaultInstallation: Installation = {
  namespace: 'agent-sre',
  accounts: {
    gateway: 'agent-sre-gateway',
    investigator: 'agent-sre-investigator',
    executor: 'agent-sre-executor',
    all: 'agent-sre',
  },
};

/** Every account that acts as `process`. */
export function accountsOf(process: Process): readonly Account[] {
  return [process, 'all'];
}

/** User name under which the API server knows an account. */
export function userNameOf({ namespace, accounts }: Installation, account: Account): string {
  return `system:serviceaccount:${namespace}:${accounts[account]}`;
}
