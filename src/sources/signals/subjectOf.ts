/**
 * A workload of a snapshot as what telemetry is asked about.
 *
 * It sends traces under the name that its environment gives to OpenTelemetry; without one, under that of the workload, as the
 * collectors and operators of OpenTelemetry have it.
 */
import type { Pod, Workload } from '../kubernetes/snapshot.ts';
import type { Subject } from './subject.ts';

/** @param pods of any workloads; those of others are passed over */
export function subjectOf(
  { ref, containers }: Pick<Workload, 'ref' | 'containers'>,
  pods: readonly Pick<Pod, 'owner' | 'claims'>[],
): Subject {
  const { kind, name, namespace = '' } = ref;
  const own = pods.filter(({ owner }) => owner.kind === kind && owner.name === name && owner.namespace === ref.namespace);
  const service = containers.map(({ env }) => serviceName(env)).find((found) => found !== undefined);
  return { kind, namespace, name, service, claims: [...new Set(own.flatMap(({ claims }) => claims))] };
}

/** From the environment of a container. https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export function serviceName({
  OTEL_SERVICE_NAME: name,
  OTEL_RESOURCE_ATTRIBUTES: attributes = '',
}: Readonly<Record<string, string>>): string | undefined {
  if (name !== undefined && name !== '') return name;
  const pair = attributes.split(',').find((one) => one.trim().startsWith('service.name='));
  const value = pair?.slice(pair.indexOf('=') + 1).trim();
  return value === '' ? undefined : value;
}
