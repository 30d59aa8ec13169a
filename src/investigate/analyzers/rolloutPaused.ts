/**
 * A Deployment whose rollout is paused while something has changed that does not take effect.
 *
 * Right when it is paused and not all of its pods are of its present template. Disproved by the rollout going on. A pause alone, with
 * everything rolled out, is no finding.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import { podNamesOf } from '../credibleLines.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer } from '../finding.ts';

export const rolloutPaused: Analyzer = {
  name: 'rolloutPaused',
  *find(snapshot) {
    for (const { ref, paused, desired, updated, evidence, historyEvidence, conditions } of snapshot.workloads) {
      if (ref.kind !== 'Deployment' || !paused || desired === 0 || updated >= desired) continue;
      yield {
        analyzer: rolloutPaused.name,
        reason: 'RolloutPaused',
        object: ref,
        message: `The rollout of ${objectName(ref)} is paused: ${updated} of ${desired} pods are of its present template.`,
        cures: ['RevertCommit'],
        evidence: [evidence, historyEvidence],
        pods: podNamesOf(snapshot, ref),
        since: conditions.find(({ type, reason }) => type === 'Progressing' && reason === 'DeploymentPaused')?.since,
        touchedBy: { direct: objectFields(ref, 'spec.paused'), plausible: objectFields(ref, 'spec') },
      };
    }
  },
};
