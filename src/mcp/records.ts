/** Incidents and what belongs to them as resources, read by what the tools read them by. */
import { incidents, investigations, remediationPlans } from '../crds/kinds.ts';
import { isOver } from '../domain/lifeCycle.ts';
import type { KubeObject, ResourceType } from '../kube/object.ts';
import { worstFirst } from '../report/pages/incidents.ts';
import { oneLine } from '../text/plain.ts';
import { demand } from '../tools/caller.ts';
import { ToolError } from '../tools/errors.ts';
import { readEvidence } from '../tools/incidents/getEvidence.ts';
import { readIncident } from '../tools/incidents/getIncident.ts';
import { readInvestigation } from '../tools/incidents/getInvestigation.ts';
import { readPlan } from '../tools/incidents/getPlan.ts';
import { attributes, type Kept } from '../tools/incidents/kept.ts';
import type { Records } from '../tools/incidents/records.ts';
import type { Answer, Call } from '../tools/tool.ts';
import type { ResourceEntry, ResourceKind } from './resources.ts';

export function recordKinds(records: Records): readonly ResourceKind[] {
  const said = (text: string): string => records.redactor.text(oneLine(text));
  return [
    {
      ...kept('incident', incidents, records.incidents, (name, call) => readIncident(records, name, call)),
      title: 'Incident',
      description:
        'What is wrong, since when and for whom; root cause, timeline, plan, and who has to act. Changes are told to subscribers.',
      list: async (call) =>
        (await records.incidents.list(call))
          .toSorted((a, b) => Number(isOver(a)) - Number(isOver(b)) || worstFirst(a, b))
          .map((incident) => ({ ...entry('incident', incident, said(incident.spec.title)), priority: isOver(incident) ? 0.2 : 0.9 })),
    },
    {
      ...kept('investigation', investigations, records.investigations, (name, call) => readInvestigation(records, name, call)),
      title: 'Investigation',
      description: 'A diagnosis in full: root cause, findings, changes, evidence, and what could not be seen.',
      list: async (call) => newestFirst(await records.investigations.list(call)).map((each) => entry('investigation', each)),
    },
    {
      ...kept('plan', remediationPlans, records.plans, (name, call) => readPlan(records, name, call)),
      title: 'RemediationPlan',
      description: 'A proposed fix: its exact diff, risk, when it counts as helped, and how a person approves it.',
      list: async (call) => newestFirst(await records.plans.list(call)).map((plan) => entry('plan', plan, said(plan.spec.summary))),
    },
    evidenceKind(records),
  ];
}

function evidenceKind(records: Records): ResourceKind {
  return {
    scheme: 'evidence',
    uriTemplate: 'evidence://sha256/{digest}',
    title: 'Evidence',
    description: 'What was seen during an Investigation, by the digest that it cites: a log excerpt, an object, a query with its answer.',
    mimeType: 'text/plain',
    read: async (path, call) => (await readEvidence(records, { digest: `evidence://${path}` }, call)).text,
  };
}

type Named = { readonly namespace: string; readonly name: string };

function kept<T extends KubeObject>(
  scheme: string,
  resource: ResourceType<T>,
  objects: Kept<T>,
  read: (name: Named, call: Call) => Promise<Answer>,
): Pick<ResourceKind, 'scheme' | 'uriTemplate' | 'mimeType' | 'read' | 'admit' | 'complete'> {
  return {
    scheme,
    uriTemplate: `${scheme}://{namespace}/{name}`,
    mimeType: 'text/plain',
    read: async (path, call) => (await read(namedIn(scheme, path), call)).text,
    admit: async (path, call) => {
      const { namespace, name } = namedIn(scheme, path);
      await demand(call, attributes({ resource }, 'get', namespace, name));
    },
    complete: async (variable, _value, call) =>
      (await objects.list(call)).map(({ metadata }) => (variable === 'namespace' ? (metadata.namespace ?? '') : metadata.name)),
  };
}

export function uriOf(
  scheme: string,
  { namespace = '', name }: { readonly namespace?: string | undefined; readonly name: string },
): string {
  return `${scheme}://${namespace}/${name}`;
}

function namedIn(scheme: string, path: string): Named {
  const [namespace = '', name = '', ...rest] = path.split('/');
  if (namespace !== '' && name !== '' && rest.length === 0) return { namespace, name };
  throw new ToolError('NotFound', `The URI of such a resource is ${scheme}://<namespace>/<name>.`);
}

function entry(scheme: string, { metadata }: KubeObject, title?: string): ResourceEntry {
  return { uri: uriOf(scheme, metadata), name: metadata.name, title, lastModified: metadata.creationTimestamp };
}

function newestFirst<T extends KubeObject>(objects: readonly T[]): readonly T[] {
  return objects.toSorted((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1));
}
