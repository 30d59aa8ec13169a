/** The investigator: from an Incident to a diagnosis and a proposal. Reads much, writes its own kinds and evidence. */
import { createGroupingController } from '../controllers/grouping/controller.ts';
import { createVerdicts } from '../controllers/grouping/verdicts.ts';
import { createIncidentController } from '../controllers/incident/controller.ts';
import { createInvestigationController } from '../controllers/investigation/controller.ts';
import { createSilenceController } from '../controllers/silence/controller.ts';
import { identityRules } from '../domain/identity.ts';
import { createEvidenceStore, type EvidenceStore } from '../evidence/store.ts';
import { createGitChanges } from '../gitops/changes.ts';
import { analyzers } from '../investigate/analyzers/all.ts';
import { createInvestigator } from '../investigate/investigate.ts';
import { createSpecialists, loadAllSpecialists } from '../investigate/specialists/specialists.ts';
import { createTopologyReader } from '../sources/kubernetes/topology/readTopology.ts';
import { observedCalls } from '../sources/observedCalls.ts';
import { createReportedChanges } from '../sources/reportedChanges.ts';
import { createCleaner } from '../sources/text.ts';
import { createRoleAudit } from './audit.ts';
import { createChecking } from './checks.ts';
import { createGit, createSourceRepositories } from './git.ts';
import { createForeignTools } from './mcp.ts';
import { createAdviser } from './model.ts';
import type { Parts } from './parts.ts';
import { proposalSettings } from './proposals.ts';
import { createApplicationSource } from './source.ts';
import { createTelemetrySources } from './telemetry.ts';

const DAY_MS = 24 * 3600 * 1000;
const COLLECT_EVERY_MS = 3600 * 1000;
/** For a sender's word that an alert is over. */
const UNCONFIRMED_AFTER_MS = 10 * 60 * 1000;

export function addInvestigator(parts: Parts): void {
  const { manager, config, clock, client, logger, redactor } = parts;
  const { namespace } = config;
  const reconciling = { clock, events: manager.events, redact: redactor.text };
  const { ports, alerts, alertmanagers, dashboards, measurements } = createTelemetrySources(parts);
  const { repositories, renderer } = createGit(parts);
  const evidence = createEvidence(parts);
  const audit = createRoleAudit(parts, 'investigator');
  const git = createGitChanges({ client, repositories, renderer, logger });
  const source = createApplicationSource({ config, repositories: createSourceRepositories(parts), clock });
  const investigator = createInvestigator({
    kube: client,
    clock,
    logger,
    redact: redactor.text,
    evidence,
    git,
    telemetry: ports,
    dashboards,
    notes: [...dashboards, createReportedChanges(client, namespace, createCleaner(redactor.text))],
    alerts,
    checks: createChecking(parts),
    applications: { port: source.port, known: config.applications },
    foreignTools: createForeignTools(parts),
    model: createAdviser(parts),
    specialists: createSpecialists(
      loadAllSpecialists(config.investigator.specialistsDir, { analyzers: analyzers.map(({ name }) => name) }),
    ),
  });

  manager.addController(
    createInvestigationController({ ...reconciling, namespace, audit, investigator }, { concurrency: config.investigator.concurrency }),
  );
  const verdicts = createVerdicts();
  const topology = createTopologyReader({ client, clock, logger, observedCalls: (signal) => observedCalls(ports.metrics, signal) });
  manager.addController(createGroupingController({ clock, namespace, topology, verdicts }));
  manager.addController(
    createIncidentController({
      ...reconciling,
      audit,
      retentionMs: config.incidents.retentionDays * DAY_MS,
      namespace,
      proposals: proposalSettings(config),
      unconfirmedAfterMs: unconfirmedAfter(config),
      announcements: config.intake.announce,
      measurements,
      verdictOn: verdicts.of,
      alertState: (labels, signal) => alerts.state(labels, signal),
    }),
  );
  if (alertmanagers.length > 0) {
    const identity = identityRules(config.intake);
    manager.addController(createSilenceController({ alertmanagers, identity, namespace, audit, clock, redact: redactor.text }));
  }
  manager.addRunnable({
    name: 'evidence garbage',
    group: 'leader',
    run: (signal, ready) => collectGarbage(parts, evidence, signal, ready),
  });
}

function createEvidence({ client, config, redactor, clock }: Parts): EvidenceStore {
  const limits = { retentionMs: config.evidence.retentionDays * DAY_MS };
  return createEvidenceStore({ client, namespace: config.namespace, redactor, clock, limits });
}

function unconfirmedAfter({ sources }: Parts['config']): number {
  return sources.prometheus.length + sources.alertmanager.length === 0 ? 0 : UNCONFIRMED_AFTER_MS;
}

/** Every hour while this process leads. What could not be deleted is tried again the next time. */
async function collectGarbage({ clock, logger }: Parts, evidence: EvidenceStore, signal: AbortSignal, ready: () => void): Promise<void> {
  ready();
  while (!signal.aborted) {
    const { deleted, problems } = await evidence.collectGarbage().catch((error: unknown) => ({ deleted: 0, problems: [error] }));
    if (deleted > 0) logger.info({ deleted }, 'deleted evidence that nobody needs any more');
    for (const err of problems) logger.warn({ err }, 'some evidence could not be judged or deleted');
    await clock.sleep(COLLECT_EVERY_MS, signal).catch(() => undefined);
  }
}
