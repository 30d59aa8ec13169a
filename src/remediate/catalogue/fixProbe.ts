/**
 * FixProbe: lets a probe ask what the container is known to serve, or gives it more time.
 *
 * A port is one that the container declares, is told, or is asked on by another probe or was by an earlier revision; a path is another probe's or an earlier
 * revision's: no text is taken from anywhere else. Timings are only loosened: a probe that is stricter than it was is for people to decide.
 */
import type { Action } from '../../crds/remediationPlan.ts';
import type { Container } from '../../gitops/resources.ts';
import type { FieldPath } from '../../gitops/yaml/document.ts';
import { inWords, workloadsOf } from '../actionTarget.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Workload } from '../workload.ts';
import { rolloutAborts, rolloutCriteria } from './criteria.ts';
import { type Considered, containerOf, type Facts, NO_CONTAINER, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import { type FieldValue, inContainer, writeFields } from './field.ts';
import { containerIn, handlerOf, inTheSameWay, listeningPorts, PROBE_FIELDS, portIn } from './ports.ts';
import type { CatalogueEntry, RiskFinding, WriteContext, Written } from './types.ts';

/** A container that starts and answers within this needs no more patience of its probe. */
const LONGEST_PATIENCE_SECONDS = 1800;

export const fixProbe: CatalogueEntry<Workload> = {
  type: 'FixProbe',
  about: workloadsOf(),
  bounds: [
    'The container has the probe, and it asks over HTTP, TCP or gRPC.',
    'A port is one that the container declares, is told by PORT, or is asked on by another probe or was by an earlier revision.',
    'A path is the one that another probe of the container asks, or that the probe asked in an earlier revision.',
    `Timings are only loosened, and a probe waits for ${LONGEST_PATIENCE_SECONDS} s at most before it counts.`,
  ],
  cures: ['ProbePortMismatch', 'ProbePathNotFound', 'ProbeSchemeMismatch', 'ProbeTimingTooTight'],
  inverse: 'FixProbe to the values that were replaced, by restoring the files byte for byte.',
  soakSeconds: 60,
  consider,
  successCriteria: rolloutCriteria,
  abortCriteria: rolloutAborts,
  write,
};

type Parameters = NonNullable<Action['fixProbe']>;
type ProbeType = Parameters['probe'];
const PROBE_TYPES = Object.keys(PROBE_FIELDS) as ProbeType[];

function consider({ rootCause, finding, workload }: Facts): Considered {
  const type = 'FixProbe';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  const name = containerOf({ rootCause, finding, workload })?.name;
  const container = name === undefined ? undefined : containerIn(workload.object.spec?.template, name);
  if (container === undefined) return ruleOut(type, NO_CONTAINER);
  const probe = probeOf(container, finding?.detail);
  if (probe === undefined) return ruleOut(type, 'which of its probes fails is not known');
  const wanted = correctionFor(rootCause.reason, workload, container, probe);
  if (typeof wanted === 'string') return ruleOut(type, wanted);
  const parameters = { container: container.name, probe, ...wanted };
  const resolved = resolve(workload, parameters);
  if ('kind' in resolved) return ruleOut(type, resolved.message);
  return suggest(type, {
    target: workload,
    parameters: { fixProbe: parameters },
    title: `Correct the ${probe.toLowerCase()} probe of ${container.name}`,
    because: `${rootCause.reason}: the probe asks what container ${container.name} does not serve, or too soon.`,
  });
}

/** The probe that the finding names, or the only one. */
function probeOf(container: Container, detail: string | undefined): ProbeType | undefined {
  const present = PROBE_TYPES.filter((type) => container[PROBE_FIELDS[type]] !== undefined);
  const named = present.find((type) => type.toLowerCase() === detail);
  return named ?? (present.length === 1 ? present[0] : undefined);
}

const FLIPPED = { HTTP: 'HTTPS', HTTPS: 'HTTP' } as const;
/** Hardly any program needs longer to start than this. */
const TIME_TO_START_SECONDS = 60;

function correctionFor(reason: string, workload: Workload, container: Container, probe: ProbeType): Partial<Parameters> | string {
  const asked = handlerOf(container[PROBE_FIELDS[probe]]);
  switch (reason) {
    case 'ProbePortMismatch':
      return portFor(workload, container, probe);
    case 'ProbePathNotFound':
      return otherPath(workload, container, probe);
    case 'ProbeSchemeMismatch':
      return asked?.field === 'httpGet'
        ? { scheme: FLIPPED[asked.handler.scheme === 'HTTPS' ? 'HTTPS' : 'HTTP'] }
        : 'the probe speaks no HTTP';
    default: {
      const { timeoutSeconds = 1, periodSeconds = 10, failureThreshold = 3 } = container[PROBE_FIELDS[probe]] ?? {};
      const enough = Math.ceil(TIME_TO_START_SECONDS / periodSeconds);
      return { timeoutSeconds: Math.max(timeoutSeconds, 5), failureThreshold: Math.min(60, Math.max(2 * failureThreshold, enough)) };
    }
  }
}

function portFor(workload: Workload, container: Container, probe: ProbeType): Partial<Parameters> | string {
  const asked = handlerOf(container[PROBE_FIELDS[probe]])?.handler.port;
  const [known, ...more] = portsOf(workload, container, probe).filter((port) => port !== portIn(container, asked));
  if (known === undefined) return 'it is not declared on which port the container listens';
  return more.length > 0 && !wasAsked(workload, container, probe, known)
    ? `the container may listen on ${[known, ...more].join(' or ')}; which one is meant can’t be told`
    : { port: known };
}

function otherPath({ history }: Workload, container: Container, probe: ProbeType): Partial<Parameters> | string {
  const asked = pathIn(container, probe);
  const isOther = (path: string | undefined): boolean => path !== undefined && path !== asked;
  const earlier = history.find(({ template, current }) => !current && isOther(pathIn(containerIn(template, container.name), probe)));
  if (earlier !== undefined) return { pathOfRevision: earlier.revision };
  const others = PROBE_TYPES.filter((type) => type !== probe && isOther(pathIn(container, type)));
  const [other, ...more] = others;
  return other === undefined || more.length > 0 ? 'no other path of the container is known' : { pathOfProbe: other };
}

const pathIn = (container: Container | undefined, probe: ProbeType): string | undefined => {
  const asked = handlerOf(container?.[PROBE_FIELDS[probe]]);
  return asked?.field === 'httpGet' ? (asked.handler.path ?? '/') : undefined;
};

const earlierTemplates = ({ history }: Workload): readonly Workload['history'][number]['template'][] =>
  history.filter(({ current }) => !current).map(({ template }) => template);

const portsOf = (workload: Workload, container: Container, probe: ProbeType): readonly number[] =>
  listeningPorts(container, probe, earlierTemplates(workload));

/** An earlier revision's probe asked there: that is more than a declaration. */
function wasAsked(workload: Workload, container: Container, probe: ProbeType, port: number): boolean {
  return earlierTemplates(workload).some((template) => {
    const before = containerIn(template, container.name);
    return portIn(before, handlerOf(before?.[PROBE_FIELDS[probe]])?.handler.port) === port;
  });
}

async function write(context: WriteContext<Workload>): Promise<Written | Refusal> {
  const { target: workload, action } = context;
  const resolved = resolve(workload, action.fixProbe ?? { container: '', probe: 'Readiness' });
  return 'kind' in resolved ? resolved : writeFields(context, resolved.fields, resolved.risk);
}

interface Resolved {
  readonly fields: readonly FieldValue[];
  readonly risk: RiskFinding;
}

function resolve(workload: Workload, parameters: Parameters): Resolved | Refusal {
  const { container: name, probe } = parameters;
  const container = containerIn(workload.object.spec?.template, name);
  if (container === undefined) return refuse('ValueNotFound', `${inWords(workload)} has no container ${name}`);
  const present = container[PROBE_FIELDS[probe]];
  const where = `the ${probe.toLowerCase()} probe of container ${name} of ${inWords(workload)}`;
  if (present === undefined) return refuse('ValueNotFound', `${where} is not there`);
  const at: At = (...rest) => inContainer(name, PROBE_FIELDS[probe], ...rest);
  const asked = handlerAsked({ workload, container, parameters, where }, at);
  if ('kind' in asked) return asked;
  const timings = timingsOf(present, parameters, where, at);
  if ('kind' in timings) return timings;
  const fields = [...asked, ...timings];
  if (fields.length === 0) return refuse('AlreadyInPlace', `${where} is as the plan wants it already`);
  return { fields, risk: riskOf(parameters, present) };
}

interface Asking {
  readonly workload: Workload;
  readonly container: Container;
  readonly parameters: Parameters;
  readonly where: string;
}

type At = (...rest: readonly string[]) => FieldPath;

function handlerAsked(asking: Asking, at: At): readonly FieldValue[] | Refusal {
  const { container, parameters, where } = asking;
  const { probe, port, pathOfProbe, pathOfRevision, scheme } = parameters;
  if ([port, pathOfProbe, pathOfRevision, scheme].every((value) => value === undefined)) return [];
  const asked = handlerOf(container[PROBE_FIELDS[probe]]);
  if (asked === undefined) return refuse('ValueNotFound', `${where} runs a command, and asks no port or path`);
  if (asked.field !== 'httpGet' && [pathOfProbe, pathOfRevision, scheme].some((value) => value !== undefined))
    return refuse('ValueNotFound', `${where} speaks no HTTP: it has no path and no scheme`);
  const ported = portAsked(asking, asked, at);
  if ('kind' in ported) return ported;
  const path = pathFor(asking);
  if (path !== undefined && 'kind' in path) return path;
  const { handler, field } = asked;
  const http = [
    { name: 'path', value: path?.path, live: handler.path, otherwise: '/' },
    { name: 'scheme', value: scheme, live: handler.scheme, otherwise: 'HTTP' },
  ];
  const changed = http.flatMap(({ name, value, live, otherwise }) =>
    value === undefined || value === (live ?? otherwise) ? [] : [{ path: at(field, name), value, live, otherwise }],
  );
  return [...ported, ...changed];
}

function portAsked(
  { workload, container, parameters: { probe, port } }: Asking,
  { field, handler }: NonNullable<ReturnType<typeof handlerOf>>,
  at: At,
): readonly FieldValue[] | Refusal {
  if (port === undefined || port === portIn(container, handler.port)) return [];
  const known = portsOf(workload, container, probe);
  if (!known.includes(port)) {
    const are = known.join(', ') || 'none';
    return refuse('ValueNotFound', `container ${container.name} is not known to listen on port ${port}; known are ${are}`);
  }
  return [{ path: at(field, 'port'), value: inTheSameWay(handler.port, port, [container]), live: handler.port }];
}

/** Paths of absolute form without anything that a URL could hide something in. */
const PATH = /^\/[\w./~-]{0,255}$/u;

function pathFor({ workload, container, parameters, where }: Asking): { readonly path: string } | Refusal | undefined {
  const { probe, pathOfProbe, pathOfRevision } = parameters;
  if (pathOfProbe === undefined && pathOfRevision === undefined) return undefined;
  const revision = workload.history.find((candidate) => candidate.revision === pathOfRevision);
  const path = pathOfProbe === undefined ? pathIn(containerIn(revision?.template, container.name), probe) : pathIn(container, pathOfProbe);
  const from = pathOfProbe === undefined ? `revision ${pathOfRevision}` : `the ${pathOfProbe.toLowerCase()} probe`;
  if (path === undefined) return refuse('ValueNotFound', `${where}: ${from} has no path that could be taken`);
  return PATH.test(path) ? { path } : refuse('ValueNotFound', `${where}: the path of ${from} is not plain enough to be taken`);
}

/** What the API server fills in. */
const DEFAULTS = { initialDelaySeconds: 0, timeoutSeconds: 1, periodSeconds: 10, failureThreshold: 3 } as const;
const TIMINGS = Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[];

function timingsOf(
  present: Partial<Record<keyof typeof DEFAULTS, number>>,
  wanted: Parameters,
  where: string,
  at: At,
): readonly FieldValue[] | Refusal {
  const fields: FieldValue[] = [];
  for (const name of TIMINGS) {
    const [value, now] = [wanted[name], present[name] ?? DEFAULTS[name]];
    if (value === undefined || value === now) continue;
    if (value < now)
      return refuse('ParametersInvalid', `${name} of ${where} is ${now}; ${value} would be stricter, which is for people to decide`);
    fields.push({ path: at(name), value, live: present[name], otherwise: DEFAULTS[name] });
  }
  const after = {
    ...DEFAULTS,
    ...present,
    ...Object.fromEntries(TIMINGS.flatMap((name) => (wanted[name] === undefined ? [] : [[name, wanted[name]]]))),
  };
  const patience = after.initialDelaySeconds + after.periodSeconds * after.failureThreshold;
  return fields.length > 0 && patience > LONGEST_PATIENCE_SECONDS
    ? refuse(
        'ParametersInvalid',
        `${where} would wait for ${patience} s before it counts; at most ${LONGEST_PATIENCE_SECONDS} s are allowed`,
      )
    : fields;
}

const CAREFUL_FACTOR = 4;

function riskOf(wanted: Parameters, present: Partial<Record<keyof typeof DEFAULTS, number>>): RiskFinding {
  const much = TIMINGS.filter((name) => (wanted[name] ?? 0) > CAREFUL_FACTOR * Math.max(1, present[name] ?? DEFAULTS[name]));
  if (much.length > 0)
    return {
      level: 'Medium',
      reasons: [`${much.join(', ')} more than ${CAREFUL_FACTOR} times as long: a container that hangs is noticed later`],
    };
  return { level: 'Low', reasons: ['a probe alone changes, and the rollout stops where the new pods do not become ready'] };
}
