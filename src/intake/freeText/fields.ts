/**
 * What a message says by name: `namespace: shop`, `- alertname = HighErrorRate`, `{service="checkout"}`, `Severity: P1`.
 *
 * Only names that alerts use are read, under the label that rules use for them; prose that happens to hold a colon is left alone. The
 * first that says something counts.
 */
import { POSSIBLE_OBJECT_NAME } from '../../domain/kubernetesNames.ts';

export interface Fields {
  readonly alertname?: string | undefined;
  readonly severity?: string | undefined;
  readonly status?: string | undefined;
  readonly startsAt?: string | undefined;
  readonly summary?: string | undefined;
  /** Labels that say what it is about: `namespace`, `service`, `deployment`, `pod`, `node`… */
  readonly labels: Readonly<Record<string, string>>;
}

/** As people and templates spell them, to the name in `Fields` or of a label. */
const NAMES: Readonly<Record<string, string>> = {
  alertname: 'alertname',
  alert: 'alertname',
  'alert name': 'alertname',
  rule: 'alertname',
  'rule name': 'alertname',
  monitor: 'alertname',
  severity: 'severity',
  sev: 'severity',
  priority: 'severity',
  urgency: 'severity',
  level: 'severity',
  status: 'status',
  state: 'status',
  startsat: 'startsAt',
  'starts at': 'startsAt',
  started: 'startsAt',
  'started at': 'startsAt',
  'start time': 'startsAt',
  'fired at': 'startsAt',
  'triggered at': 'startsAt',
  since: 'startsAt',
  time: 'startsAt',
  summary: 'summary',
  description: 'summary',
  message: 'summary',
  namespace: 'namespace',
  ns: 'namespace',
  service: 'service',
  'service name': 'service',
  app: 'service',
  application: 'service',
  component: 'service',
  workload: 'workload',
  deployment: 'deployment',
  statefulset: 'statefulset',
  daemonset: 'daemonset',
  cronjob: 'cronjob',
  'job name': 'job_name',
  job_name: 'job_name',
  pod: 'pod',
  container: 'container',
  node: 'node',
  host: 'node',
  cluster: 'cluster',
  persistentvolumeclaim: 'persistentvolumeclaim',
  pvc: 'persistentvolumeclaim',
  ingress: 'ingress',
};

/** Labels whose value has to be the name of something in Kubernetes. */
const FREE_TEXT: ReadonlySet<string> = new Set(['alertname', 'severity', 'status', 'startsAt', 'summary']);

/** Longer values are prose. */
const LONGEST_NAME = 120;

export function fieldsIn(lines: readonly string[]): Fields {
  const found = new Map<string, string>();
  const add = (name: string, value: string): void => {
    const key = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    const said = unquoted(value);
    if (key === undefined || said === '' || found.has(key) || !isFit(key, said)) return;
    found.set(key, said);
  };
  for (const line of lines) {
    for (const [name, value] of pairsIn(line)) add(name, value);
  }
  const labels = Object.fromEntries([...found].filter(([key]) => !FREE_TEXT.has(key)));
  const of = (key: string): string | undefined => found.get(key);
  return {
    alertname: of('alertname'),
    severity: of('severity'),
    status: of('status'),
    startsAt: of('startsAt'),
    summary: of('summary'),
    labels,
  };
}

const WHOLE_LINE = /^(?:[-•*–]\s*)?([A-Za-z][A-Za-z_ ]{1,23}?)\s*[:=]\s*(\S.{0,500})$/u;
const IN_LINE = /(?:^|[\s,;{(|·•-])([A-Za-z][A-Za-z_]{1,23})\s?(?:=\s?|:\s?)("[^"]{0,200}"|[^\s,;{}()|·•"]{1,200})/gu;

/** A line may be one field, whose value is all the rest of it, or hold several. */
function pairsIn(line: string): readonly (readonly [name: string, value: string])[] {
  const inLine = [...line.matchAll(IN_LINE)].map(([, name = '', value = '']) => [name.toLowerCase(), value] as const);
  const known = inLine.filter(([name]) => Object.hasOwn(NAMES, name));
  const [, name = '', value = ''] = WHOLE_LINE.exec(line) ?? [];
  const whole = [name.trim().toLowerCase(), value] as const;
  const isOne = known.length <= 1 || FREE_TEXT.has(NAMES[whole[0]] ?? '');
  return isOne && value !== '' ? [whole, ...known] : known;
}

function isFit(key: string, value: string): boolean {
  if (key === 'summary') return true;
  if (key === 'alertname') return value.length <= LONGEST_NAME && value.split(' ').length <= 8;
  if (FREE_TEXT.has(key)) return value.length <= LONGEST_NAME;
  return POSSIBLE_OBJECT_NAME.test(value);
}

const unquoted = (value: string): string => value.replace(/^["'“]|["'”,;]$/gu, '').trim();
