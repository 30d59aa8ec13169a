/** The executor: from an approved plan to a verified change. The only process with a credential that can push. */
import { createRemediationPlanController } from '../controllers/remediationplan/controller.ts';
import { createRemediationPolicyController } from '../controllers/remediationpolicy/controller.ts';
import { stopEntries } from '../controllers/stopEntry.ts';
import { createStopSwitch } from '../controllers/stopSwitch.ts';
import { readSigningKey } from '../gitops/git/signing.ts';
import { createRoleAudit, readAuditKey } from './audit.ts';
import { createGit } from './git.ts';
import { gitHostsOf } from './gitHosts.ts';
import type { Parts } from './parts.ts';
import { createTelemetrySources } from './telemetry.ts';

/** Rejects where the configured key can't sign: better at the start than at the first commit. */
export async function addExecutor(parts: Parts): Promise<void> {
  const { manager, config, client, clock, logger, redactor } = parts;
  const { namespace: operatorNamespace, remediation } = config;
  const { protectedNamespaces } = remediation;
  const { alerts, measurements } = createTelemetrySources(parts);
  const signingKeyFile = config.git.signing?.keyFile;
  if (signingKeyFile !== undefined) await checkSigningKey(signingKeyFile);
  const audit = createRoleAudit(parts, 'executor');
  await readAuditKey(config.audit.signingKeyFile);
  const stopSwitch = createStopSwitch({
    client,
    clock,
    logger,
    namespace: operatorNamespace,
    onTurn: (now, before) => audit.record(stopEntries(now, before)),
  });

  manager.addRunnable({
    name: 'stop switch',
    group: 'leader',
    run: (signal, ready) => {
      ready();
      return stopSwitch.run(signal);
    },
  });
  manager.addController(createRemediationPolicyController({ clock, events: manager.events, measurements }));
  manager.addController(
    createRemediationPlanController(
      {
        clock,
        leadership: manager,
        stopSwitch,
        audit,
        events: manager.events,
        redact: redactor.text,
        remediate: { ...createGit(parts), operatorNamespace, protectedNamespaces, author: config.git.author, signingKeyFile },
        hosts: gitHostsOf(config.git.hosts, clock),
        identities: config.identities,
        protectedNamespaces,
        measurements,
        alertState: (labels, signal) => alerts.state(labels, signal),
      },
      { concurrency: config.executor.concurrency },
    ),
  );
}

async function checkSigningKey(file: string): Promise<void> {
  try {
    await readSigningKey(file);
  } catch (error) {
    throw new Error('git.signing.keyFile', { cause: error });
  }
}
