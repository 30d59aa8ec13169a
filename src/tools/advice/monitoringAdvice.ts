/**
 * The tool `monitoring_advice`: what is missing to watch a service and to keep it up, out of what is there; with alerting rules in the metrics that it
 * really has, and changes that can be applied. Nothing is written.
 */
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { canonicalJson } from '../../domain/canonical.ts';
import type { Redactor } from '../../redact/redactor.ts';
import { createCache } from '../../sources/cache.ts';
import { answerOf } from '../answer.ts';
import type { Records } from '../incidents/records.ts';
import type { FoundWorkload, WorkloadFinder } from '../signals/findWorkload.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { adviceText } from './adviceText.ts';
import { type Advised, advise } from './advise.ts';
import { together } from './changes.ts';
import { type Facts, type Rule, TOPICS } from './facts.ts';
import { type Around, factsOf, type GatherDeps, gatherAround } from './gather.ts';
import { troublesOf } from './troubles.ts';
import { placeOf, workloadsIn } from './workloads.ts';
import { rulesYaml } from './yaml.ts';

export interface MonitoringAdviceDeps extends GatherDeps {
  readonly workloads: WorkloadFinder;
  readonly investigations: Pick<Records['investigations'], 'list'>;
  readonly redactor: Pick<Redactor, 'text' | 'value'>;
  readonly clock: Pick<Clock, 'monotonic' | 'now'>;
}

/** As long as what a caller may see counts: an answer is shared among calls of one caller alone. */
const GOOD_FOR_MS = 5_000;
const MOST_KEPT = 4 * 1024 * 1024;

/** More of them are looked at without their metrics. */
const MOST_MEASURED = 8;
const MOST_WORKLOADS = 200;
const AT_ONCE = 4;
const MOST_ADVICE = 40;

const input = z.object({
  service_name: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .optional()
    .describe('Name of a workload or Service, as cart, shop/cart or deployment/cart. Absent: all of the namespace.'),
  namespace: z
    .string()
    .trim()
    .min(1)
    .max(63)
    .optional()
    .describe('Where it is. With neither, the whole cluster is looked at, for who may list its workloads.'),
});

const output = z.object({
  about: z.string(),
  advice: z
    .array(
      z.object({
        workload: z.string().describe('As in shop/cart.'),
        topic: z.enum(TOPICS),
        weight: z.number().describe('What would have mattered most has the most.'),
        title: z.string(),
        why: z.string(),
        incidents: z.array(z.string()).describe('Reasons of its Incidents that this would have told of or prevented.'),
        rule: z.object({ alert: z.string(), expr: z.string(), for: z.string(), severity: z.string(), summary: z.string() }).optional(),
        change: z.object({ kind: z.enum(['patch', 'manifest']), yaml: z.string(), command: z.string() }).optional(),
      }),
    )
    .describe('The most telling first.'),
  adviceTotal: z.int(),
  rules: z
    .array(z.object({ workload: z.string(), yaml: z.string() }))
    .describe('All rules of a workload as one file: a PrometheusRule where its operator is, else as Prometheus loads it.'),
  patches: z.array(z.object({ workload: z.string(), yaml: z.string(), command: z.string() })).describe('All patches of a workload in one.'),
  fine: z.array(z.object({ workload: z.string(), what: z.array(z.string()) })).describe('What is as it should be.'),
  notes: z.array(z.string()).describe('What could not be seen.'),
});
type Output = z.input<typeof output>;

/** It reads all that there is around a workload: who asks again, or at the same time, gets the same answer. */
export function monitoringAdviceTool(deps: MonitoringAdviceDeps): Tool {
  const answers = createCache<Answer<Output>>({
    clock: deps.clock,
    ttlMs: GOOD_FOR_MS,
    errorTtlMs: 0,
    maxSize: MOST_KEPT,
    sizeOf: (answer) => JSON.stringify(answer).length,
  });
  return defineTool({
    name: 'monitoring_advice',
    title: 'Advise on monitoring',
    description:
      'What is missing to watch a service and to keep it up, by what is there: alerting rules, metrics, probes, requests and limits, replicas, disruption budgets, autoscalers, dashboards, and its past Incidents. Answers with valid PromQL alerting rules in the metrics that the service really has, and YAML that can be applied, what would have mattered most first. Take check_golden_signals for how it is doing now.',
    effect: 'reads',
    core: false,
    input,
    output,
    run: (asked, call) => {
      const { username, groups, uid, extra } = call.caller;
      const key = canonicalJson({ ...asked, username, groups: groups ?? [], uid: uid ?? '', extra: extra ?? {} });
      return answers.get(key, (signal) => run(deps, asked, { ...call, signal }), call.signal);
    },
  });
}

async function run(
  deps: MonitoringAdviceDeps,
  { service_name: service, namespace }: z.output<typeof input>,
  call: Call,
): Promise<Answer<Output>> {
  const one = service === undefined ? undefined : await deps.workloads.find(service, namespace, call);
  const around = await gatherAround(deps, one?.namespace ?? namespace, call);
  const all = one === undefined ? await workloadsIn(deps.client, { namespace, services: around.services ?? [] }, call) : [one];
  const chosen = all.slice(0, MOST_WORKLOADS);
  const looked = await lookAt(deps, chosen, around, call);
  const advised = looked.map(({ facts }) => ({ facts, ...advise(facts) }));
  const advice = advised.flatMap(({ facts, advice: own }) => own.map((each) => ({ each, workload: placeOf(facts.workload) })));
  const ordered = advice.toSorted((a, b) => b.each.weight - a.each.weight);
  const left =
    all.length > MOST_MEASURED && one === undefined
      ? [`Metrics were looked at for ${MOST_MEASURED} of ${all.length} workloads; name one for its alerting rules.`]
      : [];
  const data: Output = {
    about: one === undefined ? (namespace === undefined ? 'the whole cluster' : `namespace ${namespace}`) : `${one.kind} ${placeOf(one)}`,
    advice: ordered.slice(0, MOST_ADVICE).map(({ each, workload }) => dataOf(each, workload)),
    adviceTotal: ordered.length,
    rules: advised.flatMap(({ facts, advice: own }) => rulesOf(facts, own)),
    patches: advised.flatMap(({ facts, advice: own }) => patchesOf(facts, own)),
    fine: advised.flatMap(({ facts, fine }) => (fine.length === 0 ? [] : [{ workload: placeOf(facts.workload), what: [...fine] }])),
    notes: [...new Set([...around.notes, ...looked.flatMap(({ notes }) => notes), ...left])],
  };
  return answerOf(deps.redactor, { lines: adviceText(data, all.length), data, rest: 'the fields advice and rules have the rest' });
}

async function lookAt(
  deps: MonitoringAdviceDeps,
  workloads: readonly FoundWorkload[],
  around: Around,
  call: Call,
): Promise<readonly { readonly facts: Facts; readonly notes: readonly string[] }[]> {
  const troubles = await troublesOf(deps, call);
  const looked = [];
  for (let at = 0; at < workloads.length; at += AT_ONCE) {
    call.progress?.(at, workloads.length, 'looking at workloads');
    looked.push(
      ...(await Promise.all(
        workloads.slice(at, at + AT_ONCE).map((one, index) => factsOf(deps, one, around, at + index < MOST_MEASURED, call)),
      )),
    );
  }
  return looked.map(({ facts, notes }) => ({ facts: { ...facts, troubles: troubles(facts.workload) }, notes }));
}

function dataOf({ topic, weight, title, why, incidents, rule, change }: Advised, workload: string): Output['advice'][number] {
  const { kind, yaml, command } = change ?? {};
  const told = kind === undefined || yaml === undefined || command === undefined ? undefined : { kind, yaml, command };
  return { workload, topic, weight, title, why, incidents: [...incidents], rule, change: told };
}

function rulesOf(facts: Facts, advice: readonly Advised[]): Output['rules'] {
  const rules = advice.flatMap(({ rule }): Rule[] => (rule === undefined ? [] : [rule]));
  return rules.length === 0 ? [] : [{ workload: placeOf(facts.workload), yaml: rulesYaml(rules, facts) }];
}

function patchesOf(facts: Facts, advice: readonly Advised[]): Output['patches'] {
  const patch = together(advice.flatMap(({ change }) => change ?? []));
  return patch === undefined ? [] : [{ workload: placeOf(facts.workload), yaml: patch.yaml, command: patch.command }];
}
