/**
 * What a statement claims that can be looked up: quotations, names, numbers.
 *
 * A name is what no dictionary has: with a digit, a dot, a slash, an underscore, an inner capital or a hyphen in it, in quotation marks, or
 * known as the name of an object. Words of Kubernetes itself are none. What is missed here is not checked; what is taken for a name wrongly costs some confidence.
 */
import { FINDING_REASONS } from '../../crds/reasons.ts';

export interface Claims {
  /** Several words in quotation marks: somebody is said to have written them. */
  readonly quotations: readonly string[];
  readonly names: readonly string[];
  /** As written, with a unit where there is one. */
  readonly numbers: readonly string[];
}

const QUOTED = /"([^"]{1,400})"|“([^“”]{1,400})”|`([^`]{1,400})`|(?<![\w])'([^']{2,400})'(?![\w])/gu;
const REFERENCE = /[[(]?\b[efchm]\d{1,3}\b(?:\s?,\s?[efchm]\d{1,3}\b)*[\])]?/gu;
const TOKEN = /\/?[\p{L}\p{N}][\p{L}\p{N}._:/@%-]*/gu;
const BEFORE_UNIT = /(\d)\s(?=(?:[kmgt]i?b|[kmgt]i|%|seconds?|minutes?|hours?)(?![\p{L}\p{N}]))/giu;
const NUMBER = /^[+-]?\d[\d.,]*(?:[a-z%]{0,7})$/iu;

/** @param known names of objects, in lower case */
export function claimsOf(statement: string, known: ReadonlySet<string>): Claims {
  const quoted = [...statement.matchAll(QUOTED)].map(([, ...groups]) => (groups.find((group) => group !== undefined) ?? '').trim());
  const rest = statement.replace(QUOTED, ' ').replace(REFERENCE, ' ').replace(BEFORE_UNIT, '$1');
  const tokens = [...rest.matchAll(TOKEN)].map(([token]) => token.replace(/(?<![.:/@-])[.:/@-]+$/u, '')).filter((token) => token !== '');
  const numbers = tokens.filter((token) => NUMBER.test(token) || isTime(token));
  return {
    quotations: quoted.filter((text) => /\s/u.test(text)),
    names: [
      ...new Set([
        ...quoted.filter((text) => text !== '' && !/\s/u.test(text) && !NUMBER.test(text)),
        ...tokens.filter((token) => !numbers.includes(token) && isName(token, known)),
      ]),
    ],
    numbers: [...new Set([...numbers, ...quoted.filter((text) => NUMBER.test(text))])],
  };
}

const isTime = (token: string): boolean => /^\d{1,4}(?:[-:/T.]\d{1,4}){1,6}(?:\.\d+)?Z?$/iu.test(token) && /[-:]/u.test(token);

function isName(token: string, known: ReadonlySet<string>): boolean {
  const lower = token.toLowerCase();
  if (known.has(lower)) return true;
  if (VOCABULARY.has(lower) || token.length < 3) return false;
  if (/\d/u.test(token) && /\p{L}/u.test(token)) return true;
  if (/[_@:]/u.test(token) || /\p{L}\.\p{L}{2}/u.test(token) || token.startsWith('/')) return true;
  if (token.includes('/')) return /[-.]/u.test(token) || token.split('/').some((part) => known.has(part.toLowerCase()));
  if (/\p{Ll}\p{Lu}/u.test(token) || /^\p{Lu}{2,}\p{Ll}/u.test(token) || /^\p{Lu}{5,}$/u.test(token)) return true;
  return token.includes('-') && !lower.split('-').every((part) => PARTS_OF_WORDS.has(part));
}

/** Words of Kubernetes and of ours: they name no thing in a cluster. */
const VOCABULARY: ReadonlySet<string> = new Set([
  ...FINDING_REASONS.map((reason) => reason.toLowerCase()),
  ...'configmap configmaps daemonset daemonsets statefulset statefulsets replicaset replicasets cronjob cronjobs networkpolicy serviceaccount persistentvolumeclaim persistentvolume storageclass'.split(
    ' ',
  ),
  ...'ingressclass horizontalpodautoscaler poddisruptionbudget resourcequota limitrange kubernetes https json yaml coredns kubelet apiserver e.g i.e k8s ipv4 ipv6 http/2 tcp/ip i/o'.split(
    ' ',
  ),
  ...'initcontainer initcontainers imagepullpolicy gitops github argocd oomkiller livenessprobe readinessprobe startupprobe securitycontext'.split(
    ' ',
  ),
]);

/** Of such parts English makes words with hyphens. */
const PARTS_OF_WORDS: ReadonlySet<string> = new Set(
  'a above and as at back backend based below bound by case check cluster config container control cpu crash cross current data database dead deployment dns down driven end error ever existent existing fail failed failing fast file first for free front full hand health high host image in init key known large last late left level life limit line live load lock log long loop low lower made many map memory miss misconfigured missing mis multi name namespace network new no node non not null of off old on once one only open out over part path per pod point port pre previous pull rate re read ready real release replica request restart retry right roll run running same scale second secret self server service short shot shut side signed single size slow so specified start state step still stop system term test the thread time to too tool two under un up upstream user value version volume well wide within work write wrong zero account balancer date latency memory-limit party third'.split(
    ' ',
  ),
);
