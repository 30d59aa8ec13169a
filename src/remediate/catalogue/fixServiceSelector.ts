/**
 * FixServiceSelector: lets a Service select the pods of the workload that it is meant for, by the labels that these have.
 *
 * Each key of the selector gets the value that the workload's template has for it; a key that the template lacks would have to go, which is for people.
 */
import { daemonSets, deployments, statefulSets, WORKLOADS, type WorkloadObject } from '../../gitops/resources.ts';
import { inWords, type Target } from '../actionTarget.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { type Considered, type Facts, ruleOut, suggest } from './facts.ts';
import { type FieldValue, writeFields } from './field.ts';
import { aboutServices, podsBehind, type ServiceTarget, serviceAborts, serviceCriteria } from './services.ts';
import type { CatalogueEntry, WriteContext, Written } from './types.ts';

export const fixServiceSelector: CatalogueEntry<ServiceTarget> = {
  type: 'FixServiceSelector',
  about: aboutServices,
  bounds: [
    'The Service has a selector, and selects no pod now.',
    'Every key of the selector is a label of the workload’s pods; only values change.',
    'No other workload of the namespace has pods that it would select then.',
  ],
  cures: ['ServiceSelectorMismatch'],
  inverse: 'FixServiceSelector to the values that were replaced, by restoring the files byte for byte.',
  soakSeconds: 60,
  consider,
  successCriteria: serviceCriteria,
  abortCriteria: serviceAborts,
  write,
};

type Labels = Readonly<Record<string, string>>;
type Kind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

async function consider({ rootCause, client, signal }: Facts): Promise<Considered> {
  const type = 'FixServiceSelector';
  const target = rootCause.object.kind === 'Service' ? await aboutServices.read(client, rootCause.object, { signal }) : undefined;
  if (target === undefined) return ruleOut(type, 'it is about no Service that is there');
  const selector = target.object.spec?.selector ?? {};
  const fitting = (await workloadsIn(client, target, signal)).filter(({ object }) => hasKeys(selector, labelsOf(object)));
  const namesake = fitting.filter(({ object }) => object.metadata.name === target.name);
  const near = fitting.filter(({ object }) => Object.entries(selector).some(([key, value]) => labelsOf(object)[key] === value));
  const [meant, ...others] = [namesake, near, fitting].find((group) => group.length > 0) ?? [];
  if (meant === undefined) return ruleOut(type, 'no workload of its namespace has labels of these keys');
  if (others.length > 0) return ruleOut(type, `${others.length + 1} workloads of its namespace may be meant; which one can’t be told`);
  const { name } = meant.object.metadata;
  return suggest(type, {
    target,
    parameters: { fixServiceSelector: { workloadKind: meant.kind, workloadName: name } },
    title: `Let Service ${target.name} select the pods of ${meant.kind} ${name}`,
    because: `${rootCause.reason}: it selects no pod, and no other workload’s pods have labels of these keys.`,
  });
}

async function write(context: WriteContext<ServiceTarget>): Promise<Written | Refusal> {
  const { target, action, client, signal } = context;
  const { workloadKind: kind = 'Deployment', workloadName: name = '' } = action.fixServiceSelector ?? {};
  const selector = target.object.spec?.selector ?? {};
  if (Object.keys(selector).length === 0) return refuse('ValueNotFound', `${inWords(target)} has no selector`);
  const all = await workloadsIn(client, target, signal);
  const meant = all.find((one) => one.kind === kind && one.object.metadata.name === name);
  if (meant === undefined) return refuse('ValueNotFound', `there is no ${kind} ${name} in namespace ${target.namespace}`);
  const labels = labelsOf(meant.object);
  const lacking = Object.keys(selector).find((key) => !Object.hasOwn(labels, key));
  if (lacking !== undefined)
    return refuse(
      'ValueNotFound',
      `pods of ${kind} ${name} have no label ${lacking}: the selector would have to lose it, which is for people to decide`,
    );
  const fields: FieldValue[] = Object.entries(selector)
    .filter(([key, value]) => labels[key] !== value)
    .map(([key, value]) => ({ path: ['spec', 'selector', key], value: labels[key] ?? '', live: value }));
  if (fields.length === 0) return refuse('AlreadyInPlace', `${inWords(target)} selects the pods of ${kind} ${name} already`);
  if ((await podsBehind(client, target, { signal })).length > 0)
    return refuse('UnsafeChange', `${inWords(target)} selects pods now: to turn its traffic elsewhere is for people to decide`);
  const wanted = Object.fromEntries(Object.keys(selector).map((key) => [key, labels[key] ?? '']));
  const other = all.find((one) => one !== meant && matches(wanted, labelsOf(one.object)));
  if (other !== undefined)
    return refuse('UnsafeChange', `${inWords(target)} would select the pods of ${other.kind} ${other.object.metadata.name}, too`);
  return writeFields(context, fields, {
    level: 'Medium',
    reasons: [`traffic of ${inWords(target)} begins to reach the pods of ${kind} ${name}`],
  });
}

const labelsOf = ({ spec }: WorkloadObject): Labels => spec?.template?.metadata?.labels ?? {};
const hasKeys = (selector: Labels, labels: Labels): boolean =>
  Object.keys(selector).length > 0 && Object.keys(selector).every((key) => Object.hasOwn(labels, key));
const matches = (selector: Labels, labels: Labels): boolean => Object.entries(selector).every(([key, value]) => labels[key] === value);

async function workloadsIn(
  client: Facts['client'],
  { namespace }: Target,
  signal: AbortSignal | undefined,
): Promise<readonly { readonly kind: Kind; readonly object: WorkloadObject }[]> {
  const kinds = [deployments, statefulSets, daemonSets].filter(({ kind }) => WORKLOADS.has(kind));
  const lists = await Promise.all(
    kinds.map(async (resource) =>
      (await client.list(resource, { namespace, signal })).items.map((object) => ({ kind: resource.kind as Kind, object })),
    ),
  );
  return lists.flat();
}
