/** The gateway: takes alerts in. Every replica serves; what it knows of Incidents comes from a cache and is checked live before it writes. */
import { type Incident, incidents } from '../crds/kinds.ts';
import { IDENTITY_LABEL } from '../domain/identity.ts';
import { severityWords } from '../domain/severity.ts';
import { createIntake, type Webhooks } from '../intake/intake.ts';
import type { Authenticate } from '../intake/webhook.ts';
import { createAuthenticate } from '../server/auth/authenticate.ts';
import { createTokenReviewer } from '../server/auth/tokenReview.ts';
import { createIntakeMetrics } from '../telemetry/intakeMetrics.ts';
import type { Parts } from './parts.ts';

const BY_IDENTITY = 'identity';

export function addGateway(parts: Parts): Webhooks {
  const { config, client, clock, logger, manager, redactor, registry } = parts;
  const { namespace, cluster } = config;
  const store = manager.cache(incidents, { indices: { [BY_IDENTITY]: identityLabelOf } });
  const intake = createIntake({
    client,
    namespace,
    cluster: cluster.name,
    clock,
    logger,
    redactor,
    metrics: createIntakeMetrics(registry),
    authenticate: authentication(parts),
    seen: (label) =>
      store.synced ? store.byIndex(BY_IDENTITY, label).filter(({ metadata }) => metadata.namespace === namespace) : undefined,
    identity: { ignored: new Set(config.intake.ignoredLabels), kept: new Set(config.intake.identifyingLabels) },
    severities: severityWords(config.intake.severities),
    holdOffMs: config.intake.reopenMinutes * 60_000,
  });
  return intake.webhooks;
}

function authentication({ config, client, clock, logger }: Parts): Authenticate {
  const { mode, webhookTokenFile: tokenFile, basic, hmac: signing, serviceAccounts, audiences } = config.auth;
  const reviewer = serviceAccounts.length === 0 ? undefined : createTokenReviewer({ client, clock, serviceAccounts, audiences });
  return createAuthenticate({ isOpen: mode === 'none', tokenFile, basic, signing, reviewer, clock, logger });
}

function identityLabelOf({ metadata }: Incident): readonly string[] {
  const label = metadata.labels?.[IDENTITY_LABEL];
  return label === undefined ? [] : [label];
}
