/** What becomes of the audit of a process: entries, failures to write one, and whether the chain was whole when it was opened. */
import { Counter, Gauge, type Registry } from 'prom-client';

export interface AuditFigures {
  readonly recorded: (entry: { readonly event: string; readonly outcome: string }) => void;
  readonly failed: () => void;
  readonly stands: (seq: number, isWhole: boolean, isSigned: boolean) => void;
}

/** @returns the figures of each chain that the process writes */
export function auditMetrics(registry: Registry): (chain: string) => AuditFigures {
  const registers = [registry];
  const entries = new Counter({
    name: 'agentsre_audit_entries_total',
    help: 'Entries written, by what they are of.',
    labelNames: ['chain', 'event', 'outcome'],
    registers,
  });
  const failures = new Counter({
    name: 'agentsre_audit_failures_total',
    help: 'Writes that failed: while they do, no effect begins but reverts.',
    labelNames: ['chain'],
    registers,
  });
  const gauge = (name: string, help: string): Gauge<'chain'> => new Gauge({ name, help, labelNames: ['chain'], registers });
  const sequence = gauge('agentsre_audit_sequence', 'The last entry of the chain.');
  const whole = gauge(
    'agentsre_audit_whole',
    '1: the chain was whole when this process began to write it. 0: kubectl sre audit verify says what is wrong.',
  );
  const signed = gauge('agentsre_audit_signed', '1: the end of the chain is signed.');
  return (chain) => {
    failures.inc({ chain }, 0);
    return {
      recorded: ({ event, outcome }) => entries.inc({ chain, event, outcome }),
      failed: () => failures.inc({ chain }),
      stands: (seq, isWhole, isSigned) => {
        sequence.set({ chain }, seq);
        whole.set({ chain }, isWhole ? 1 : 0);
        signed.set({ chain }, isSigned ? 1 : 0);
      },
    };
  };
}
