/**
 * What a silence has to match to silence an alert, and no other trouble: the labels that identify it, exactly as they were delivered. Pure.
 *
 * Where the identity of an alert has the owner in place of a pod, the silence is for pods of that owner: the next pod is the same trouble. What is
 * left out of an identity is left out here. Other alerts that carry all of these labels, and more, are silenced too, as by any silence.
 */
import { NODE_LABELS, POD_LABELS } from './alertTargets.ts';
import { canonicalJson } from './canonical.ts';
import { siblingsOf } from './generatedNames.ts';
import { type IdentityRules, identifyingParts } from './identity.ts';
import type { Labels } from './scrapeLabels.ts';
import { meantLabels } from './scrapeLabels.ts';
import type { Silencing } from './silences.ts';

export type Matcher = Silencing['matchers'][number];

/** Names of labels that name a workload as it is, and of those that name what a workload has made; each in the order in which they count. */
const SAYING = ['workload', 'deployment', 'statefulset', 'daemonset', 'cronjob'];
const GENERATED = ['job_name', 'replicaset', ...POD_LABELS];

export function matchersOf(delivered: Labels, rules: IdentityRules): readonly Matcher[] {
  const { kept, subject, byPeople } = identifyingParts(delivered, rules);
  const exact = [
    ...Object.entries(kept).map(([name, value]) => equal(asDelivered(delivered, name), value)),
    ...Object.entries(byPeople).map(([name, value]) => equal(name, value)),
  ];
  const about = subject === undefined ? [] : subjectMatchers(delivered, subject[0]);
  const byName = new Map([...about, ...exact].map((matcher) => [matcher.name, matcher]));
  return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Those of all alerts, each once. */
export function matchersOfAll(alerts: readonly { readonly labels: Labels }[], rules: IdentityRules): readonly (readonly Matcher[])[] {
  const all = alerts.map(({ labels }) => matchersOf(labels, rules)).filter((matchers) => matchers.length > 0);
  return [...new Map(all.map((matchers) => [canonicalJson(matchers), matchers])).values()];
}

function subjectMatchers(delivered: Labels, subject: 'workload' | 'node'): readonly Matcher[] {
  const labels = meantLabels(delivered);
  const first = (names: Iterable<string>): string | undefined => [...names].find((name) => (labels[name] ?? '') !== '');
  if (subject === 'node') {
    const name = first(NODE_LABELS) ?? 'instance';
    return [equal(asDelivered(delivered, name), labels[name] ?? '')];
  }
  const said = first(SAYING);
  if (said !== undefined) return [equal(asDelivered(delivered, said), labels[said] ?? '')];
  const name = first(GENERATED);
  if (name === undefined) return [];
  const siblings = siblingsOf(labels[name] ?? '');
  const raw = asDelivered(delivered, name);
  return [siblings === undefined ? equal(raw, labels[name] ?? '') : { name: raw, value: siblings, isRegex: true, isEqual: true }];
}

/** Prometheus may have renamed it. */
const asDelivered = (delivered: Labels, meant: string): string =>
  Object.hasOwn(delivered, `exported_${meant}`) ? `exported_${meant}` : meant;

const equal = (name: string, value: string): Matcher => ({ name, value, isRegex: false, isEqual: true });

const OPERATORS = { exact: ['=', '!='], regex: ['=~', '!~'] } as const;

/** `{alertname="KubePodCrashLooping", pod=~"checkout-.*"}` */
export function matchersText(matchers: readonly Matcher[]): string {
  const parts = matchers.map(({ name, value, isRegex, isEqual }) => {
    const [is, isNot] = OPERATORS[isRegex ? 'regex' : 'exact'];
    return `${name}${isEqual ? is : isNot}${JSON.stringify(value)}`;
  });
  return `{${parts.join(', ')}}`;
}
