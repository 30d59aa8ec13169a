/** One field of a chart, changed through the values of a HelmRelease in Git, which the real helm-controller applies: exactly that field of the object differs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTree } from '../../../src/gitops/git/tree.ts';
import { findOwner, type GitOwner } from '../../../src/gitops/owner.ts';
import { deployments, type WorkloadObject } from '../../../src/gitops/resources.ts';
import { syncState } from '../../../src/gitops/sync.ts';
import { commitPlan, pushCommit } from '../../../src/remediate/delivery.ts';
import { renderPlan } from '../../../src/remediate/renderPlan.ts';
import { until } from '../../support/until.ts';
import { DEADLINE_MS, openStage, planFor, type Shop, type Stage } from '../remediate/support/stage.ts';
import { chartFiles } from './support/charts.ts';
import { expectLive } from './support/live.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ helm: true });
}, 180_000);
afterAll(async () => stage?.stop());

const VALUES = `    image: {tag: "1.1"}
    resources:
      limits:
        memory: 64Mi   # measured in June
`;

function releaseOf(namespace: string, strategy: string, values: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cart, namespace: ${namespace}}
spec:
  interval: 1h
  chart:
    spec:
      chart: ./charts/cart
      interval: 1s
      reconcileStrategy: ${strategy}
      sourceRef: {kind: GitRepository, name: ${namespace}, namespace: flux-system}
${values}`;
}

const target = (namespace: string) => ({ kind: 'Deployment', namespace, name: 'cart' });

async function deployed(namespace: string): Promise<{ owner: GitOwner; live: WorkloadObject }> {
  return until(
    `the release of ${namespace} is installed`,
    async () => {
      const live = await stage.client.get(deployments, { namespace, name: 'cart' });
      const owner = live === undefined ? undefined : await findOwner(stage.client, target(namespace));
      return live !== undefined && owner !== undefined && 'build' in owner && owner.ready.ok ? { owner, live } : undefined;
    },
    DEADLINE_MS,
  );
}

/** Raises the limit through a plan, waits until the engine says that it has it, and gives the object after that. */
async function raise(shop: Shop): Promise<{ files: readonly string[]; after: WorkloadObject }> {
  const { namespace } = shop;
  const action = {
    type: 'SetResources',
    target: target(namespace),
    setResources: { container: 'app', memoryLimitMebibytes: 128 },
  } as const;
  const rendered = await renderPlan(stage.deps, planFor(namespace, [action]));
  if (rendered.kind === 'refusal') throw new Error(`${rendered.reason}: ${rendered.message}`);
  expect(rendered.renderedDiff).toEqual([
    {
      object: `Deployment/${namespace}/cart`,
      path: 'spec.template.spec.containers[app].resources.limits.memory',
      before: '64Mi',
      after: '128Mi',
    },
  ]);
  expect(rendered.dryRun).toHaveLength(1);
  const plan = { name: `fix-${namespace}`, namespace, uid: `uid-${namespace}` };
  const record = await commitPlan(stage.deps, {
    plan,
    digest: 'd',
    approvers: ['alice'],
    at: 1_800_000_000_000,
    summary: 'Raise it.',
    rendered,
  });
  expect(await pushCommit(stage.deps, record)).toEqual({ result: 'pushed' });
  const repository = await stage.repositories.open(shop.url);
  const synced = await until(
    `the release of ${namespace} runs the commit`,
    async () => {
      const owner = await findOwner(stage.client, target(namespace));
      if (!('build' in owner)) throw new Error(owner.engine);
      const seen = await syncState(stage.client, owner, record.sha, repository);
      return seen.state === 'waiting' ? undefined : seen;
    },
    DEADLINE_MS,
  );
  expect(synced).toMatchObject({ state: 'synced', healthy: true });
  const after = await stage.client.get(deployments, { namespace, name: 'cart' });
  if (after === undefined) throw new Error('the Deployment is gone');
  return { files: rendered.files.map(({ path }) => path), after };
}

function withLimit({ spec }: WorkloadObject, memory: string): unknown {
  const copy = structuredClone(spec) as {
    template: { spec: { containers: { name: string; resources: { limits: Record<string, string> } }[] } };
  };
  for (const { name, resources } of copy.template.spec.containers) if (name === 'app') resources.limits['memory'] = memory;
  return copy;
}

describe.each([
  { name: 'packaged by version', strategy: 'ChartVersion' },
  { name: 'packaged at each commit', strategy: 'Revision' },
])('a chart that is $name', ({ strategy }) => {
  const namespace = `release-${strategy.toLowerCase()}`;
  let shop: Shop;
  let before: WorkloadObject;

  beforeAll(async () => {
    const files = { ...chartFiles('charts/cart'), 'apps/release.yaml': releaseOf(namespace, strategy, `  values:\n${VALUES}`) };
    shop = await stage.shop(namespace, files, { wait: true });
  }, 180_000);

  test('is rendered as helm-controller applies it', async () => {
    const { owner, live } = await deployed(namespace);
    before = live;
    expect(owner).toMatchObject({ object: { kind: 'HelmRelease', name: 'cart' }, through: { object: { kind: 'Kustomization' } } });
    const repository = await stage.repositories.open(owner.repository);
    const rendered = await stage.deps.renderer.render(await openTree(repository, await repository.fetch(owner.ref)), owner.build);
    if (rendered.kind === 'refused') throw new Error(rendered.message);
    const made = rendered.objects.filter(
      ({ kind, metadata }) => kind !== 'HelmRelease' && metadata.annotations?.['helm.sh/hook'] === undefined,
    );
    expect(made.map(({ kind, metadata }) => `${kind}/${metadata.name}`).toSorted()).toEqual(['ConfigMap/cart-settings', 'Deployment/cart']);
    await expectLive(stage.client, namespace, made);
  });

  test('is changed through its values', async () => {
    const { files, after } = await raise(shop);
    expect(files).toEqual(['apps/release.yaml']);
    expect(shop.ada.read('apps/release.yaml')).toBe(releaseOf(namespace, strategy, `  values:\n${VALUES.replace('64Mi', '128Mi')}`));
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.spec).toEqual(withLimit(before, '128Mi'));
  });
});

describe('a commit that changed values', () => {
  const namespace = 'release-revert';

  test('is taken back through the release, and shows as what it did', async () => {
    const values = (mode: string): string => releaseOf(namespace, 'ChartVersion', `  values:\n    probe: {path: ${mode}}\n`);
    const shop = await stage.shop(namespace, { ...chartFiles('charts/cart'), 'apps/release.yaml': values('/healthz') }, { wait: true });
    await deployed(namespace);
    const bad = shop.ada.commit('Move the probe', { 'apps/release.yaml': values('/wrong') });
    await shop.applied(bad);
    await deployed(namespace);
    const action = { type: 'RevertCommit', target: target(namespace), revertCommit: { commit: bad } } as const;
    const rendered = await renderPlan(stage.deps, planFor(namespace, [action]));
    if (rendered.kind === 'refusal') throw new Error(`${rendered.reason}: ${rendered.message}`);
    expect(rendered.renderedDiff).toEqual([
      {
        object: `Deployment/${namespace}/cart`,
        path: 'spec.template.spec.containers[app].readinessProbe.httpGet.path',
        before: '/wrong',
        after: '/healthz',
      },
    ]);
    expect(rendered.files.map(({ path, after }) => [path, String(after)])).toEqual([['apps/release.yaml', values('/healthz')]]);
  }, 180_000);
});

describe('values in a ConfigMap of a fixed name', () => {
  const namespace = 'release-configmap';

  test('are changed there, and it is waited until the release has read them', async () => {
    const values = (memory: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart-values, namespace: ${namespace}}\ndata:\n  values.yaml: |\n    resources: # here\n      limits: {memory: ${memory}}\n`;
    const shop = await stage.shop(
      namespace,
      {
        ...chartFiles('charts/cart'),
        'apps/release.yaml': releaseOf(namespace, 'ChartVersion', '  valuesFrom: [{kind: ConfigMap, name: cart-values}]\n').replace(
          '1h',
          '5s',
        ),
        'apps/values.yaml': values('64Mi'),
      },
      { wait: true },
    );
    const { live } = await deployed(namespace);
    const { files, after } = await raise(shop);
    expect(files).toEqual(['apps/values.yaml']);
    expect(shop.ada.read('apps/values.yaml')).toBe(values('128Mi'));
    expect(after.spec).toEqual(withLimit(live, '128Mi'));
  }, 180_000);
});
