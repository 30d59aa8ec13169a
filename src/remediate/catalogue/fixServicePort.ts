/**
 * FixServicePort: lets a port of a Service send to a port that the pods behind it declare.
 *
 * Which ports those are is read from the pods that the Service selects now. A Service that names its target port goes on naming one where the pods have a
 * name for it.
 */
import type { ContainerPort, Pod, ServicePort } from '../../gitops/resources.ts';
import { inWords } from '../actionTarget.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { type Considered, type Facts, ruleOut, suggest } from './facts.ts';
import { type FieldValue, writeFields } from './field.ts';
import { inTheSameWay } from './ports.ts';
import { aboutServices, podsBehind, type ServiceTarget, serviceAborts, serviceCriteria } from './services.ts';
import type { CatalogueEntry, RiskFinding, WriteContext, Written } from './types.ts';

export const fixServicePort: CatalogueEntry<ServiceTarget> = {
  type: 'FixServicePort',
  about: aboutServices,
  bounds: [
    'The Service has the port, and selects pods.',
    'Every pod behind it declares the port that it is to send to, with the protocol of the Service.',
    'What it sends to now is declared by none of them.',
  ],
  cures: ['ServicePortMismatch'],
  inverse: 'FixServicePort to the port that was replaced, by restoring the files byte for byte.',
  soakSeconds: 60,
  consider,
  successCriteria: serviceCriteria,
  abortCriteria: serviceAborts,
  write,
};

async function consider({ rootCause, client, signal }: Facts): Promise<Considered> {
  const type = 'FixServicePort';
  const target = rootCause.object.kind === 'Service' ? await aboutServices.read(client, rootCause.object, { signal }) : undefined;
  if (target === undefined) return ruleOut(type, 'it is about no Service that is there');
  const behind = await podsBehind(client, target, { signal });
  const wrong = (target.object.spec?.ports ?? []).filter((port) => !leadsSomewhere(port, behind));
  const [port, ...more] = wrong;
  if (port === undefined || more.length > 0)
    return ruleOut(type, `${wrong.length === 0 ? 'none' : 'several'} of its ports lead${wrong.length === 0 ? 's' : ''} nowhere`);
  const taken = new Set((target.object.spec?.ports ?? []).filter((other) => other !== port).flatMap((other) => numbersFor(other, behind)));
  const free = common(behind, port).filter(({ containerPort }) => !taken.has(containerPort));
  const named = free.filter(({ name }) => name !== undefined && (name === port.name || name === port.targetPort));
  const [chosen, ...others] = named.length === 1 ? named : free;
  if (chosen === undefined) return ruleOut(type, 'the pods behind it declare no port that it could send to');
  if (others.length > 0)
    return ruleOut(type, `its pods declare ${free.map(({ containerPort }) => containerPort).join(', ')}; which one is meant can’t be told`);
  return suggest(type, {
    target,
    parameters: { fixServicePort: { port: port.port, targetPort: chosen.containerPort } },
    title: `Let port ${port.port} of Service ${target.name} send to port ${chosen.containerPort}`,
    because: `${rootCause.reason}: its pods declare ${chosen.containerPort}, and not what it sends to now.`,
  });
}

async function write(context: WriteContext<ServiceTarget>): Promise<Written | Refusal> {
  const { target, action, client, signal } = context;
  const { port: number = 0, targetPort = 0 } = action.fixServicePort ?? {};
  const ports = target.object.spec?.ports ?? [];
  const port = ports.find((candidate) => candidate.port === number);
  if (port === undefined) {
    return refuse('ValueNotFound', `${inWords(target)} has no port ${number}; it has ${ports.map((one) => one.port).join(', ') || 'none'}`);
  }
  const behind = await podsBehind(client, target, { signal });
  if (behind.length === 0) return refuse('ValueNotFound', `${inWords(target)} selects no pod: where it should send to can’t be told`);
  if (leadsSomewhere(port, behind)) {
    return refuse(
      'AlreadyInPlace',
      `port ${number} of ${inWords(target)} sends to ${port.targetPort ?? port.port}, which its pods declare`,
    );
  }
  const refusal = undeclared(target, port, targetPort, behind);
  return refusal ?? writeFields(context, [fieldFor(ports, port, targetPort, behind)], RISK);
}

const RISK: RiskFinding = { level: 'Low', reasons: ['nothing is reached through this port now, and no pod rolls out again'] };

function undeclared(target: ServiceTarget, port: ServicePort, targetPort: number, behind: readonly Pod[]): Refusal | undefined {
  const declared = common(behind, port);
  if (declared.some(({ containerPort }) => containerPort === targetPort)) return undefined;
  const has = declared.map(({ containerPort }) => containerPort).join(', ') || 'none';
  return refuse(
    'ValueNotFound',
    `not every pod behind ${inWords(target)} declares port ${targetPort} (${port.protocol ?? 'TCP'}); all declare ${has}`,
  );
}

function fieldFor(ports: readonly ServicePort[], port: ServicePort, targetPort: number, behind: readonly Pod[]): FieldValue {
  const isNamed = ports.every(({ name }) => name !== undefined);
  const containers = behind.flatMap(({ spec }) => spec?.containers ?? []);
  return {
    path: ['spec', 'ports', isNamed ? { key: 'name', value: port.name ?? '' } : { key: 'port', value: String(port.port) }, 'targetPort'],
    value: inTheSameWay(port.targetPort, targetPort, containers),
    live: port.targetPort,
    otherwise: port.port,
  };
}

/** Ports that every pod declares with the protocol of the Service's. */
function common(behind: readonly Pod[], { protocol = 'TCP' }: ServicePort): readonly ContainerPort[] {
  const [first = [], ...rest] = behind.map((pod) => declaredBy(pod).filter((port) => (port.protocol ?? 'TCP') === protocol));
  const everywhere = first.filter(({ containerPort }) => rest.every((ports) => ports.some((port) => port.containerPort === containerPort)));
  return [...new Map(everywhere.map((port) => [port.containerPort, port])).values()];
}

const declaredBy = ({ spec }: Pod): readonly ContainerPort[] => (spec?.containers ?? []).flatMap(({ ports = [] }) => ports);

/** Some pod declares what the port sends to. */
const leadsSomewhere = (port: ServicePort, behind: readonly Pod[]): boolean => numbersFor(port, behind).length > 0;

function numbersFor({ port, targetPort = port, protocol = 'TCP' }: ServicePort, behind: readonly Pod[]): readonly number[] {
  return behind
    .flatMap(declaredBy)
    .filter((one) => (one.protocol ?? 'TCP') === protocol && (one.containerPort === targetPort || one.name === targetPort))
    .map(({ containerPort }) => containerPort);
}
