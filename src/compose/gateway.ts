/** The gateway: takes alerts in. Every replica serves; what it knows of Incidents comes from a cache and is checked live before it writes. */
import { type Incident, incidents } from '../crds/kinds.ts';
import { IDENTITY_LABEL } from '../domain/identity.ts';
import { createIntake } from '../intake/intake.ts';
import type { TakeDelivery } from '../intake/webhook.ts';
import { createIntakeMetrics } from '../telemetry/intakeMetrics.ts';
import type { Parts } from './parts.ts';

const BY_IDENTITY = 'identity';

export function addGateway({ config, client, clock, logger, manager, redactor, registry }: Parts): TakeDelivery {
  const { namespace, cluster } = config;
  const store = manager.cache(incidents, { indices: { [BY_IDENTITY]: identityLabelOf } });
  return createIntake({
    client,
    namespace,
    cluster: cluster.name,
    clock,
    logger,
    redactor,
    metrics: createIntakeMetrics(registry),
    seen: (label) =>
      store.synced ? store.byIndex(BY_IDENTITY, label).filter(({ metadata }) => metadata.namespace === namespace) : undefined,
  });
}

function identityLabelOf({ metadata }: Incident): readonly string[] {
  const label = metadata.labels?.[IDENTITY_LABEL];
  return label === undefined ? [] : [label];
}
