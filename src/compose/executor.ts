/** The executor: from an approved plan to a verified change. The only process with a credential that can push. */
import { createRemediationPlanController } from '../controllers/remediationplan/controller.ts';
import { createGit } from './git.ts';
import type { Parts } from './parts.ts';
import { createTelemetrySources } from './telemetry.ts';

export function addExecutor(parts: Parts): void {
  const { manager, config, clock, redactor } = parts;
  const { namespace: operatorNamespace, remediation } = config;
  const { protectedNamespaces } = remediation;
  const { alerts, measurements } = createTelemetrySources(parts);

  manager.addController(
    createRemediationPlanController(
      {
        clock,
        leadership: manager,
        events: manager.events,
        redact: redactor.text,
        remediate: { ...createGit(parts), operatorNamespace, protectedNamespaces, author: config.git.author },
        protectedNamespaces,
        measurements,
        alertState: (labels, signal) => alerts.state(labels, signal),
      },
      { concurrency: config.executor.concurrency },
    ),
  );
}
