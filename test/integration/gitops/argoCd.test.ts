/** One field, changed in Git for a folder of manifests and for a chart, which the real Argo CD applies: exactly that field of the object differs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applications } from '../../../src/gitops/argo/resources.ts';
import { namedBranch } from '../../../src/gitops/git/defaultBranch.ts';
import { openTree } from '../../../src/gitops/git/tree.ts';
import { findOwner, type GitOwner } from '../../../src/gitops/owner.ts';
import { deployments, type WorkloadObject } from '../../../src/gitops/resources.ts';
import { syncState } from '../../../src/gitops/sync.ts';
import { commitPlan, pushCommit } from '../../../src/remediate/delivery.ts';
import { renderPlan } from '../../../src/remediate/renderPlan.ts';
import { type ArgoCd, startArgoCd } from '../../cluster/addons/argoCd.ts';
import { namespaces } from '../../support/namespace.ts';
import { until } from '../../support/until.ts';
import { openStage, PASSWORD, planFor, type Stage, secrets } from '../remediate/support/stage.ts';
import { chartFiles } from './support/charts.ts';
import { expectLive } from './support/live.ts';

const DEADLINE_MS = 90_000;

let stage: Stage;
let argo: ArgoCd;
beforeAll(async () => {
  stage = await openStage();
  argo = await startArgoCd(stage.cluster);
}, 240_000);
afterAll(async () => {
  await argo?.stop();
  await stage?.stop();
});

const target = (namespace: string) => ({ kind: 'Deployment', namespace, name: 'cart' });

const plain = `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: app
          image: registry.test/cart:1.1
          resources: {limits: {memory: 64Mi}} # measured in June
`;
const prod = 'resources:\n  limits:\n    memory: 64Mi # measured in June\n';

const applicationOf = (namespace: string, url: string, source: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: cart-${namespace}, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: ${namespace}}
  syncPolicy: {automated: {}}
  source:
    repoURL: ${url}
    targetRevision: main
${source}`;

interface Case {
  readonly name: string;
  readonly namespace: string;
  readonly files: Readonly<Record<string, string>>;
  readonly source: object;
  /** Where the Application stands in the repository, which an Application of Applications applies then. */
  readonly inGit?: (url: string) => string;
  readonly revision?: string;
  readonly edit: { readonly file: string; readonly from: string; readonly to: string };
}

const inObject =
  '    path: charts/cart\n    helm:\n      releaseName: cart\n      valuesObject:\n        resources: {limits: {memory: 64Mi}} # here\n';

describe.each<Case>([
  {
    name: 'a folder of manifests, on the default branch',
    namespace: 'argo-plain',
    files: { 'apps/cart.yaml': plain },
    source: { path: 'apps' },
    revision: 'HEAD',
    edit: { file: 'apps/cart.yaml', from: 'memory: 64Mi}', to: 'memory: 128Mi}' },
  },
  {
    name: 'a chart with a file of values',
    namespace: 'argo-chart',
    files: chartFiles('charts/cart', undefined, { 'values-prod.yaml': prod }),
    source: { path: 'charts/cart', helm: { releaseName: 'cart', valueFiles: ['values-prod.yaml'] } },
    edit: { file: 'charts/cart/values-prod.yaml', from: '64Mi # measured', to: '128Mi # measured' },
  },
  {
    name: 'a chart with values in the Application, which another one applies',
    namespace: 'argo-object',
    files: chartFiles('charts/cart'),
    source: { path: 'argo' },
    inGit: (url) => applicationOf('argo-object', url, inObject),
    edit: { file: 'argo/cart.yaml', from: '64Mi}} # here', to: '128Mi}} # here' },
  },
])('$name', ({ namespace, files, source, inGit, revision = 'main', edit }) => {
  let owner: GitOwner;
  let before: WorkloadObject;
  let url: string;
  let read: (path: string) => string;

  beforeAll(async () => {
    const repository = await stage.repository(namespace, files);
    ({ url } = repository);
    read = (path) => repository.ada.read(path);
    if (inGit !== undefined) repository.ada.commit('Add the Application', { 'argo/cart.yaml': inGit(url) });
    await stage.client.create(namespaces, { metadata: { name: namespace } });
    await stage.client.create(secrets, {
      metadata: { name: namespace, namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
      stringData: { type: 'git', url, username: 'robot', password: PASSWORD },
    });
    await stage.client.create(applications, {
      metadata: { name: namespace, namespace: 'argocd' },
      spec: {
        project: 'default',
        destination: { server: 'https://kubernetes.default.svc', namespace },
        syncPolicy: { automated: {} },
        source: { repoURL: url, targetRevision: revision, ...source },
      } as never,
    });
    ({ owner, before } = await until(
      `Argo CD has applied ${namespace}`,
      async () => {
        const live = await stage.client.get(deployments, { namespace, name: 'cart' });
        const found = live === undefined ? undefined : await findOwner(stage.client, target(namespace));
        const isDone = found !== undefined && 'build' in found && found.ready.ok && found.ready.reason === 'Synced';
        return live !== undefined && isDone ? { owner: found, before: live } : undefined;
      },
      DEADLINE_MS,
    ));
  }, 180_000);

  test('is rendered as Argo CD applies it', async () => {
    expect(owner.engine).toBe('ArgoCD');
    const repository = await stage.repositories.open(owner.repository);
    const tip = await repository.fetch(await namedBranch(repository, owner.ref));
    const rendered = await stage.deps.renderer.render(await openTree(repository, tip), owner.build);
    if (rendered.kind === 'refused') throw new Error(rendered.message);
    const made = rendered.objects.filter(
      ({ kind, metadata }) => kind !== 'Application' && metadata.annotations?.['helm.sh/hook'] === undefined,
    );
    expect(made.length).toBeGreaterThan(0);
    await expectLive(stage.client, namespace, made);
  });

  test('is changed in Git, and that alone', async () => {
    const action = {
      type: 'SetResources',
      target: target(namespace),
      setResources: { container: 'app', memoryLimitMebibytes: 128 },
    } as const;
    const rendered = await renderPlan(stage.deps, planFor(namespace, [action]));
    if (rendered.kind === 'refusal') throw new Error(`${rendered.reason}: ${rendered.message}`);
    expect(rendered.files.map(({ path }) => path)).toEqual([edit.file]);
    expect(rendered.renderedDiff).toHaveLength(1);
    const text = read(edit.file);
    const plan = { name: 'fix', namespace, uid: `uid-${namespace}` };
    const record = await commitPlan(stage.deps, {
      plan,
      digest: 'd',
      approvers: ['alice'],
      at: 1_800_000_000_000,
      summary: 'Raise it.',
      rendered,
    });
    expect(await pushCommit(stage.deps, record)).toEqual({ result: 'pushed' });
    expect(read(edit.file)).toBe(text.replace(edit.from, edit.to));

    const repository = await stage.repositories.open(url);
    const synced = await until(
      `Argo CD has synced ${namespace}`,
      async () => {
        const seen = await syncState(stage.client, owner, record.sha, repository);
        return seen.state === 'waiting' ? undefined : seen;
      },
      DEADLINE_MS,
    );
    expect(synced).toMatchObject({ state: 'synced', revision: record.sha });
    const after = await stage.client.get(deployments, { namespace, name: 'cart' });
    const wanted = structuredClone(before.spec) as {
      template: { spec: { containers: { name: string; resources?: { limits: object } }[] } };
    };
    for (const container of wanted.template.spec.containers)
      if (container.name === 'app') container.resources = { limits: { memory: '128Mi' } };
    expect(after?.metadata.uid).toBe(before.metadata.uid);
    expect(after?.spec).toEqual(wanted);
  }, 120_000);
});
