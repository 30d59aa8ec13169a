/** Advice as people read it: what to do in order, the rules as one file, and in a line what is fine. */
import type { TOPICS } from './facts.ts';

interface Told {
  readonly about: string;
  readonly advice: readonly {
    readonly workload: string;
    readonly topic: (typeof TOPICS)[number];
    readonly title: string;
    readonly why: string;
    readonly incidents: readonly string[];
    readonly rule?: object | undefined;
    readonly change?: { readonly kind: 'patch' | 'manifest'; readonly yaml: string; readonly command: string } | undefined;
  }[];
  readonly adviceTotal: number;
  readonly rules: readonly { readonly workload: string; readonly yaml: string }[];
  readonly patches: readonly { readonly workload: string; readonly yaml: string; readonly command: string }[];
  readonly fine: readonly { readonly workload: string; readonly what: readonly string[] }[];
  readonly notes: readonly string[];
}

const MOST = 12;
const MOST_BLOCKS = 3;

export function adviceText(told: Told, workloads: number): string[] {
  const { about, advice, adviceTotal } = told;
  const isOne = workloads === 1;
  const head =
    advice.length === 0
      ? `Nothing is missing that could be seen of ${about}.`
      : `What is missing for ${about}, what would have mattered most first:`;
  const items = advice.slice(0, MOST).map((one, index) => `${index + 1}. ${isOne ? '' : `${one.workload}: `}${itemText(one)}`);
  const rest = adviceTotal > items.length ? [`${adviceTotal - items.length} more in the field advice.`] : [];
  return [head, ...items, ...rest, ...rules(told), ...changes(told), ...fine(told, isOne), ...notes(told)];
}

function itemText({ title, why, incidents, rule, change }: Told['advice'][number]): string {
  const past = incidents.length === 0 ? '' : ` It would have helped with an Incident that there was (${incidents.join(', ')}).`;
  const below = rule !== undefined ? ' The rule is below.' : change !== undefined ? ` The ${change.kind} is below.` : '';
  return `${title}. ${why}${past}${below}`;
}

const fenced = (yaml: string): string[] => ['```yaml', ...yaml.trimEnd().split('\n'), '```'];

function rules({ rules: all }: Told): string[] {
  const files = all
    .slice(0, MOST_BLOCKS)
    .flatMap(({ workload, yaml }) => ['', `Alerting rules for ${workload}, in the metrics that it has:`, ...fenced(yaml)]);
  return all.length > MOST_BLOCKS ? [...files, `Rules for ${all.length - MOST_BLOCKS} more workloads are in the field rules.`] : files;
}

/** Where Git says what runs, it is changed there. */
function changes({ patches, advice }: Told): string[] {
  const manifests = advice.slice(0, MOST).flatMap(({ change, workload }) => (change?.kind === 'manifest' ? [{ ...change, workload }] : []));
  const all = [...patches, ...manifests];
  if (all.length === 0) return [];
  const shown = all.slice(0, 2 * MOST_BLOCKS).flatMap(({ workload, yaml, command }) => ['', `${workload}: ${command}`, ...fenced(yaml)]);
  const more = all.length > 2 * MOST_BLOCKS ? [`${all.length - 2 * MOST_BLOCKS} more changes are in the fields patches and advice.`] : [];
  return ['', 'Changes, to be made where the workload is defined (in Git, if it is delivered from there):', ...shown, ...more];
}

const MOST_FINE = 5;

function fine({ fine: all }: Told, isOne: boolean): string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, MOST_FINE).map(({ workload, what }) => `${isOne ? '' : `${workload}: `}${what.join(', ')}`);
  return ['', `Fine: ${shown.join('; ')}${all.length > MOST_FINE ? `; and ${all.length - MOST_FINE} more workloads in part` : ''}.`];
}

const notes = ({ notes: all }: Told): string[] => (all.length === 0 ? [] : ['', 'Not seen:', ...all.map((note) => `- ${note}`)]);
