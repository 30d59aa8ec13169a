/**
 * SetResources: raises requests and limits of a container.
 *
 * Bounded by what the workload has now: up to four times as much, never less (what it needs can't be seen from here, so taking away is for people), and no
 * limit where there was none. A request never exceeds its limit.
 */
import type { Action } from '../../crds/remediationPlan.ts';
import { formatMillicores, parseQuantity } from '../../domain/quantity.ts';
import { inWords, workloadsOf } from '../actionTarget.ts';
import { formatMebibytes, mebibytes, millicores } from '../quantity.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Workload, WorkloadContainer } from '../workload.ts';
import { rolloutAborts, rolloutCriteria } from './criteria.ts';
import { type Considered, containerOf, type Facts, NO_CONTAINER, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import { type FieldValue, inContainer, writeFields } from './field.ts';
import type { CatalogueEntry, RiskFinding, WriteContext, Written } from './types.ts';

const MOST_FACTOR = 4;
const CAREFUL_FACTOR = 2;

export const setResources: CatalogueEntry<Workload> = {
  type: 'SetResources',
  about: workloadsOf(),
  bounds: [
    `At most ${MOST_FACTOR} times the present value, and never less than it.`,
    'Only values that are set now; a limit is not added where there is none.',
    'A request does not exceed its limit.',
  ],
  cures: ['ContainerOutOfMemory'],
  inverse: 'SetResources to the values that were replaced, by restoring the files byte for byte.',
  soakSeconds: 120,
  consider,
  successCriteria: rolloutCriteria,
  abortCriteria: rolloutAborts,
  write,
};

const LARGE_MEBIBYTES = 512;

function consider({ rootCause, finding, workload }: Facts): Considered {
  const type = 'SetResources';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  const container = containerOf({ rootCause, finding, workload });
  if (container === undefined) return ruleOut(type, NO_CONTAINER);
  const limit = mebibytes(container.limits.memory);
  if (limit === undefined) return ruleOut(type, `container ${container.name} has no memory limit that could be raised`);
  const raised = roundUp(limit * (limit < LARGE_MEBIBYTES ? 2 : 1.5));
  const request = mebibytes(container.requests.memory);
  const both = request === limit ? { memoryRequestMebibytes: raised } : {};
  return suggest(type, {
    target: workload,
    parameters: { setResources: { container: container.name, memoryLimitMebibytes: raised, ...both } },
    title: `Raise the memory limit of ${container.name} to ${formatMebibytes(raised)}`,
    because: `${rootCause.reason}: container ${container.name} reaches its limit of ${container.limits.memory ?? ''}, and no change explains it.`,
  });
}

/** Up to a figure that a person would write: whole MiB below 64, then in steps that stay small beside the value. */
export function roundUp(value: number): number {
  const step = value <= 64 ? 1 : value <= 512 ? 16 : value <= 4096 ? 128 : 1024;
  return Math.max(4, Math.ceil(value / step) * step);
}

type Parameters = NonNullable<Action['setResources']>;

const VALUES = [
  { parameter: 'memoryLimitMebibytes', part: 'limits', resource: 'memory', read: mebibytes, write: formatMebibytes },
  { parameter: 'memoryRequestMebibytes', part: 'requests', resource: 'memory', read: mebibytes, write: formatMebibytes },
  { parameter: 'cpuLimitMillicores', part: 'limits', resource: 'cpu', read: millicores, write: formatMillicores },
  { parameter: 'cpuRequestMillicores', part: 'requests', resource: 'cpu', read: millicores, write: formatMillicores },
] as const satisfies readonly {
  parameter: keyof Parameters;
  part: 'limits' | 'requests';
  resource: 'memory' | 'cpu';
  read: (text: string | undefined) => number | undefined;
  write: (value: number) => string;
}[];

async function write(context: WriteContext<Workload>): Promise<Written | Refusal> {
  const { target: workload, action } = context;
  const parameters = action.setResources ?? { container: '' };
  const where = `container ${parameters.container} of ${inWords(workload)}`;
  const container = workload.containers.find(({ name }) => name === parameters.container);
  if (container === undefined) return refuse('ValueNotFound', `there is no ${where}`);
  const resolved = resolve(parameters, container, where);
  if ('kind' in resolved) return resolved;
  return writeFields(context, resolved.fields, riskOf(resolved.factor));
}

interface Resolved {
  readonly fields: readonly FieldValue[];
  /** By how much the largest rise is. */
  readonly factor: number;
}

function resolve(parameters: Parameters, container: WorkloadContainer, where: string): Resolved | Refusal {
  const fields: FieldValue[] = [];
  let factor = 1;
  for (const { parameter, part, resource, read, write: print } of VALUES) {
    const wanted = parameters[parameter];
    if (wanted === undefined) continue;
    const live = container[part][resource];
    const present = read(live);
    const name = `${resource} ${part === 'limits' ? 'limit' : 'request'}`;
    if (live === undefined || present === undefined || present <= 0)
      return refuse('ValueNotFound', `${where} has no ${name} that could be raised`);
    if (wanted < present)
      return refuse(
        'ParametersInvalid',
        `the ${name} of ${where} is ${live}; ${print(wanted)} would be less, which is for people to decide`,
      );
    if (wanted > present * MOST_FACTOR) {
      return refuse('ParametersInvalid', `the ${name} of ${where} is ${live}; ${print(wanted)} is more than ${MOST_FACTOR} times as much`);
    }
    factor = Math.max(factor, wanted / present);
    fields.push({ path: inContainer(container.name, 'resources', part, resource), value: print(wanted), live, same: sameQuantity });
  }
  if (fields.length === 0) return refuse('ParametersInvalid', `SetResources for ${where} sets nothing`);
  return requestBeyondLimit(parameters, container, where) ?? { fields, factor };
}

/** The API server keeps 1024Mi as 1Gi. */
function sameQuantity(a: string, b: string): boolean {
  return parseQuantity(a) === parseQuantity(b);
}

function requestBeyondLimit(parameters: Parameters, { limits, requests }: WorkloadContainer, where: string): Refusal | undefined {
  const memory = [
    parameters.memoryRequestMebibytes ?? mebibytes(requests.memory),
    parameters.memoryLimitMebibytes ?? mebibytes(limits.memory),
  ];
  const cpu = [parameters.cpuRequestMillicores ?? millicores(requests.cpu), parameters.cpuLimitMillicores ?? millicores(limits.cpu)];
  const beyond = [memory, cpu].some(([request, limit]) => request !== undefined && limit !== undefined && request > limit);
  return beyond ? refuse('ParametersInvalid', `a request of ${where} would be more than its limit`) : undefined;
}

function riskOf(factor: number): RiskFinding {
  const times = `${Math.round(factor * 10) / 10} times the present value`;
  return factor <= CAREFUL_FACTOR
    ? { level: 'Low', reasons: [`raises to ${times}`] }
    : { level: 'Medium', reasons: [`raises to ${times}: nodes may not have room for it`] };
}
