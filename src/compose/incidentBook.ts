/** How alerts end in Incidents, by the configuration: the same whichever way they come. To be asked for before the manager runs. */
import { type Incident, incidents } from '../crds/kinds.ts';
import { fingerprintOf, IDENTITY_LABEL, type IdentityRules, identityLabel, identityOf, identityRules } from '../domain/identity.ts';
import { isOver } from '../domain/lifeCycle.ts';
import { severityWords } from '../domain/severity.ts';
import { createIncidentBook, type IncidentBookOptions } from '../intake/incidentBook.ts';
import { createRecorder, type RecorderOptions } from '../intake/recording.ts';
import type { KubeClient } from '../kube/client.ts';
import { ToolError, troubleOf } from '../tools/errors.ts';
import type { AlertBook } from '../tools/incidents/alertBook.ts';
import type { Parts } from './parts.ts';

const BY_IDENTITY = 'identity';

export type BookOptions = Omit<IncidentBookOptions, 'recorder'> & RecorderOptions & { readonly identity: IdentityRules };

export function incidentBookOptions({ config, client, clock, manager, redactor }: Parts): BookOptions {
  const { namespace, cluster, intake } = config;
  const store = manager.cache(incidents, { indices: { [BY_IDENTITY]: identityLabelOf } });
  return {
    client,
    namespace,
    clock,
    redactor,
    cluster: cluster.name,
    identity: identityRules(intake),
    severities: severityWords(intake.severities),
    holdOffMs: intake.reopenMinutes * 60_000,
    seen: (label) =>
      store.synced ? store.byIndex(BY_IDENTITY, label).filter(({ metadata }) => metadata.namespace === namespace) : undefined,
  };
}

function identityLabelOf({ metadata }: Incident): readonly string[] {
  const label = metadata.labels?.[IDENTITY_LABEL];
  return label === undefined ? [] : [label];
}

/** For alerts that a caller tells of. */
export function createAlertBook(options: BookOptions): AlertBook {
  const book = createIncidentBook({ ...options, recorder: createRecorder(options) });
  return {
    record: async ({ labels, annotations, startsAt }, { requestedBy, source }, signal) => {
      const identity = identityOf(labels, options.identity);
      const before = await lastOf(options, identity, signal);
      if (before !== undefined && !isOver(before)) return { incident: before, wasThere: true };
      const alert = { source, fingerprint: fingerprintOf(labels), identity, status: 'firing', labels, annotations, startsAt } as const;
      await book
        .record(identity, [{ alerts: [{ ...alert, endsAt: undefined, generatorURL: undefined }], requestedBy }], signal)
        .catch(asTrouble);
      const incident = await lastOf(options, identity, signal);
      if (incident === undefined)
        throw new ToolError('Unavailable', 'The Incident of that alert was made and deleted just now; ask again.');
      return { incident, wasThere: false };
    },
  };
}

/** Read live: what another replica has made a moment ago counts. */
async function lastOf(
  { client, namespace }: { readonly client: KubeClient; readonly namespace: string },
  identity: string,
  signal: AbortSignal,
): Promise<Incident | undefined> {
  const labelSelector = `${IDENTITY_LABEL}=${identityLabel(identity)}`;
  const { items } = await client.list(incidents, { namespace, labelSelector, signal, timeoutMs: 5_000 }).catch(asTrouble);
  return items
    .filter(({ spec }) => spec.identity === identity)
    .toSorted(
      (a, b) =>
        Number(isOver(a)) - Number(isOver(b)) || Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp),
    )[0];
}

function asTrouble(error: unknown): never {
  throw troubleOf('store the Incident of that alert', error);
}
