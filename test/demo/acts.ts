/** The two acts as they are told: each step is waited for in the cluster, then shown. Nothing here helps the operator along. */
import type { Approval, Incident, RemediationPlan } from '../../src/crds/kinds.ts';
import * as expectations from '../stage/expectations.ts';
import type { Stage } from '../stage/stage.ts';
import { crash, leak, type Trouble, timeoutWithUnit } from '../stage/troubles.ts';
import type { Expectation } from '../stage/world.ts';
import type { View } from './view.ts';
import { checkLines, checksInBrief, diagnosisLines, diffLines, planLines } from './words.ts';

/** A person who judges plans. */
export interface Judge {
  readonly name: string;
  /** Whether they want it. */
  wants(plan: RemediationPlan): Promise<boolean>;
  approve(plan: RemediationPlan): Promise<unknown>;
  reject(plan: RemediationPlan): Promise<unknown>;
}

export interface Telling {
  readonly stage: Stage;
  readonly view: View;
  readonly judge: Judge;
}

/** A person said no: the story ends here. */
export class Declined extends Error {
  override readonly name = 'Declined';
}

/** @returns seconds from the start of the program to the end of the act */
export async function actOne(telling: Telling): Promise<number> {
  const { view, stage } = telling;
  view.heading('Act 1', 'a bad commit is found and reverted');
  const commit = await view.step(
    'a person to commit',
    () => stage.repository.commit(timeoutWithUnit),
    (sha) => `${timeoutWithUnit.author.name} pushes ${short(sha)} "${timeoutWithUnit.subject}"`,
  );
  view.block(await changedLines(telling, commit));
  await see(telling, expectations.fluxHasApplied(commit), () => `Flux applies ${short(commit)} to the cluster`);
  const { incident, plan } = await fromTroubleToPlan(telling, crash);
  await approve(telling, plan);
  await see(telling, expectations.planSucceeds(plan), () => 'the fix is verified');
  view.block(checkLines(view.paint, latestPlan(telling, plan).status?.checks ?? []));
  const resolved = await see(telling, expectations.incidentIsResolved(incident), () => `Incident ${incident.metadata.name} is Resolved`);
  view.prose(summary(resolved));
  return view.elapsed();
}

export async function actTwo(telling: Telling): Promise<void> {
  const { view, stage } = telling;
  view.heading('Act 2', 'a fix that does not help is taken back');
  view.prose(`Customers come to ${leak.service}. It remembers every page that it makes, and has ${await memoryLimit(telling)} to do so.`);
  const before = await stage.repository.git('show', `main:${leak.file}`);
  const customers = stage.customersCome(leak.service);
  try {
    const { incident, plan } = await fromTroubleToPlan(telling, leak);
    await approve(telling, plan);
    await seeItTakenBack(telling, plan, before);
    const handed = await see(
      telling,
      expectations.incidentNeedsHuman(incident),
      () => `Incident ${incident.metadata.name} is handed to a person`,
    );
    view.prose(handed.status?.waitingOn?.detail ?? '');
  } finally {
    await customers.stop();
  }
}

async function fromTroubleToPlan(telling: Telling, trouble: Trouble): Promise<{ incident: Incident; plan: RemediationPlan }> {
  const { stage, view } = telling;
  const { service, alertname, reason } = trouble;
  await see(
    telling,
    expectations.podCrashes(service, reason),
    (seen) => `pod ${seen.pod} ends: ${seen.reason}, exit code ${seen.exitCode}`,
  );
  await see(
    telling,
    expectations.alertFires(stage.monitoring, alertname, service),
    ({ labels }) => `Prometheus fires ${labels['alertname']}`,
  );
  const incident = await see(
    telling,
    expectations.incidentOpens(alertname, service),
    ({ metadata, spec }) => `Incident ${metadata.name} (${spec.severity})`,
  );
  const diagnosis = await see(
    telling,
    expectations.diagnosisIsThere(incident),
    ({ metadata }) => `Investigation ${metadata.name} knows why`,
  );
  view.block(diagnosisLines(view.paint, diagnosis));
  const plan = await see(telling, expectations.planIsReady(incident), ({ metadata }) => `RemediationPlan ${metadata.name} shows its diff`);
  view.block(planLines(view.paint, plan));
  view.verbatim(diffLines(view.paint, plan));
  return { incident, plan };
}

async function approve(telling: Telling, plan: RemediationPlan): Promise<void> {
  const { judge, view, stage } = telling;
  if (!(await judge.wants(plan))) {
    await judge.reject(plan);
    throw new Declined(`RemediationPlan ${plan.metadata.name} is rejected`);
  }
  const approveAndSee = async (): Promise<Approval> => {
    await judge.approve(plan);
    return stage.world.until(expectations.verdictIsGiven(plan, judge.name));
  };
  await view.step(
    'the executor to judge it',
    approveAndSee,
    ({ spec, status }) => `${spec.approver} approves; the executor says ${status?.verdict}`,
  );
  await see(telling, expectations.commitIsPushed(plan), ({ status }) => `commit ${short(status?.commit?.sha)} on ${status?.commit?.ref}`);
  await see(telling, expectations.revisionIsSynced(plan), ({ status }) => `Flux reports ${revision(status?.sync?.revision)}`);
}

async function seeItTakenBack(telling: Telling, plan: RemediationPlan, before: string): Promise<void> {
  const { view, stage } = telling;
  const failed = await see(telling, expectations.rollbackBegins(plan), () => 'the verification fails: it does not help');
  view.block(checkLines(view.paint, failed.status?.checks ?? []));
  view.prose(failed.status?.rollback?.reason ?? '');
  await see(telling, expectations.rollbackIsPushed(plan), ({ status }) => `commit ${short(status?.rollback?.commit?.sha)} takes it back`);
  await see(telling, expectations.planIsRolledBack(plan), ({ status }) => `Flux reports ${revision(status?.rollback?.sync?.revision)}`);
  const same = (await stage.repository.git('show', `main:${leak.file}`)) === before;
  view.prose(`${leak.file} is ${same ? 'byte for byte what it was' : 'NOT what it was before'}.`);
}

function see<T>({ stage, view }: Telling, expectation: Expectation<T>, tell: (seen: T) => string): Promise<T> {
  return view.step(expectation.what, () => stage.world.until(expectation), tell);
}

/** The living line follows what the operator itself says it is doing. */
export function followPlans({ stage, view }: Pick<Telling, 'stage' | 'view'>): void {
  stage.world.onChange(() => {
    const plan = stage.world.now().plans.at(-1);
    const checks = plan?.status?.phase === 'Verifying' ? checksInBrief(plan.status.checks) : '';
    view.detail(checks === '' ? (plan?.status?.waitingOn?.detail ?? '') : checks);
  });
}

async function changedLines({ stage, view }: Telling, commit: string): Promise<readonly string[]> {
  const diff = await stage.repository.git('show', '--format=', '--unified=0', commit);
  return diff
    .split('\n')
    .filter((line) => /^[-+] /u.test(line))
    .map((line) => view.paint(line.startsWith('+') ? 'green' : 'red', line));
}

const latestPlan = ({ stage }: Telling, { metadata }: RemediationPlan): RemediationPlan =>
  stage.world.now().plans.find((plan) => plan.metadata.uid === metadata.uid) as RemediationPlan;

async function memoryLimit({ stage }: Telling): Promise<string> {
  const deployment = stage.world.now().deployments.find(({ metadata }) => metadata.name === leak.service);
  return deployment?.spec.template.spec.containers[0]?.resources?.limits?.memory ?? 'no limit';
}

const short = (sha: string | undefined): string => sha?.slice(0, 7) ?? 'unknown';
/** `main@sha1:…` with a short hash. */
const revision = (text: string | undefined): string => text?.replace(/([0-9a-f]{7})[0-9a-f]{33}$/u, '$1') ?? 'nothing';

/** From alert to plan, and from approval to the end, by the Incident's own times. */
function summary({ status, metadata }: Incident): string {
  const at = (reason: string): string | undefined => status?.timeline?.find((line) => line.reason === reason)?.at;
  const seconds = (from: string | undefined, to: string | undefined): string =>
    from === undefined || to === undefined ? '?' : String(Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000)));
  return (
    `${seconds(metadata.creationTimestamp, status?.plannedAt)} s from the alert to a plan with its diff, ` +
    `${seconds(at('Approved'), status?.resolvedAt)} s from the approval to Resolved. Nobody ran kubectl apply.`
  );
}
