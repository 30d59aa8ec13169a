/** The whole way of a frozen snapshot: gathered, diagnosed, concluded, and a fix proposed; and what of it has to stay the same. */
import type { Investigation } from '../../../src/crds/kinds.ts';
import { type Conclusion, conclude } from '../../../src/investigate/conclude.ts';
import { type Diagnosis, diagnose } from '../../../src/investigate/diagnose.ts';
import { questionOf } from '../../../src/investigate/scopeOf.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { type Handoff, type Proposal, propose } from '../../../src/remediate/propose.ts';
import { observedCommit, rolloutsOf } from '../../../src/sources/changes.ts';
import { parseBundle } from '../../../src/sources/frozen/bundle.ts';
import { gatherFrozen } from '../../../src/sources/frozen/gather.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { emptyCluster, nothingMeasured, OPERATOR, ownerOf, workloadOf } from '../remediate/support.ts';
import { AT, asIncident, type Scene } from './scenes.ts';

export const cleaner = createCleaner(createRedactor().text);
const now = Date.parse(AT);

export interface Outcome {
  readonly diagnosis: Diagnosis;
  readonly conclusion: Conclusion;
  readonly proposal: Proposal | Handoff;
}

export const investigation: Investigation = {
  apiVersion: 'agentsre.io/v1alpha1',
  kind: 'Investigation',
  metadata: { namespace: OPERATOR, name: 'inv', uid: 'inv-uid', resourceVersion: '1', creationTimestamp: AT },
  spec: { purpose: 'Diagnosis' },
};

export async function follow({ bundle, commits, incident }: Scene): Promise<Outcome> {
  const snapshot = await gatherFrozen(parseBundle('scene', JSON.stringify(bundle)), cleaner);
  const cart = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart', uid: 'uid-cart' };
  const changes = [...commits.map((commit) => observedCommit(commit, cart, cleaner)), ...rolloutsOf(snapshot)];
  const diagnosis = diagnose(snapshot, changes);
  const question = questionOf(investigation, asIncident(incident), undefined, now);
  const gathered = { snapshot, changes, calls: 1, around: snapshot };
  const conclusion = conclude({ investigation, incident: asIncident(incident), gathered, question, now });
  return { diagnosis, conclusion, proposal: await proposalFor(incident, conclusion) };
}

/** What would be done about it. */
export async function proposalFor(incident: Scene['incident'], { result }: Conclusion): Promise<Proposal | Handoff> {
  return propose({
    incident: asIncident(incident),
    investigation: { ...investigation, status: result },
    workload:
      result.rootCause?.object.kind === 'Deployment' ? workloadOf({}, [{}, { images: { app: 'registry.test/cart:1.0' } }]) : undefined,
    owner: ownerOf(),
    settings: { operatorNamespace: OPERATOR },
    client: emptyCluster,
    choosing: nothingMeasured,
  });
}

/** What was found, without the words; details that are names of what strangers name are left to the object. */
export function factsOf({ diagnosis, conclusion, proposal }: Outcome): unknown {
  const cause = diagnosis.rootCause;
  return {
    findings: diagnosis.findings.map(({ reason, object, detail = '' }) => [reason, object, detail].join(' ')).toSorted(),
    cause: cause && [cause.reason, cause.object, cause.confidence],
    concluded: conclusion.result.rootCause && [conclusion.result.rootCause.reason, conclusion.result.rootCause.confidence],
    outcome: conclusion.result.outcome,
    broken: conclusion.errors.map(({ analyzer, error }) => `${analyzer}: ${String(error)}`),
    proposal: proposal.kind === 'proposal' ? proposal.spec : { reason: proposal.reason, commands: proposal.commands },
  };
}

/** All strings of a value, keys too. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsIn(member)]);
}
