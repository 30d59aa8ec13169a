/** What the direct actions do, what they refuse to, and that what they do is done once, whoever else is at work. */
import { describe, expect, test } from 'vitest';
import type { ActionType } from '../../../../src/crds/actions/actions.ts';
import type { Action } from '../../../../src/crds/remediationPlan.ts';
import { kustomizations } from '../../../../src/gitops/flux/resources.ts';
import { deployments, pods, statefulSets, volumeClaims } from '../../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { ApiError } from '../../../../src/kube/errors.ts';
import type { KubeObject, ResourceType } from '../../../../src/kube/object.ts';
import { catalogue } from '../../../../src/remediate/catalogue/catalogue.ts';
import type { Prepared } from '../../../../src/remediate/catalogue/types.ts';
import { type DirectChange, makeChange, materialOf, readPinned, refTo } from '../../../../src/remediate/direct/change.ts';
import { certificates, nodes, resourceOf, storageClasses } from '../../../../src/remediate/direct/resources.ts';
import type { Refusal } from '../../../../src/remediate/refusal.ts';
import { GOOD, openWorld } from '../hostile/world.ts';
import { merged } from './support.ts';

const RESOURCES: readonly ResourceType[] = [
  deployments,
  statefulSets,
  pods,
  nodes,
  kustomizations,
  certificates,
  volumeClaims,
  storageClasses,
];
const NOW = Date.parse('2026-01-01T12:00:00Z');

/** Lays a merge patch over an object of the world. */
async function change(client: KubeClient, { kind, namespace, name }: Where, patch: object): Promise<void> {
  const resource = RESOURCES.find((one) => one.kind === kind);
  const live = resource === undefined ? undefined : await client.get(resource, namespace === undefined ? { name } : { namespace, name });
  if (resource === undefined || live === undefined) throw new Error(`there is no ${kind} ${name}`);
  await client.replace(resource, merged(live, patch) as KubeObject);
}

interface Where {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

async function prepare(client: KubeClient, type: ActionType, more: Partial<Action> = {}, within?: string): Promise<Prepared | Refusal> {
  const action: Action = { type, ...GOOD[type], ...more };
  const { about, direct } = catalogue[type];
  const target = await about.read(client, action.target);
  if (target === undefined || direct === undefined) throw new Error(`${type} has no target here`);
  return direct.prepare({ action, target, client, now: NOW, isProtected: (namespace) => namespace === 'kube-system', within });
}

const cart = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const pod = { kind: 'Pod', namespace: 'shop', name: 'cart-1-a' };
const owner = { kind: 'Kustomization', namespace: 'flux-system', name: 'shop' };
const claim = { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' };
const tls = { kind: 'Certificate', namespace: 'shop', name: 'tls' };
const inventory = (...ids: readonly string[]) => ({ status: { inventory: { entries: ids.map((id) => ({ id, v: 'v1' })) } } });
const condition = (type: string, status: string) => ({
  status: { conditions: [{ type, status, reason: 'r', message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
});

describe('refuses', () => {
  test.each<{
    readonly name: string;
    readonly type: ActionType;
    readonly object: Where;
    readonly patch: object;
    readonly more?: Partial<Action>;
    readonly within?: string;
    readonly want: RegExp;
  }>([
    { name: 'to restart what has no replica', type: 'RestartWorkload', object: cart, patch: { spec: { replicas: 0 } }, want: /no replica/ },
    { name: 'to restart what is paused', type: 'RestartWorkload', object: cart, patch: { spec: { paused: true } }, want: /paused/ },
    {
      name: 'to cut into a rollout',
      type: 'RestartWorkload',
      object: cart,
      patch: { status: { updatedReplicas: 1 } },
      want: /a rollout is going on/,
    },
    {
      name: 'to restart again so soon',
      type: 'RestartWorkload',
      object: cart,
      patch: { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T11:55:00Z' } } } } },
      want: /restarted at .* already/,
    },
    { name: 'to delete a pod that is ready', type: 'DeletePod', object: pod, patch: condition('Ready', 'True'), want: /is ready/ },
    {
      name: 'to delete a pod that nobody makes anew',
      type: 'DeletePod',
      object: pod,
      patch: { metadata: { ownerReferences: null } },
      want: /nobody would make it anew/,
    },
    {
      name: 'to delete a pod of a Job',
      type: 'DeletePod',
      object: pod,
      patch: { metadata: { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'u', controller: true }] } },
      want: /nobody would make it anew/,
    },
    {
      name: 'to delete a static pod',
      type: 'DeletePod',
      object: pod,
      patch: { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } },
      want: /static pod/,
    },
    {
      name: 'to delete a pod that is on its way',
      type: 'DeletePod',
      object: pod,
      patch: { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x/y'] } },
      want: /AlreadyInPlace/,
    },
    {
      name: 'to cordon a node twice',
      type: 'CordonNode',
      object: { kind: 'Node', name: 'n1' },
      patch: { spec: { unschedulable: true } },
      want: /AlreadyInPlace/,
    },
    {
      name: 'to cordon more than a third of the nodes',
      type: 'CordonNode',
      object: { kind: 'Node', name: 'n2' },
      patch: { spec: { unschedulable: true } },
      want: /3 of 6 nodes/,
    },
    {
      name: 'to uncordon a node that is not ready',
      type: 'UncordonNode',
      object: { kind: 'Node', name: 'n4' },
      patch: condition('Ready', 'Unknown'),
      want: /not ready/,
    },
    {
      name: 'to suspend what is suspended',
      type: 'SuspendSync',
      object: owner,
      patch: { spec: { suspend: true } },
      want: /AlreadyInPlace/,
    },
    {
      name: 'to suspend what reaches a protected namespace',
      type: 'SuspendSync',
      object: owner,
      patch: inventory('shop_cart_apps_Deployment', 'kube-system_dns_apps_Deployment'),
      want: /ProtectedNamespace/,
    },
    {
      name: 'to suspend what makes rights',
      type: 'SuspendSync',
      object: owner,
      patch: inventory('shop_cart_apps_Deployment', '_admin_rbac.authorization.k8s.io_ClusterRole'),
      want: /belongs to the whole cluster/,
    },
    {
      name: 'to suspend another tenant’s delivery along',
      type: 'SuspendSync',
      object: owner,
      patch: inventory('shop_cart_apps_Deployment', 'bank_x_apps_Deployment'),
      within: 'shop',
      want: /OutOfScope/,
    },
    {
      name: 'to suspend what does not apply the workload',
      type: 'SuspendSync',
      object: owner,
      patch: inventory('shop_other_apps_Deployment'),
      want: /UnsupportedOwner/,
    },
    { name: 'to resume what is not suspended', type: 'ResumeSync', object: owner, patch: {}, want: /AlreadyInPlace/ },
    { name: 'to renew what was never issued', type: 'RenewCertificate', object: tls, patch: { status: null }, want: /never issued/ },
    {
      name: 'to renew what is being issued',
      type: 'RenewCertificate',
      object: tls,
      patch: condition('Issuing', 'True'),
      want: /AlreadyInPlace/,
    },
    {
      name: 'to make a volume smaller',
      type: 'ExpandVolume',
      object: claim,
      patch: {},
      more: { expandVolume: { mebibytes: 512 } },
      want: /can’t be made smaller/,
    },
    {
      name: 'to make a volume huge',
      type: 'ExpandVolume',
      object: claim,
      patch: {},
      more: { expandVolume: { mebibytes: 4096 } },
      want: /more than 2 times/,
    },
    {
      name: 'to expand a claim that is not bound',
      type: 'ExpandVolume',
      object: claim,
      patch: { status: { phase: 'Pending' } },
      want: /not bound/,
    },
    {
      name: 'to expand what can’t',
      type: 'ExpandVolume',
      object: { kind: 'StorageClass', name: 'fast' },
      patch: { allowVolumeExpansion: false },
      want: /does not let volumes expand/,
    },
  ])('$name', async ({ type, object, patch, more, within, want }) => {
    const client = await openWorld();
    await change(client, object, patch);
    const result = await prepare(client, type, more, within);
    expect(result.kind === 'refusal' ? `${result.reason}: ${result.message}` : 'it was prepared').toMatch(want);
  });
});

describe('is riskier', () => {
  test.each<{ readonly name: string; readonly type: ActionType; readonly object: Where; readonly patch: object; readonly want: string }>([
    { name: 'where somebody else cordoned the node', type: 'UncordonNode', object: { kind: 'Node', name: 'n4' }, patch: {}, want: 'High' },
    {
      name: 'less where we did',
      type: 'UncordonNode',
      object: { kind: 'Node', name: 'n4' },
      patch: { metadata: { annotations: { 'agentsre.io/cordoned-by': 'p' } } },
      want: 'Low',
    },
    { name: 'where somebody else suspended the sync', type: 'ResumeSync', object: owner, patch: { spec: { suspend: true } }, want: 'High' },
  ])('$name', async ({ type, object, patch, want }) => {
    const client = await openWorld();
    await change(client, object, patch);
    expect(await prepare(client, type)).toMatchObject({ kind: 'prepared', risk: { level: want } });
  });
});

const mark = { planUid: 'plan-uid', at: '2026-01-01T12:00:00Z' };

/** The memory’s API server knows no patch: this one does, with the preconditions of the real one. */
function withPatches(client: KubeClient, fault: { lost?: boolean } = {}): KubeClient {
  return {
    ...client,
    patch: async (resource, key, body) => {
      const live = await client.get(resource, key);
      const { uid, resourceVersion } = (body as { metadata: { uid: string; resourceVersion: string } }).metadata;
      if (live === undefined) throw new ApiError('gone', { status: 404, reason: 'NotFound' });
      if (live.metadata.uid !== uid || live.metadata.resourceVersion !== resourceVersion)
        throw new ApiError('moved', { status: 409, reason: 'Conflict' });
      const made = await client.replace(resource, merged(live, body) as typeof live);
      if (fault.lost === true) throw new Error('the answer was lost');
      return made;
    },
  };
}

async function prepared(client: KubeClient, type: ActionType): Promise<DirectChange> {
  const result = await prepare(client, type);
  if (result.kind === 'refusal') throw new Error(result.message);
  return result.change;
}

const isDone = async (client: KubeClient, type: ActionType, made: DirectChange): Promise<boolean> => {
  const object = refTo(made);
  return catalogue[type].direct?.isDone(await readPinned(client, resourceOf(object), object, {}), mark, { type, ...GOOD[type] }) ?? false;
};

const DIRECT = [
  'RestartWorkload',
  'DeletePod',
  'CordonNode',
  'UncordonNode',
  'SuspendSync',
  'RenewCertificate',
  'ExpandVolume',
] as const satisfies readonly ActionType[];

describe.each(DIRECT)('%s', (type) => {
  test('is not there before, and is afterwards', async () => {
    const client = withPatches(await openWorld());
    const made = await prepared(client, type);
    expect(await isDone(client, type, made)).toBe(false);
    expect(await makeChange(client, made, mark, {})).toEqual({ kind: 'made' });
    expect(await isDone(client, type, made)).toBe(true);
  });

  test('is found when the answer was lost', async () => {
    const client = withPatches(await openWorld(), { lost: true });
    const made = await prepared(client, type);
    await makeChange(client, made, mark, {}).catch(() => undefined);
    expect(await isDone(client, type, made)).toBe(true);
  });

  test('loses against somebody who was faster', async () => {
    const client = withPatches(await openWorld());
    const made = await prepared(client, type);
    await client.replace(made.resource, made.object);
    expect(await makeChange(client, made, mark, {})).toMatchObject({ kind: 'moved' });
  });

  test('is the same to whoever approves it, whenever', async () => {
    const client = await openWorld();
    const [first, second] = [await prepared(client, type), await prepared(client, type)];
    expect(materialOf(first)).toEqual(materialOf(second));
    expect(JSON.stringify(materialOf(first))).not.toContain(NOW.toString());
  });
});

describe.each(['CordonNode', 'UncordonNode', 'SuspendSync'] as const)('%s is taken back', (type) => {
  test('by its inverse', async () => {
    const client = withPatches(await openWorld());
    const made = await prepared(client, type);
    await makeChange(client, made, mark, {});
    const live = await readPinned(client, made.resource, refTo(made), {});
    const undo = live === undefined ? undefined : catalogue[type].direct?.undo?.(live);
    expect(undo === undefined ? undefined : await makeChange(client, undo, mark, {})).toEqual({ kind: 'made' });
    expect(await isDone(client, type, made)).toBe(false);
  });
});

test('a pod of the same name is another one', async () => {
  const client = await openWorld();
  const made = await prepared(client, 'DeletePod');
  await makeChange(client, made, mark, {});
  await client.create(pods, { metadata: { name: 'cart-1-a', namespace: 'shop' } });
  expect(await isDone(client, 'DeletePod', made)).toBe(true);
  expect(await client.get(pods, { name: 'cart-1-a', namespace: 'shop' })).toBeDefined();
});
