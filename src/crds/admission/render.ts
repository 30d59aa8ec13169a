/** The admission policies of one installation, and whether a cluster still holds them as they are here. */
import { isDeepStrictEqual } from 'node:util';
import { defaultInstallation, type Installation } from '../installation.ts';
import type { Manifest } from '../manifest.ts';
import { approvalIsFilledIn, approvalsAreGivenInPerson, approvalsAreKept } from './approvals.ts';
import { auditIsAddedTo } from './audit.ts';
import { gatewayWritesItsOwnMaps } from './gatewayMaps.ts';
import { mutatingPolicy, validatingPolicy } from './policy.ts';
import { requesterIsKept, requesterIsStamped, requesterIsTrue } from './requester.ts';
import { executorOnlyDryRuns, statusIsTheOperators, targetsStayInTheirNamespace } from './scope.ts';
import { speakersAreStamped, speakersAreTrue } from './speaker.ts';
import { stopSwitchIsStamped, stopSwitchIsTrue } from './stopSwitch.ts';

/** What must be in place whatever the API server's age: no Approval counts without these. */
export function renderValidation(installation: Installation = defaultInstallation): readonly Manifest[] {
  return [
    statusIsTheOperators(installation),
    requesterIsTrue(installation),
    ...speakersAreTrue(installation),
    targetsStayInTheirNamespace(installation),
    executorOnlyDryRuns(installation),
    auditIsAddedTo(installation),
    gatewayWritesItsOwnMaps(installation),
    stopSwitchIsTrue(installation),
    approvalsAreKept(installation),
    approvalsAreGivenInPerson,
  ].flatMap(validatingPolicy);
}

/** What saves people from writing their own names; needs MutatingAdmissionPolicy v1 (Kubernetes 1.36). */
export function renderMutation(installation: Installation = defaultInstallation): readonly Manifest[] {
  return [
    requesterIsKept,
    requesterIsStamped(installation),
    ...speakersAreStamped(installation),
    stopSwitchIsStamped(installation),
    approvalIsFilledIn,
  ].flatMap(mutatingPolicy);
}

export function renderAdmission(installation: Installation = defaultInstallation): readonly Manifest[] {
  return [...renderValidation(installation), ...renderMutation(installation)];
}

/**
 * What is missing or changed, one sentence each; empty when all is in place. Approvals that were admitted without these policies are worth nothing.
 * @param live the object of that kind and name in the cluster, if there is one
 */
export function admissionDrift(
  wanted: readonly Manifest[],
  live: (manifest: Manifest) => Pick<Manifest, 'spec'> | undefined,
): readonly string[] {
  return wanted.flatMap((manifest) => {
    const found = live(manifest);
    const named = `${manifest.kind} ${manifest.metadata.name}`;
    if (found === undefined) return [`${named} is missing: apply config/admission`];
    return isDeepStrictEqual(found.spec, manifest.spec) ? [] : [`${named} is not as it was installed: apply config/admission again`];
  });
}
