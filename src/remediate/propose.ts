/**
 * Chooses what to do about a root cause, by rules that an experienced person would state; or hands over, saying what to look at.
 *
 * A fault that began with a commit is cured by taking that commit back. An image that does not come, or crashes, without one clean commit behind it, goes
 * back to what ran before. Memory that does not suffice, with nothing changed, is raised. Anything else is a person's. Pure: everything was read before, and
 * nothing of it is believed later: the executor derives it all again. No text of telemetry enters a plan.
 */

import { ACTION_TYPES, type ActionType } from '../crds/actions/actions.ts';
import type { ObjectRef } from '../crds/common.ts';
import type { Change, Finding, InvestigationStatus, RootCause } from '../crds/investigation.ts';
import type { Incident, Investigation } from '../crds/kinds.ts';
import type { Criterion, RemediationPlanSpec } from '../crds/remediationPlan.ts';
import type { Owner } from '../gitops/owner.ts';
import type { KubeClient } from '../kube/client.ts';
import { isForbidden, isNotFound } from '../kube/errors.ts';
import { inWords } from './actionTarget.ts';
import { byHand } from './byHand.ts';
import { catalogue } from './catalogue/catalogue.ts';
import { type Candidate, type Considered, type Facts, type RuledOut, ruleOut } from './catalogue/facts.ts';
import { type Choosing, type ChosenCriteria, chooseCriteria } from './chooseCriteria.ts';
import { type GuardSettings, isProtected } from './guard.ts';
import { commandsFor, engineOf, type Handoff, handOff, ownerHandoff } from './handoff.ts';
import type { Workload } from './workload.ts';

export type { Handoff } from './handoff.ts';

export interface ProposeSettings extends GuardSettings {
  /** Overrides how long the criteria have to hold. */
  readonly soakSeconds?: number | undefined;
  /** How a repository takes what is written into it; absent: by commits. */
  readonly deliveryOf?: ((repository: string) => 'Commit' | 'PullRequest') | undefined;
}

export interface ProposeInput {
  readonly incident: Incident;
  readonly investigation: Investigation;
  /** The workload that `targetOf` names, as it is now. */
  readonly workload: Workload | undefined;
  /** Of the workload; without one, of what the root cause is about. */
  readonly owner: Owner;
  readonly settings: ProposeSettings;
  /** Reads, for what an action has to know of the present. */
  readonly client: KubeClient;
  /** For what shows whether it helps. */
  readonly choosing: Choosing;
  readonly signal?: AbortSignal | undefined;
}

export interface Proposal {
  readonly kind: 'proposal';
  readonly spec: Omit<RemediationPlanSpec, 'incidentRef' | 'investigationRef' | 'ordinal' | 'expiresAt' | 'requestedBy'>;
}

/** Below this, in percent, what was found is no ground to act on. */
const LEAST_CONFIDENCE = 30;

const ACTABLE: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod']);

/** The object whose workload a plan would be about. */
export function targetOf({ spec }: Incident, { status }: Investigation): ObjectRef | undefined {
  const objects = [status?.rootCause?.object, findingOf(status)?.object, ...(status?.affected ?? []), ...(spec.targets ?? [])];
  const found = objects.find((object) => object !== undefined && ACTABLE.has(object.kind));
  if (found === undefined) return undefined;
  const { apiVersion, kind, namespace, name, uid } = found;
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
  };
}

export async function propose(input: ProposeInput): Promise<Proposal | Handoff> {
  const { incident, investigation, workload, owner, client, signal } = input;
  const { status } = investigation;
  const rootCause = status?.rootCause;
  if (status === undefined || status.outcome !== 'RootCauseFound' || rootCause === undefined) return undiagnosed(incident, status);
  const refused = outOfReach(input, rootCause);
  if (refused !== undefined) return refused;

  const inGit = workload === undefined ? undefined : ownerHandoff(owner, workload.ref);
  const facts: Facts = { rootCause, finding: findingOf(status), changes: changesOf(status, rootCause), workload, client, signal };
  const all = await Promise.all(ACTION_TYPES.map(async (type) => withinReach(input, await consider(type, facts))));
  const right = all.toSorted((a, b) => preference(facts, a) - preference(facts, b));
  const considered = right.map((entry) => deliverable(input, inGit, entry));
  const chosen = considered.find(isCandidate);
  if (chosen !== undefined) return proposal(input, { chosen, considered, rootCause, diagnosis: status });
  if (workload === undefined) return noWorkload(rootCause, owner);
  return inGit === undefined ? noSafeAction(workload, rootCause, considered) : withHands(inGit, input, right.find(isCandidate));
}

const isCandidate = (entry: Considered): entry is Candidate => 'action' in entry;

/** What would be done if it could be delivered, for a person to do: not under an owner at work, who would undo it. */
function withHands(handoff: Handoff, { owner, workload }: ProposeInput, right: Candidate | undefined): Handoff {
  if (right === undefined || owner.engine === 'Unsupported') return handoff;
  const hands = byHand({
    action: right.action,
    target: right.target.ref,
    imageIn: (container, revision) => workload?.history.find((entry) => entry.revision === revision)?.images[container],
    owner: owner.engine === 'None' ? undefined : owner,
  });
  if (hands === undefined) return handoff;
  const { writeBack } = hands;
  const how = `${right.title}, by hand${writeBack === undefined ? '' : `; ${writeBack}`}`;
  return { ...handoff, lookAt: [...handoff.lookAt, how], commands: [...hands.commands, ...handoff.commands] };
}

function noWorkload({ reason, object }: RootCause, owner: Owner): Handoff {
  const { kind, namespace, name } = object;
  const why = WHY_NONE.get(kind) ?? '';
  return handOff('NoWorkload', `${reason} is about ${inWords({ kind, namespace: namespace ?? '', name })}, which no action changes${why}`, {
    lookAt: whereInGit(owner),
    commands: commandsFor(object),
  });
}

const WHY_NONE: ReadonlyMap<string, string> = new Map([
  ['Job', ': what a Job runs can’t be changed, only made anew'],
  ['CronJob', ': it keeps no earlier version of itself to go back to'],
]);

function whereInGit(owner: Owner): readonly string[] {
  if (owner.engine === 'None') return [];
  if (owner.engine === 'Unsupported') return [owner.reason];
  const { repository, path, ref } = owner;
  return [
    `${engineOf(owner)} applies it from ${path === '' ? repository : `${path} of ${repository}`}${ref === 'HEAD' ? '' : `, branch ${ref}`}`,
  ];
}

export function strategyOf(
  type: ActionType,
  { owner, settings }: Pick<ProposeInput, 'owner' | 'settings'>,
): RemediationPlanSpec['strategy'] {
  const entry = catalogue[type];
  if (entry.write === undefined || (entry.direct !== undefined && owner.engine === 'None')) return 'Direct';
  return 'build' in owner ? (settings.deliveryOf?.(owner.repository) ?? 'Commit') : 'Commit';
}

/** What is written into Git needs an owner that can be written to. */
function deliverable(input: ProposeInput, inGit: Handoff | undefined, entry: Considered): Considered {
  if ('whyNot' in entry || inGit === undefined || strategyOf(entry.type, input) === 'Direct') return entry;
  return ruleOut(entry.type, inGit.message);
}

function undiagnosed({ spec }: Incident, status: InvestigationStatus | undefined): Handoff {
  const targets = (spec.targets ?? []).slice(0, 3);
  const gaps = (status?.gaps ?? []).slice(0, 3).map(({ source, message }) => `${source}: ${message}`);
  const message = status?.outcome === 'NothingWrong' ? 'nothing was found to be wrong' : 'no root cause was found';
  return handOff('NoRootCause', `${message}; a person has to look`, { lookAt: gaps, commands: targets.flatMap(commandsFor) });
}

function outOfReach({ incident, settings, workload }: ProposeInput, { confidence, reason, object }: RootCause): Handoff | undefined {
  const where = inWords(workload ?? { kind: object.kind, namespace: object.namespace ?? '', name: object.name });
  const about = { commands: commandsFor(workload?.ref ?? object) };
  const own = incident.metadata.namespace ?? settings.operatorNamespace;
  if (workload !== undefined && isProtected(workload.namespace, settings))
    return handOff('ProtectedNamespace', `namespace ${workload.namespace} is protected: ${where} is changed by people only`, about);
  if (workload !== undefined && own !== settings.operatorNamespace && own !== workload.namespace) {
    return handOff('OutOfScope', `an Incident in namespace ${own} is about objects in ${own}, not about ${where}`, about);
  }
  if (confidence >= LEAST_CONFIDENCE) return undefined;
  return handOff(
    'LowConfidence',
    `${reason} of ${where} is only ${confidence} % sure; nothing is proposed below ${LEAST_CONFIDENCE} %`,
    about,
  );
}

function findingOf(status: InvestigationStatus | undefined): Finding | undefined {
  return status?.findings?.find(({ id }) => id === status.rootCause?.finding);
}

/** The change that the root cause names first, the others as they come. */
function changesOf({ changes = [] }: InvestigationStatus, { change: named }: RootCause): readonly Change[] {
  return changes.toSorted((a, b) => Number(b.id === named) - Number(a.id === named));
}

/** An action needs a finding that it cures, by the catalogue's word and by the analyzer's. */
async function consider(type: ActionType, facts: Facts): Promise<Considered> {
  const { rootCause, finding } = facts;
  if (!catalogue[type].cures.includes(rootCause.reason)) return ruleOut(type, `it does not cure ${rootCause.reason}`);
  const named = finding?.cures;
  const entry = await considerLive(type, facts);
  return named === undefined || named.length === 0 || named.includes(type) || 'whyNot' in entry
    ? entry
    : ruleOut(type, `${finding?.analyzer ?? 'the analyzer'} does not name it as a cure`);
}

/** A kind that is not served here, or that may not be read, rules an action out and no other. */
async function considerLive(type: ActionType, facts: Facts): Promise<Considered> {
  try {
    return await catalogue[type].consider(facts);
  } catch (error) {
    if (!isNotFound(error) && !isForbidden(error)) throw new Error(`consider ${type}`, { cause: error });
    return ruleOut(type, `what it needs to know can’t be read: ${error instanceof Error ? error.message : ''}`);
  }
}

/** What it is about may lie elsewhere than the workload. */
function withinReach({ incident, settings }: ProposeInput, entry: Considered): Considered {
  if ('whyNot' in entry) return entry;
  const { namespace } = entry.target;
  const own = incident.metadata.namespace ?? settings.operatorNamespace;
  if (isProtected(namespace, settings)) return ruleOut(entry.type, `namespace ${namespace} is protected`);
  return own === settings.operatorNamespace || own === namespace
    ? entry
    : ruleOut(entry.type, `${inWords(entry.target)} is outside of namespace ${own}`);
}

/**
 * The commit that brought it about goes first: what it did is taken back rather than written over. Then as the analyzer says, who names the best cure
 * first; without its word the catalogue's order stands.
 */
function preference({ rootCause, finding }: Pick<Facts, 'rootCause' | 'finding'>, entry: Considered): number {
  if (entry.type === 'RevertCommit' && 'action' in entry && rootCause.change !== undefined) return -1;
  const at = finding?.cures?.indexOf(entry.type) ?? -1;
  return at < 0 ? ACTION_TYPES.length : at;
}

function noSafeAction(workload: Workload, { reason, statement }: RootCause, considered: readonly Considered[]): Handoff {
  const lookAt = [statement, ...nearest(considered, reason).map(({ type, whyNot }) => `${type}: ${whyNot}`)];
  const message = `no action of the catalogue safely cures ${reason} of ${workload.kind} ${workload.namespace}/${workload.name}`;
  return handOff('NoSafeAction', message, { lookAt, commands: commandsFor(workload.ref) });
}

/** What an alternative may be: an action that cures such a thing at all. */
function nearest(considered: readonly Considered[], reason: RootCause['reason']): readonly RuledOut[] {
  return considered.filter((entry): entry is RuledOut => 'whyNot' in entry && catalogue[entry.type].cures.includes(reason));
}

const MOST_ALTERNATIVES = 8;
const MOST_CRITERIA = 12;
const MOST_ABORTS = 8;
const MOST_NOT_VERIFIED = 8;

interface Chosen {
  readonly chosen: Candidate;
  readonly considered: readonly Considered[];
  readonly rootCause: RootCause;
  readonly diagnosis: InvestigationStatus;
}

/** A cordon or a suspended sync cures nothing by itself, and is not judged by whether anything is cured. */
const isCure = (criteria: readonly Criterion[]): boolean => criteria.some(({ type }) => type === 'FindingsCleared');
export const NOTHING_MORE: ChosenCriteria = { success: [], abort: [], notVerified: [] };

async function proposal(input: ProposeInput, { chosen, considered, rootCause, diagnosis }: Chosen): Promise<Proposal> {
  const { workload, choosing, signal } = input;
  const always = catalogue[chosen.type].successCriteria(chosen.target);
  const more =
    workload === undefined || !isCure(always)
      ? NOTHING_MORE
      : await chooseCriteria({ action: chosen.type, workload, rootCause, diagnosis }, choosing, signal);
  const { target } = chosen;
  const others = considered
    .filter((other) => other !== chosen && (!('whyNot' in other) || catalogue[other.type].cures.includes(rootCause.reason)))
    .slice(0, MOST_ALTERNATIVES)
    .map((other) => alternative(input, other, chosen, more));
  return {
    kind: 'proposal',
    spec: {
      summary: `${chosen.title} for ${inWords(target)}. ${chosen.because}`.slice(0, 600),
      actions: [chosen.action],
      strategy: strategyOf(chosen.type, input),
      ...criteriaOf(input, chosen, more),
      ...(more.notVerified.length > 0 ? { notVerified: more.notVerified.slice(0, MOST_NOT_VERIFIED) } : {}),
      rollback: 'Automatic',
      confidence: rootCause.confidence,
      ...(others.length > 0 ? { alternatives: others } : {}),
    },
  };
}

type Criteria = Pick<RemediationPlanSpec, 'successCriteria' | 'abortCriteria' | 'soakSeconds'>;

export function criteriaOf(
  { incident, settings }: Pick<ProposeInput, 'incident' | 'settings'>,
  { type, target }: Pick<Candidate, 'type' | 'target'>,
  more: ChosenCriteria,
): Criteria {
  const entry = catalogue[type];
  const hasAlerts = (incident.spec.alerts ?? []).length > 0;
  const always = entry.successCriteria(target);
  const added = isCure(always) ? more : NOTHING_MORE;
  const ofAction = always.filter((criterion) => hasAlerts || criterion.type !== 'AlertResolved');
  return {
    successCriteria: [...ofAction, ...added.success].slice(0, MOST_CRITERIA),
    abortCriteria: [...entry.abortCriteria(target), ...added.abort].slice(0, MOST_ABORTS),
    soakSeconds: settings.soakSeconds ?? entry.soakSeconds,
  };
}

type Alternative = NonNullable<RemediationPlanSpec['alternatives']>[number];

/** With what a plan would say that takes it, so that a person can. */
function alternative(input: ProposeInput, other: Considered, chosen: Candidate, more: ChosenCriteria): Alternative {
  if ('whyNot' in other) return { action: other.type, whyNot: other.whyNot.slice(0, 512) };
  const take = { action: other.action, strategy: strategyOf(other.type, input), ...criteriaOf(input, other, more) };
  return { action: other.type, whyNot: preferred(chosen.type), take };
}

function preferred(type: ActionType): string {
  return `possible, but ${type} takes the cause away`;
}
