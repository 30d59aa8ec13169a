/**
 * CordonNode and UncordonNode: keeps new pods away from a node, and lets them come again.
 *
 * A cordon moves nothing: what runs on the node stays. It is left behind until somebody ends it, and is recorded as such. A node that somebody else has
 * cordoned is their intention, and takes two persons to undo.
 */
import type { KubeObject } from '../../kube/object.ts';
import { inWords, objects, type Target } from '../actionTarget.ts';
import type { DirectChange } from '../direct/change.ts';
import { type Node, nodes } from '../direct/resources.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { effectCriteria, standingCriteria } from './criteria.ts';
import { type Considered, type Facts, ruleOut, suggest } from './facts.ts';
import type { CatalogueEntry, DirectContext, Prepared } from './types.ts';

const CORDONED_BY = 'agentsre.io/cordoned-by';
/** At most this share of the nodes is cordoned, ours and others' together. */
const MOST_SHARE = 1 / 3;
const REVIEW_SECONDS = 4 * 3600;

export const cordonNode: CatalogueEntry<Target<Node>> = {
  type: 'CordonNode',
  about: objects(nodes),
  bounds: [
    'The plan is in the operator’s namespace: a tenant’s plan is about no node.',
    'Another node is ready and takes pods.',
    'At most a third of the nodes is cordoned afterwards.',
  ],
  cures: [
    'NodeDiskPressure',
    'NodeMemoryPressure',
    'NodeProcessPressure',
    'NodeNetworkDelay',
    'NodeNetworkLoss',
    'NodeClockSkewed',
    'KubeProxyUnavailable',
    'ContainerRuntimeUnavailable',
  ],
  inverse: 'UncordonNode.',
  soakSeconds: 60,
  consider: considerCordon,
  successCriteria: standingCriteria,
  abortCriteria: () => [],
  direct: {
    prepare: prepareCordon,
    isDone: (live) => live !== undefined && isCordoned(live),
    undo: uncordon,
  },
};

export const uncordonNode: CatalogueEntry<Target<Node>> = {
  type: 'UncordonNode',
  about: objects(nodes),
  bounds: ['The plan is in the operator’s namespace: a tenant’s plan is about no node.', 'The node is cordoned, and ready.'],
  cures: ['NodeCordoned'],
  inverse: 'CordonNode.',
  soakSeconds: 60,
  consider: considerUncordon,
  successCriteria: effectCriteria,
  abortCriteria: () => [],
  direct: {
    prepare: prepareUncordon,
    isDone: (live) => live !== undefined && !isCordoned(live),
    undo: cordon,
  },
};

const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
const isCordoned = ({ spec }: Node): boolean => spec?.unschedulable === true;
const cordonerOf = ({ metadata }: KubeObject): string | undefined => metadata.annotations?.[CORDONED_BY];

async function considerCordon({ rootCause, client, signal }: Facts): Promise<Considered> {
  const type = 'CordonNode';
  const target =
    rootCause.object.kind === 'Node'
      ? await cordonNode.about.read(client, { kind: 'Node', name: rootCause.object.name }, { signal })
      : undefined;
  if (target === undefined) return ruleOut(type, 'it is about no node that is there');
  const refusal = mayCordon(target, (await client.list(nodes, { signal })).items);
  if (refusal !== undefined) return ruleOut(type, refusal.message);
  return suggest(type, {
    target,
    parameters: { cordonNode: { reviewAfterSeconds: REVIEW_SECONDS } },
    title: `Cordon node ${target.name}`,
    because: `${rootCause.reason}: no new pod should come to it until somebody has looked; what runs there stays.`,
  });
}

async function considerUncordon({ rootCause, client, signal }: Facts): Promise<Considered> {
  const type = 'UncordonNode';
  const cordoned = (await client.list(nodes, { signal })).items.filter((node) => isCordoned(node) && isReady(node));
  const [one, ...more] = cordoned;
  if (one === undefined) return ruleOut(type, 'no node that is ready is cordoned');
  if (more.length > 0) return ruleOut(type, `${cordoned.length} nodes are cordoned; which one may take pods again can’t be told`);
  const target = await uncordonNode.about.read(client, { kind: 'Node', name: one.metadata.name }, { signal });
  return target === undefined
    ? ruleOut(type, 'the node is gone by now')
    : suggest(type, {
        target,
        title: `Uncordon node ${target.name}`,
        because: `${rootCause.reason}: it is ready, and the only one that is cordoned.`,
      });
}

function mayCordon(target: Target<Node>, all: readonly Node[]): Refusal | undefined {
  const where = inWords(target);
  if (isCordoned(target.object)) return refuse('AlreadyInPlace', `${where} is cordoned already`);
  const others = all.filter(({ metadata }) => metadata.uid !== target.ref.uid);
  if (!others.some((node) => isReady(node) && !isCordoned(node)))
    return refuse('UnsafeChange', `no other node is ready and takes pods: ${where} has to go on taking them`);
  const cordoned = others.filter(isCordoned).length + 1;
  return cordoned > all.length * MOST_SHARE
    ? refuse('UnsafeChange', `${cordoned} of ${all.length} nodes would be cordoned; at most a third may be`)
    : undefined;
}

async function prepareCordon({ target, action, client, signal }: DirectContext<Target<Node>>): Promise<Prepared | Refusal> {
  const refusal = mayCordon(target, (await client.list(nodes, { signal })).items);
  if (refusal !== undefined) return refusal;
  const { name } = target;
  return {
    kind: 'prepared',
    change: cordon(target.object),
    fields: [{ path: 'spec.unschedulable', after: 'true' }],
    risk: { level: 'Medium', reasons: [`pods that end on ${name} start elsewhere, where there has to be room`] },
    blastRadius: { workloads: 0, pods: 0, summary: `no new pod comes to node ${name}; those that run there stay` },
    leaves: {
      what: `node ${name} is cordoned`,
      end: `kubectl uncordon ${name}`,
      reviewAfterSeconds: action.cordonNode?.reviewAfterSeconds ?? REVIEW_SECONDS,
    },
  };
}

async function prepareUncordon({ target }: DirectContext<Target<Node>>): Promise<Prepared | Refusal> {
  const { object, name } = target;
  if (!isCordoned(object)) return refuse('AlreadyInPlace', `${inWords(target)} is not cordoned`);
  if (!isReady(object)) return refuse('UnsafeChange', `${inWords(target)} is not ready: pods have nothing to look for there`);
  const ours = cordonerOf(object) !== undefined;
  return {
    kind: 'prepared',
    change: uncordon(object),
    fields: [{ path: 'spec.unschedulable', before: 'true' }],
    risk: ours
      ? { level: 'Low', reasons: ['Agent-SRE cordoned it'] }
      : { level: 'High', reasons: ['somebody else cordoned it, and may have a reason that can’t be seen'] },
    blastRadius: { workloads: 0, pods: 0, summary: `pods come to node ${name} again` },
  };
}

function cordon(object: KubeObject): DirectChange {
  return {
    resource: nodes,
    object,
    patch: ({ planUid }) => ({ metadata: { annotations: { [CORDONED_BY]: planUid } }, spec: { unschedulable: true } }),
  };
}

function uncordon(object: KubeObject): DirectChange {
  return { resource: nodes, object, patch: () => ({ metadata: { annotations: { [CORDONED_BY]: null } }, spec: { unschedulable: null } }) };
}
