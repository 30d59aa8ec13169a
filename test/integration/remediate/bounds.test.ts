/** What a plan may not do, whatever it says: over a real Git server, a real API server with its admission, and the real Flux. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Action } from '../../../src/crds/remediationPlan.ts';
import { type FluxKustomization, gitRepositories, kustomizations } from '../../../src/gitops/flux/resources.ts';
import { findOwner, type GitOwner } from '../../../src/gitops/owner.ts';
import { deployments } from '../../../src/gitops/resources.ts';
import { syncState } from '../../../src/gitops/sync.ts';
import { defineResource, type KubeObject } from '../../../src/kube/object.ts';
import { renderPlan } from '../../../src/remediate/renderPlan.ts';
import { until } from '../../support/until.ts';
import { DEADLINE_MS, openStage, planFor, type Shop, type Stage } from './support/stage.ts';

const eventually = <T>(what: string, probe: () => Promise<T | undefined>): Promise<T> => until(what, probe, DEADLINE_MS);

const NAMESPACE = 'bounds';
const cart = (port: string, extra = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: ${NAMESPACE}}
spec:
  replicas: 1
  selector:
    matchLabels: {app: cart}
  template:
    metadata:
      labels: {app: cart}
    spec:
      containers:
        - name: app
          image: registry.test/cart:1
          env: [{name: PORT, value: "${port}"}]
${extra}`;
const named = (kind: string, name: string, more: string, apiVersion = 'v1', namespace = NAMESPACE): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: ${namespace}}\n${more}\n`;

let stage: Stage;
let shop: Shop;
beforeAll(async () => {
  stage = await openStage();
  shop = await stage.shop(NAMESPACE, {
    'apps/kustomization.yaml':
      'resources: [cart.yaml, service.yaml, rest.yaml]\nconfigMapGenerator:\n- name: generated\n  namespace: bounds\n  files: [app.conf]\n',
    'apps/cart.yaml': cart('1', '          envFrom: [{configMapRef: {name: generated}}]\n'),
    'apps/app.conf': 'a=1\n',
    'apps/service.yaml': named('Service', 'cart', 'spec: {selector: {app: cart}, ports: [{port: 80, targetPort: 1}]}'),
    'apps/rest.yaml': [
      named('Secret', 'key', 'stringData: {key: one}'),
      named('ConfigMap', 'free', 'data: {a: "1"}'),
      named('Role', 'reader', 'rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]', 'rbac.authorization.k8s.io/v1'),
      named('ConfigMap', 'elsewhere', 'data: {a: "1"}', 'v1', 'default'),
    ].join('---\n'),
  });
}, 120_000);
afterAll(async () => stage?.stop());

const target = { kind: 'Deployment', namespace: NAMESPACE, name: 'cart' };
const revert = (commit: string): Action => ({ type: 'RevertCommit', target, revertCommit: { commit } });
const judge = (action: Action) => renderPlan(stage.deps, planFor(NAMESPACE, [action]));

/** Commits an edit of files as they are now, and waits until it is deployed. */
async function edit(
  path: string,
  change: (text: string) => string,
  more: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const commit = shop.ada.commit(`Edit ${path}`, { [path]: change(shop.ada.read(path)), ...more });
  await shop.applied(commit);
  return commit;
}

describe('a commit is not taken back', () => {
  interface Case {
    readonly name: string;
    readonly path: string;
    readonly change: (text: string) => string;
    readonly more?: Readonly<Record<string, string>>;
    readonly want: { readonly reason: string; readonly message?: RegExp };
  }
  test.each<Case>([
    {
      name: 'where it changed a Secret, too',
      path: 'apps/rest.yaml',
      change: (text) => text.replace('key: one', 'key: two'),
      want: { reason: 'UnsafeChange', message: /plans do not change v1 Secret/ },
    },
    {
      name: 'where it changed rights',
      path: 'apps/rest.yaml',
      change: (text) => text.replace('verbs: [get]', 'verbs: [get, list]'),
      want: { reason: 'UnsafeChange', message: /Role/ },
    },
    {
      name: 'where it changed another namespace',
      path: 'apps/rest.yaml',
      change: (text) => text.replace('default}\ndata: {a: "1"}', 'default}\ndata: {a: "2"}'),
      want: { reason: 'UnsafeChange', message: /outside of namespace bounds/ },
    },
    {
      name: 'where it has nothing to do with the workload',
      path: 'apps/rest.yaml',
      change: (text) => text.replace('bounds}\ndata: {a: "1"}', 'bounds}\ndata: {a: "2"}'),
      want: { reason: 'UnsafeChange', message: /does not change Deployment\/bounds\/cart/ },
    },
    {
      name: 'where an object came with it',
      path: 'apps/rest.yaml',
      change: (text) => `${text}---\n${named('ConfigMap', 'new', 'data: {}')}`,
      want: { reason: 'UnsafeChange', message: /would remove ConfigMap\/bounds\/new/ },
    },
    {
      name: 'where an object went with it',
      path: 'apps/rest.yaml',
      change: (text) => text.split('---\n').slice(0, -1).join('---\n'),
      want: { reason: 'UnsafeChange', message: /would add ConfigMap\/bounds\/new/ },
    },
    {
      name: 'where it changed nothing that is rendered',
      path: 'apps/cart.yaml',
      change: (text) => `# a comment\n${text}`,
      want: { reason: 'NothingChanges' },
    },
    {
      name: 'where it touched nothing below the path',
      path: 'README.md',
      change: (text) => `${text}!`,
      more: { 'README.md': 'x' },
      want: { reason: 'NothingChanges' },
    },
  ])('$name', async ({ path, change, more, want }) => {
    const commit = more === undefined ? await edit(path, change) : shop.ada.commit('Elsewhere', more);
    if (more !== undefined) await shop.applied(commit);
    const { message, reason } = want;
    expect(await judge(revert(commit))).toMatchObject({
      kind: 'refusal',
      reason,
      ...(message === undefined ? {} : { message: expect.stringMatching(message) }),
    });
  });

  test('where that would change more than the commit had, as an anchor is used elsewhere by now', async () => {
    const lines = (...env: readonly string[]): string =>
      cart('1')
        .replaceAll(NAMESPACE, 'anchors')
        .replace(/ +env: .*\n/u, `          env:\n${env.map((line) => `            ${line}\n`).join('')}`);
    const filler = ['A', 'B', 'C', 'D'].flatMap((name) => [`- name: ${name}`, '  value: x']);
    const anchored = (value: string, other: string): string =>
      lines('- name: PORT', `  value: &port "${value}"`, ...filler, '- name: OTHER', `  value: ${other}`);
    const shared = await stage.shop('anchors', { 'apps/cart.yaml': anchored('1', '"1"') });
    const changed = shared.ada.commit('Move the port', { 'apps/cart.yaml': anchored('2', '"1"') });
    await shared.applied(shared.ada.commit('Use it elsewhere', { 'apps/cart.yaml': anchored('2', '*port') }));
    const action: Action = { type: 'RevertCommit', target: { ...target, namespace: 'anchors' }, revertCommit: { commit: changed } };
    expect(await renderPlan(stage.deps, planFor('anchors', [action]))).toMatchObject({
      reason: 'UnintendedChanges',
      message: expect.stringContaining('env[OTHER]'),
    });
  });

  test('where it is the first of all, or not on the branch', async () => {
    const first = shop.ada.git('rev-list', '--max-parents=0', 'HEAD');
    expect(await judge(revert(first))).toMatchObject({ reason: 'UnsafeChange', message: expect.stringContaining('first of') });
    expect(await judge(revert('f'.repeat(40)))).toMatchObject({ reason: 'ValueNotFound' });
  });
});

describe('a commit is taken back', () => {
  test('where it changed what a generated ConfigMap holds', async () => {
    const commit = await edit('apps/app.conf', () => 'a=2\n');
    const rendered = await judge(revert(commit));
    if (rendered.kind === 'refusal') throw new Error(rendered.message);
    expect(rendered.renderedDiff.map(({ path }) => path)).toContain('data["app.conf"]');
    expect(rendered.renderedDiff.map(({ path }) => path)).toContain('spec.template.spec.containers[app].envFrom[0].configMapRef.name');
    expect(rendered.targets.map(({ object }) => object.kind)).toEqual(['ConfigMap', 'Deployment']);
    expect(rendered.files).toMatchObject([{ path: 'apps/app.conf', mode: '100644' }]);
  });

  test('with high risk where it changed how traffic comes in', async () => {
    const commit = await edit('apps/service.yaml', (text) => text.replace('targetPort: 1', 'targetPort: 2'));
    expect(await judge(revert(commit))).toMatchObject({ kind: 'rendered', risk: { level: 'High' } });
  });

  test('with what came since kept', async () => {
    const commit = await edit('apps/cart.yaml', (text) => text.replace('value: "1"', 'value: "2"'));
    await edit('apps/cart.yaml', (text) => text.replace('replicas: 1', 'replicas: 2'));
    const rendered = await judge(revert(commit));
    expect(rendered).toMatchObject({ kind: 'rendered', risk: { level: 'Medium', reasons: [expect.stringContaining('apps/cart.yaml')] } });
    expect(rendered.kind === 'rendered' && rendered.renderedDiff).toEqual([
      { object: 'Deployment/bounds/cart', path: 'spec.template.spec.containers[app].env[PORT].value', before: '2', after: '1' },
    ]);
  });
});

describe('the world has its say', () => {
  let commit: string;
  beforeAll(async () => {
    commit = await edit('apps/cart.yaml', (text) => text.replace('name: PORT, value: "2"', 'name: PORT, value: "3"'));
  });

  test('admission refuses what would be applied, in its own words', async () => {
    const policies = defineResource<KubeObject & { readonly spec: object }>({
      group: 'admissionregistration.k8s.io',
      version: 'v1',
      kind: 'ValidatingAdmissionPolicy',
      plural: 'validatingadmissionpolicies',
      namespaced: false,
    });
    const bindings = defineResource<KubeObject & { readonly spec: object }>({
      ...policies,
      kind: 'ValidatingAdmissionPolicyBinding',
      plural: 'validatingadmissionpolicybindings',
    });
    const validations = [
      {
        expression: "object.spec.template.spec.containers.all(c, !has(c.env) || c.env.all(e, e.value != '2'))",
        message: 'port 2 is reserved',
      },
    ];
    const resourceRules = [{ apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE', 'UPDATE'] }];
    await stage.client.create(policies, { metadata: { name: 'no-port-2' }, spec: { matchConstraints: { resourceRules }, validations } });
    await stage.client.create(bindings, {
      metadata: { name: 'no-port-2' },
      spec: { policyName: 'no-port-2', validationActions: ['Deny'] },
    });
    const denied = await eventually('the policy is in force', async () => {
      const answer = await judge(revert(commit));
      return answer.kind === 'refusal' ? answer : undefined;
    });
    expect(denied).toMatchObject({ reason: 'DryRunDenied', message: expect.stringContaining('port 2 is reserved') });
    await stage.client.delete(bindings, { name: 'no-port-2' });
    await eventually('the policy is gone', async () => ((await judge(revert(commit))).kind === 'rendered' ? true : undefined));
  });

  test('nothing of a dry run is stored', async () => {
    const before = await stage.client.get(deployments, { namespace: NAMESPACE, name: 'cart' });
    expect((await judge(revert(commit))).kind).toBe('rendered');
    const after = await stage.client.get(deployments, { namespace: NAMESPACE, name: 'cart' });
    expect(after?.metadata.generation).toBe(before?.metadata.generation);
  });

  test('a suspended Kustomization is waited for by a person', async () => {
    const suspend = (value: boolean) =>
      stage.client.patch(kustomizations, { name: NAMESPACE, namespace: 'flux-system' }, { spec: { suspend: value } }, { type: 'merge' });
    await suspend(true);
    expect(await judge(revert(commit))).toMatchObject({
      reason: 'OwnerSuspended',
      message: expect.stringContaining('flux resume kustomization bounds -n flux-system'),
    });
    const owner = (await findOwner(stage.client, target)) as GitOwner;
    const repository = await stage.repositories.open(owner.repository);
    const later = shop.ada.commit('While suspended', {
      'apps/cart.yaml': shop.ada.read('apps/cart.yaml').replace('value: "3"', 'value: "4"'),
    });
    expect(await syncState(stage.client, owner, later, repository)).toMatchObject({ state: 'waiting', reason: 'Suspended' });
    await suspend(false);
    await shop.applied(later);
    expect(await syncState(stage.client, owner, later, repository)).toMatchObject({
      state: 'synced',
      revision: `main@sha1:${later}`,
      healthy: true,
    });
    expect(await syncState(stage.client, owner, commit, repository)).toMatchObject({ state: 'synced', revision: `main@sha1:${later}` });
  });

  test('an engine that is behind the branch is waited for, but not for what does not concern it', async () => {
    const patch = (value: boolean) =>
      stage.client.patch(gitRepositories, { name: NAMESPACE, namespace: 'flux-system' }, { spec: { suspend: value } }, { type: 'merge' });
    await patch(true);
    const elsewhere = shop.ada.commit('Elsewhere', { 'docs/x.md': 'x\n' });
    expect(await judge(revert(commit))).toMatchObject({ reason: 'OwnerSuspended' });
    await patch(false);
    await shop.applied(elsewhere);
    const owner = (await findOwner(stage.client, target)) as GitOwner;
    const repository = await stage.repositories.open(owner.repository);
    const broken = shop.ada.commit('Break it', { 'apps/kustomization.yaml': 'resources: [gone.yaml]\n' });
    expect(
      await eventually('Flux can’t build it', async () => {
        const state = await syncState(stage.client, owner, broken, repository);
        return state.state === 'failed' ? state : undefined;
      }),
    ).toMatchObject({ reason: 'BuildFailed', message: expect.stringContaining('gone.yaml') });
    expect(await judge(revert(commit))).toMatchObject({ reason: 'OwnerFailing' });
  });

  test('an owner that waits for health has applied a commit although nothing gets healthy', async () => {
    const ill = await stage.shop('ill', { 'apps/cart.yaml': cart('1').replaceAll(NAMESPACE, 'ill') }, {
      wait: true,
      timeout: '3s',
    } as Partial<FluxKustomization['spec']>);
    // No node fits: the pods stay pending, and so does the health of what is deployed.
    const commit2 = ill.ada.commit('Ask too much', {
      'apps/cart.yaml': cart('2', '          resources: {requests: {cpu: "100000"}}\n').replaceAll(NAMESPACE, 'ill'),
    });
    const owner = (await findOwner(stage.client, { ...target, namespace: 'ill' })) as GitOwner;
    const repository = await stage.repositories.open(owner.repository);
    await repository.fetch('main');
    const synced = await eventually('the commit is applied', async () => {
      const state = await syncState(stage.client, owner, commit2, repository);
      return state.state === 'synced' ? state : undefined;
    });
    expect(synced).toEqual({ state: 'synced', revision: `main@sha1:${commit2}`, healthy: false });
    const live = await stage.client.get(deployments, { namespace: 'ill', name: 'cart' });
    expect(JSON.stringify(live?.spec?.template)).toContain('100k');
    const action: Action = { type: 'RevertCommit', target: { ...target, namespace: 'ill' }, revertCommit: { commit: commit2 } };
    await eventually('the plan can be rendered', async () =>
      (await renderPlan(stage.deps, planFor('ill', [action]))).kind === 'rendered' ? true : undefined,
    );
  });
});
