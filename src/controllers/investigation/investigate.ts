/**
 * Runs the investigation within its budget and takes over its result.
 *
 * The run reads and never writes but for evidence by digest, so that a process which died in the middle simply runs again. What
 * is known at the deadline is the result; what could not be seen by then is a gap.
 */
import { renderStatus } from '../../report/status.ts';
import { declare, end, type StepResult } from '../steps.ts';
import { fixBehind } from './fixBehind.ts';
import type { InvestigationScope } from './scope.ts';

export async function investigate(scope: InvestigationScope): Promise<StepResult> {
  const { investigation, status, clock } = scope;
  const { namespace } = investigation.metadata;
  const { incidentRef } = investigation.spec;
  const incident =
    incidentRef === undefined || namespace === undefined ? undefined : scope.incidents.get({ namespace, name: incidentRef.name });
  status.startedAt ??= new Date(clock.now()).toISOString();

  const fix = await fixBehind(scope);
  const result = await scope.investigator.run({ investigation, incident, fix, namespaces: scope.namespaces, signal: scope.signal });
  Object.assign(status, result, { report: { ...result.report, summary: renderStatus(result) } });
  status.completedAt = new Date(clock.now()).toISOString();
  conclude(scope);
  return end;
}

function conclude({ investigation, status, clock }: InvestigationScope): void {
  const say = (type: string, reason: string, message: string): void =>
    declare(status, type, { status: 'True', reason, message }, investigation.metadata.generation, clock.now());
  const { evidence = [], gaps = [], findings = [], changes = [], outcome = 'Unresolved', rootCause, report } = status;
  const seen = `${evidence.length} pieces of evidence`;
  if (gaps.length === 0) say('Gathered', 'Complete', seen);
  else say('Gathered', 'WithGaps', `${seen}, ${gaps.length} sources could not be seen`);
  say('Analysed', 'ByRules', `${findings.length} findings, ${changes.length} changes`);
  say('Succeeded', outcome, rootCause?.statement ?? report?.rootCause ?? 'no cause was found');
}
