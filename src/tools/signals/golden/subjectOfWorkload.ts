/** A workload, as the API server has it, as what telemetry is asked about. */
import type { ApiWorkload } from '../../../sources/kubernetes/api.ts';
import type { Subject } from '../../../sources/signals/subject.ts';
import { serviceName } from '../../../sources/signals/subjectOf.ts';
import type { FoundWorkload } from '../findWorkload.ts';

/** More replicas of a StatefulSet have claims that are not looked at. */
const MOST_CLAIMS = 50;

/** @param everywhere the caller may see metrics of all namespaces, so also those that do not say theirs */
export function subjectOfWorkload({ kind, namespace, name, object, services }: FoundWorkload, everywhere: boolean): Subject {
  const service = sentAs(object);
  const sent = service ?? name;
  return {
    kind,
    namespace,
    name,
    service,
    claims: claimsOf(name, object),
    services: [...new Set([name, ...services])].slice(0, MOST_CLAIMS),
    jobs: [`${namespace}/${sent}`, ...(everywhere ? [sent] : [])],
  };
}

function sentAs({ spec }: ApiWorkload): string | undefined {
  const containers = spec?.template?.spec?.containers ?? [];
  return containers
    .map(({ env = [] }) => serviceName(Object.fromEntries(env.map((one) => [one.name, one.value ?? '']))))
    .find((found) => found !== undefined);
}

function claimsOf(name: string, { spec }: ApiWorkload): string[] {
  const mounted = (spec?.template?.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) => (claim ? [claim.claimName] : []));
  const templates = (spec?.volumeClaimTemplates ?? []).flatMap(({ metadata }) => metadata?.name ?? []);
  const ordinals = Array.from({ length: Math.min(spec?.replicas ?? 1, MOST_CLAIMS) }, (_, ordinal) => ordinal);
  return [...mounted, ...templates.flatMap((template) => ordinals.map((ordinal) => `${template}-${name}-${ordinal}`))].slice(
    0,
    MOST_CLAIMS,
  );
}
