/** Ports of containers, as they are declared: what is known of where a program listens without asking it. */
import type { Container, PodTemplate, PortHandler, Probe } from '../../gitops/resources.ts';

export const PROBE_FIELDS = { Liveness: 'livenessProbe', Readiness: 'readinessProbe', Startup: 'startupProbe' } as const;
type ProbeType = keyof typeof PROBE_FIELDS;

export function containerIn(template: PodTemplate | undefined, name: string): Container | undefined {
  return template?.spec?.containers?.find((container) => container.name === name);
}

const HANDLERS = ['httpGet', 'tcpSocket', 'grpc'] as const;

/** What a probe asks over the network; undefined where it runs a command. */
export function handlerOf(
  probe: Probe | undefined,
): { readonly field: (typeof HANDLERS)[number]; readonly handler: PortHandler } | undefined {
  for (const field of HANDLERS) {
    const handler = probe?.[field];
    if (handler !== undefined) return { field, handler };
  }
  return undefined;
}

/** The number of a port that is given by number or by the name that the container declares. */
export function portIn(container: Container | undefined, port: number | string | undefined): number | undefined {
  if (typeof port === 'number' || port === undefined) return port;
  return container?.ports?.find(({ name }) => name === port)?.containerPort;
}

const isTcp = ({ protocol = 'TCP' }: { readonly protocol?: string }): boolean => protocol === 'TCP';

/**
 * On which ports the container is known to listen, the best witness first: what its probe asked in an earlier revision that served, what it declares,
 * what it is told by PORT, what its other probes ask.
 */
export function listeningPorts(container: Container, probe: ProbeType, earlier: readonly PodTemplate[]): readonly number[] {
  const asked = (of: Container | undefined, type: ProbeType): number | undefined =>
    portIn(of, handlerOf(of?.[PROBE_FIELDS[type]])?.handler.port);
  const before = earlier.map((template) => asked(containerIn(template, container.name), probe));
  const declared = (container.ports ?? []).filter(isTcp).map(({ containerPort }) => containerPort);
  const told = Number(container.env?.find(({ name }) => name === 'PORT')?.value);
  const others = (Object.keys(PROBE_FIELDS) as ProbeType[]).filter((type) => type !== probe).map((type) => asked(container, type));
  const known = [...before, ...declared, ...(Number.isInteger(told) && told > 0 && told < 65_536 ? [told] : []), ...others];
  return [...new Set(known.filter((port) => port !== undefined))];
}

/** As its neighbours would write it: by the name that the container declares where the field holds a name now, else by number. */
export function inTheSameWay(present: number | string | undefined, port: number, containers: readonly Container[]): number | string {
  if (typeof present !== 'string') return port;
  return (
    containers.flatMap(({ ports = [] }) => ports).find(({ containerPort, name }) => containerPort === port && name !== undefined)?.name ??
    port
  );
}
