/** The investigator: from an Incident to a diagnosis and a proposal. Reads much, writes its own kinds and evidence. */
import { createIncidentController } from '../controllers/incident/controller.ts';
import { createInvestigationController } from '../controllers/investigation/controller.ts';
import { createEvidenceStore } from '../evidence/store.ts';
import { createGitChanges } from '../gitops/changes.ts';
import { createInvestigator } from '../investigate/investigate.ts';
import { createGit } from './git.ts';
import type { Parts } from './parts.ts';
import { createTelemetrySources } from './telemetry.ts';

export function addInvestigator(parts: Parts): void {
  const { manager, config, clock, client, logger, redactor } = parts;
  const { namespace, remediation } = config;
  const { prometheus, alerts } = createTelemetrySources(parts);
  const { repositories, renderer } = createGit(parts);
  const evidence = createEvidenceStore({ client, namespace, redactor, clock });
  const git = createGitChanges({ client, repositories, renderer, logger });
  const investigator = createInvestigator({
    kube: client,
    clock,
    logger,
    redact: redactor.text,
    evidence,
    git,
    metrics: prometheus,
    alerts,
  });

  manager.addController(
    createInvestigationController({ clock, namespace, investigator }, { concurrency: config.investigator.concurrency }),
  );
  manager.addController(
    createIncidentController({
      clock,
      namespace,
      proposals: { operatorNamespace: namespace, ...remediation },
      events: manager.events,
      alertState: (labels, signal) => alerts.state(labels, signal),
    }),
  );
}
