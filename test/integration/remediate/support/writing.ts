/** One action, written into a tree that is held in memory and rendered by the real kustomize; what runs is what the tree renders, and what a case adds. */

import { configMaps } from '../../../../src/crds/configMaps.ts';
import type { Action } from '../../../../src/crds/remediationPlan.ts';
import {
  autoscalers,
  daemonSets,
  deployments,
  pods,
  replicaSets,
  services,
  statefulSets,
  type WorkloadObject,
} from '../../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../../../../src/kube/object.ts';
import { catalogue } from '../../../../src/remediate/catalogue/catalogue.ts';
import type { Written } from '../../../../src/remediate/catalogue/types.ts';
import type { Refusal } from '../../../../src/remediate/refusal.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';
import { buildAt } from '../../../unit/gitops/support/build.ts';
import { memoryTree } from '../../../unit/gitops/support/memoryTree.ts';
import { ownerOf } from '../../../unit/remediate/support.ts';
import { realRenderer } from '../../gitops/support/edits.ts';

const RESOURCES: readonly ResourceType[] = [deployments, statefulSets, daemonSets, services, configMaps, autoscalers, pods, replicaSets];

export interface Scene {
  readonly files: Readonly<Record<string, string>>;
  /** Folder that is rendered. */
  readonly path?: string;
  /** Objects that are in the cluster beside what is rendered. */
  readonly live?: readonly object[];
  /** What the cluster has otherwise than Git. */
  readonly drift?: (object: KubeObject) => object;
  /** Pod templates that the Deployment had before, the oldest first. */
  readonly earlier?: readonly object[];
}

export interface Outcome {
  readonly result: Written | Refusal;
  /** Files that differ afterwards, with the lines that went and came. */
  readonly edits: Readonly<Record<string, { readonly from: readonly string[]; readonly to: readonly string[] }>>;
}

export async function writeAction(scene: Scene, action: Action): Promise<Outcome> {
  const { files, path = 'apps' } = scene;
  const renderer = await realRenderer();
  const [tree, build] = [memoryTree(files), buildAt(path)];
  const before = await renderer.render(tree, build);
  if (before.kind === 'refused') throw new Error(before.message);
  const client = await clusterOf(scene, before.objects as unknown as readonly KubeObject[]);
  const entry = catalogue[action.type];
  const target = await entry.about.read(client, action.target);
  const manifest = before.objects.find(({ kind, metadata }) => kind === action.target.kind && metadata.name === action.target.name);
  if (target === undefined || manifest === undefined) throw new Error(`the scene has no ${action.target.kind} ${action.target.name}`);
  const repository = {} as never; // no action that is tried here asks for its history
  const result = await entry.write?.({
    action,
    target,
    manifest,
    owner: ownerOf({ path, build }),
    repository,
    base: '',
    tree,
    before,
    renderer,
    client,
  });
  if (result === undefined) throw new Error(`${action.type} is not written into Git`);
  return { result, edits: result.kind === 'written' ? await editsOf(files, result) : {} };
}

async function clusterOf(
  { live = [], drift = (object) => object, earlier = [] }: Scene,
  rendered: readonly KubeObject[],
): Promise<KubeClient> {
  const client = createMemoryKube() as unknown as KubeClient;
  const make = async (object: KubeObject): Promise<KubeObject> => {
    const resource = RESOURCES.find(({ kind }) => kind === object.kind);
    if (resource === undefined) throw new Error(`the scene’s cluster has no ${object.kind}`);
    return client.create(resource, object);
  };
  for (const object of [...rendered, ...(live as readonly KubeObject[])]) {
    const made = (await make(drift(object) as KubeObject)) as WorkloadObject;
    if (made.kind === 'Deployment' && object === rendered.find(({ kind }) => kind === 'Deployment')) await historyOf(make, made, earlier);
  }
  return client;
}

/** ReplicaSets as the Deployment's controller leaves them. */
async function historyOf(
  make: (object: KubeObject) => Promise<KubeObject>,
  { metadata, spec }: WorkloadObject,
  earlier: readonly object[],
): Promise<void> {
  const { name, namespace = 'default', uid } = metadata;
  for (const [index, template] of earlier.entries()) {
    await make({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${name}-${index + 1}`,
        namespace,
        labels: spec?.selector?.matchLabels ?? {},
        annotations: { 'deployment.kubernetes.io/revision': `${index + 1}` },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true }],
      },
      spec: { template },
    } as unknown as KubeObject);
  }
}

async function editsOf(files: Scene['files'], { tree, files: touched }: Written): Promise<Outcome['edits']> {
  const after = await tree.read([...tree.files.keys()]);
  const changed = [...after].filter(([path, content]) => content.toString() !== files[path]);
  if (changed.some(([path]) => !touched.includes(path)))
    throw new Error(`files were changed that are not said to be: ${changed.map(([path]) => path).join(', ')}`);
  return Object.fromEntries(changed.map(([path, content]) => [path, lineDifference(files[path] ?? '', content.toString())]));
}

/** By the lines that both begin and end with: enough for the small edits that actions make. */
function lineDifference(before: string, after: string): { readonly from: readonly string[]; readonly to: readonly string[] } {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  return { from: old.slice(start, old.length - end), to: now.slice(start, now.length - end) };
}
