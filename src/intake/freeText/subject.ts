/**
 * What a message is about: a label that names it, a service that exists and is named in it, or a word in a place where names stand.
 *
 * Of two known services the first is meant, as in "checkout can't reach payments"; the namespace is the one that is said, else the known
 * service's own where there is just one of that name.
 */
import { ownerOf } from '../../domain/generatedNames.ts';
import type { Fields } from './fields.ts';
import type { PlainMessage } from './plainMessage.ts';

export interface KnownService {
  readonly namespace: string;
  readonly name: string;
}

export interface Subject {
  readonly namespace: string | undefined;
  readonly name: string;
  /** The label under which rules name such a thing. */
  readonly label: string;
}

/** The narrowest first. */
const CARRIERS = [
  'deployment',
  'statefulset',
  'daemonset',
  'cronjob',
  'workload',
  'pod',
  'persistentvolumeclaim',
  'node',
  'service',
  'ingress',
];

const NAME = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
/** `checkout.shop.svc.cluster.local`, and `shop/checkout` */
const IN_CLUSTER = new RegExp(`\\b(${NAME})\\.(${NAME})\\.svc\\b`, 'u');
const SLASHED = new RegExp(`(?:^|[\\s(])(?:deploy(?:ment)?/|svc/|sts/|pod/)?(${NAME})/(${NAME})(?=[\\s,.;:!?)]|$)`, 'u');
const KINDED = new RegExp(`\\b(deploy(?:ment)?|svc|service|sts|statefulset|ds|daemonset|pod|node|pvc|ingress)/(${NAME})`, 'u');
const NAMESPACE = new RegExp(
  `\\b(?:in|from|of)?\\s?(?:the )?(?:namespace|ns)[\\s:=]+(${NAME})\\b|\\b(?:in|from) (?:the )?(${NAME}) (?:namespace|ns)\\b`,
  'iu',
);
const NAMED = [
  new RegExp(`\\b(?:the )?(${NAME}) (?:service|deployment|api|app|server|backend|frontend|pods?|worker|job|database|db|cluster)\\b`, 'iu'),
  new RegExp(`\\b(?:service|deployment|statefulset|daemonset|app|pod|node|host|job)s? (${NAME})\\b`, 'iu'),
  new RegExp(
    `(?:^|[.!,:;]\\s+|\\b(?:and|but|hey|hi|folks|team|all|the|our|that|think|with|on|from|in|of)\\s+)(${NAME})(?:'s)? (?:is|are|has|keeps?|seems?|looks?|can't|cannot|isn't|doesn't|stopped|throwing|returning|getting|crash\\w*|went|goes|down\\b|failing|not\\b)`,
    'iu',
  ),
  new RegExp(`\\b(?:on|in|from|for|of|at|with|against|to)\\s+(?:the )?(${NAME})\\b`, 'iu'),
];
const LABEL_OF_KIND: Readonly<Record<string, string>> = {
  deploy: 'deployment',
  deployment: 'deployment',
  svc: 'service',
  service: 'service',
  sts: 'statefulset',
  statefulset: 'statefulset',
  ds: 'daemonset',
  daemonset: 'daemonset',
  pod: 'pod',
  node: 'node',
  pvc: 'persistentvolumeclaim',
  ingress: 'ingress',
};

/** Words that stand where names do and are none. */
const NO_NAMES = new Set(
  'the a an call page shift build builds pipeline pipelines ci tests branch laptop it this thing things stuff node nodes pod pods service services deployment deployments cluster job jobs host hosts app apps api apis database db queue volume volumes container containers namespace system systems backend team that these those there here we i you they he she our my your all any some every everything everyone everybody nobody something someone anyone anybody prod production staging dev test site website users user customers customer people requests request traffic errors error alerts alert lots many most more still now again today tonight morning since which what who why when where how and or but if not no yes ok okay just only also really very so too then than as is are was were be been being has have had do does did down up out off over under new old other others last next first second minutes hours seconds latency cpu memory disk network dns prometheus grafana alertmanager slack channel thread us eu me them him her its ones one two half least average total fire dashboard logs log response time times check checking looking look high low slow fast web'.split(
    ' ',
  ),
);

export function subjectIn({ text, lines }: PlainMessage, { labels }: Fields, services: readonly KnownService[]): Subject | undefined {
  const namespace = labels['namespace'] ?? namespaceIn(text);
  const carrier = CARRIERS.find((label) => labels[label] !== undefined);
  if (carrier !== undefined) return placed({ namespace, name: labels[carrier] ?? '', label: carrier }, services);
  const local = IN_CLUSTER.exec(text);
  if (local !== null) return { namespace: local[2], name: local[1] ?? '', label: 'service' };
  const kinded = KINDED.exec(text);
  if (kinded !== null) return placed({ namespace, name: kinded[2] ?? '', label: LABEL_OF_KIND[kinded[1] ?? ''] ?? 'service' }, services);
  return knownIn(text, namespace, services) ?? slashedIn(text) ?? namedIn(lines, namespace);
}

function namespaceIn(text: string): string | undefined {
  const found = NAMESPACE.exec(text);
  return found?.[1]?.toLowerCase() ?? found?.[2]?.toLowerCase();
}

function knownIn(text: string, namespace: string | undefined, services: readonly KnownService[]): Subject | undefined {
  if (services.length === 0) return undefined;
  const byName = Map.groupBy(services, ({ name }) => name);
  for (const [word] of text.toLowerCase().matchAll(/[a-z0-9](?:[-a-z0-9]{0,251}[a-z0-9])?/gu)) {
    const name = byName.has(word) ? word : ownerOf(word).name;
    if (!byName.has(name) || name === namespace) continue;
    return placed({ namespace, name, label: 'service' }, services);
  }
  return undefined;
}

/** With the namespace of the only service of that name, where none is said. */
function placed(subject: Subject, services: readonly KnownService[]): Subject {
  if (subject.namespace !== undefined) return subject;
  const own = services.filter(({ name }) => name === subject.name || name === ownerOf(subject.name).name);
  return own.length === 1 ? { ...subject, namespace: own[0]?.namespace } : subject;
}

function slashedIn(text: string): Subject | undefined {
  const [, namespace = '', name = ''] = SLASHED.exec(text) ?? [];
  const isPath = /^\d+$/u.test(name) || namespace === 'n' || NO_NAMES.has(name) || NO_NAMES.has(namespace);
  return name === '' || isPath ? undefined : { namespace, name, label: 'service' };
}

function namedIn(lines: readonly string[], namespace: string | undefined): Subject | undefined {
  const text = lines.join('. ');
  for (const pattern of NAMED) {
    for (const [, name = ''] of text.matchAll(new RegExp(pattern.source, 'giu'))) {
      const word = name.toLowerCase();
      if (NO_NAMES.has(word) || word === namespace || word.length < 2 || /^[\d.]+(?:ms|s|m|h|%)?$/u.test(word)) continue;
      return { namespace, name: word, label: 'service' };
    }
  }
  return undefined;
}
