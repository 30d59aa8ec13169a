/** A plan from the live world to a commit that Flux applies, and back: over a real Git server, a real API server and the real Flux. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { Action } from '../../../src/crds/remediationPlan.ts';
import { planDigest } from '../../../src/domain/digest.ts';
import { createGitChanges } from '../../../src/gitops/changes.ts';
import { createRepositories } from '../../../src/gitops/git/repositories.ts';
import { findOwner, type GitOwner } from '../../../src/gitops/owner.ts';
import { deployments } from '../../../src/gitops/resources.ts';
import { syncState } from '../../../src/gitops/sync.ts';
import { evaluate } from '../../../src/remediate/criteria.ts';
import { commitPlan, findCommit, pushCommit } from '../../../src/remediate/delivery.ts';
import { digestMaterial, type RenderedPlan, renderPlan } from '../../../src/remediate/renderPlan.ts';
import { commitRollback } from '../../../src/remediate/rollback.ts';
import { readWorkload } from '../../../src/remediate/workload.ts';
import { createMeasurements } from '../../../src/sources/measurements.ts';
import { silentLogger } from '../../support/logger.ts';
import { until } from '../../support/until.ts';
import { DEADLINE_MS, openStage, planFor, type Shop, type Stage } from './support/stage.ts';

const eventually = <T>(what: string, probe: () => Promise<T | undefined>): Promise<T> => until(what, probe, DEADLINE_MS);

const cart = (namespace: string, { image = 'registry.test/cart:1.0', port = '8080' } = {}): string => `# the cart
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: ${namespace}
spec:
  replicas: 2
  selector:
    matchLabels: {app: cart}
  template:
    metadata:
      labels: {app: cart}
    spec:
      containers:
        - name: app
          image: ${image} # by release
          env:
            - name: PORT
              value: "${port}"
          resources:
            limits: {memory: 64Mi}
`;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 120_000);
afterAll(async () => stage?.stop());

const target = (namespace: string) => ({ kind: 'Deployment', namespace, name: 'cart' });
const revert = (namespace: string, commit: string): Action => ({
  type: 'RevertCommit',
  target: target(namespace),
  revertCommit: { commit },
});

async function mustRender(shop: Shop, action: Action): Promise<RenderedPlan> {
  const rendered = await renderPlan(stage.deps, planFor(shop.namespace, [action]));
  if (rendered.kind === 'refusal') throw new Error(`${rendered.reason}: ${rendered.message}`);
  return rendered;
}

const digestOf = (shop: Shop, rendered: RenderedPlan, action: Action): string => {
  const { metadata, spec } = planFor(shop.namespace, [action]);
  return planDigest({ plan: { uid: metadata.uid, spec }, clusterUid: 'cluster', material: digestMaterial(rendered), policies: [] });
};

describe('a bad commit', () => {
  let shop: Shop;
  let bad: string;
  beforeAll(async () => {
    shop = await stage.shop('shop', { 'apps/cart.yaml': cart('shop') });
    bad = shop.ada.commit('Move the port', { 'apps/cart.yaml': cart('shop', { port: '9090' }), 'README.md': 'The shop.\n' });
    await shop.applied(bad);
  });

  test('is told with its author and the field that it changed', async () => {
    const changes = createGitChanges({
      client: stage.client,
      repositories: stage.repositories,
      renderer: stage.deps.renderer,
      logger: silentLogger,
    });
    const found = await changes.changesFor(target('shop'), { start: Date.now() - 3_600_000, end: Date.now() + 60_000 });
    expect(found.map(({ commit, author, subject, files, fields }) => ({ commit, author, subject, files, fields }))[0]).toEqual({
      commit: bad,
      author: 'Ada',
      subject: 'Move the port',
      files: ['apps/cart.yaml'],
      fields: [
        { object: 'Deployment/shop/cart', path: 'spec.template.spec.containers[app].env[PORT].value', before: '8080', after: '9090' },
      ],
    });
    expect(found[0]?.diff).toContain('-              value: "8080"\n+              value: "9090"');
  });

  test('is taken back, synced, verified; and the fix itself can be taken back', async () => {
    const action = revert('shop', bad);
    const rendered = await mustRender(shop, action);
    expect(rendered.renderedDiff).toEqual([
      { object: 'Deployment/shop/cart', path: 'spec.template.spec.containers[app].env[PORT].value', before: '9090', after: '8080' },
    ]);
    expect(rendered.preimages.map(({ path, value }) => ({ path, value }))).toEqual([
      { path: 'spec.template.spec.containers[app].env[PORT].value', value: '9090' },
    ]);
    expect(rendered.files.map(({ path }) => path)).toEqual(['apps/cart.yaml']);
    expect(rendered.blastRadius).toMatchObject({ workloads: 1, pods: 2 });
    expect(rendered.risk.level).toBe('Low');
    expect(rendered.dryRun).toHaveLength(1);
    const digest = digestOf(shop, rendered, action);
    expect(digestOf(shop, await mustRender(shop, action), action)).toBe(digest);

    const input = {
      plan: { name: 'fix-shop', namespace: 'shop', uid: 'uid-of-shop' },
      digest,
      approvers: ['alice'],
      at: 1_800_000_000_000,
      summary: 'Revert it. It broke.',
      rendered,
    };
    const signingKeyFile = join(mkdtempSync(join(tmpdir(), 'signing-')), 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', signingKeyFile]);
    const signing = { ...stage.deps, signingKeyFile };
    const record = await commitPlan(signing, input);
    expect((await commitPlan(signing, input)).sha).toBe(record.sha);
    const where = { repository: record.repository, ref: 'main', since: rendered.base, planUid: 'uid-of-shop' };
    expect(await findCommit(stage.deps, { ...where, effect: 'Apply' })).toBeUndefined();
    expect(await pushCommit(stage.deps, record)).toEqual({ result: 'pushed' });
    expect(await pushCommit(stage.deps, record)).toEqual({ result: 'pushed' });
    expect(await findCommit(stage.deps, { ...where, effect: 'Apply' })).toEqual(record);
    expect(await findCommit(stage.deps, { ...where, effect: 'Revert' })).toBeUndefined();
    expect(shop.ada.read('apps/cart.yaml')).toBe(cart('shop'));
    expect(shop.ada.read('README.md')).toBe('The shop.\n');

    const owner = (await findOwner(stage.client, target('shop'))) as GitOwner;
    const repository = await stage.repositories.open(record.repository);
    const synced = await eventually('Flux reports the commit', async () => {
      const state = await syncState(stage.client, owner, record.sha, repository);
      return state.state === 'synced' ? state : undefined;
    });
    expect(synced.revision).toBe(`main@sha1:${record.sha}`);

    const plan = { ...planFor('shop', [action]), status: { commit: { ...record, pushedAt: new Date().toISOString() } } };
    const evaluation = await eventually('the rollout is complete', async () => {
      const now = await evaluate(
        { client: stage.client, clock: systemClock, measurements: createMeasurements([]), policyCriterion: () => undefined },
        { plan, syncedAt: Date.now(), alertState: async () => 'inactive' },
      );
      return now.outcome === 'Passed' ? now : undefined;
    });
    expect(evaluation.checks).toMatchObject([{ name: 'RolloutComplete', result: 'Passed', message: '2 of 2 updated, 2 available' }]);

    const back = await commitRollback(signing, {
      plan: input.plan,
      digest,
      reason: 'It did not help.',
      at: 1_800_000_100_000,
      commit: record,
    });
    if (back.kind !== 'committed') throw new Error(JSON.stringify(back));
    expect(await pushCommit(stage.deps, back.record)).toEqual({ result: 'pushed' });
    expect(shop.ada.read('apps/cart.yaml')).toBe(cart('shop', { port: '9090' }));
    expect(await findCommit(stage.deps, { ...where, effect: 'Revert' })).toEqual(back.record);
    await shop.applied(back.record.sha);

    writeFileSync(`${signingKeyFile}.allowed`, `agent-sre@agentsre.io ${readFileSync(`${signingKeyFile}.pub`, 'utf8')}`);
    const trust = ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${signingKeyFile}.allowed`];
    for (const { sha } of [record, back.record])
      expect(await repository.run({ args: [...trust, 'verify-commit', sha] })).toMatchObject({ exitCode: 0 });
    rmSync(dirname(signingKeyFile), { recursive: true });
  });

  test('whose lines somebody else has changed since is a conflict', async () => {
    shop.ada.commit('Another port', { 'apps/cart.yaml': cart('shop', { port: '7070' }) });
    const last = shop.ada.commit('And another', { 'apps/cart.yaml': cart('shop', { port: '6060' }) });
    await shop.applied(last);
    expect(await renderPlan(stage.deps, planFor('shop', [revert('shop', bad)]))).toMatchObject({ kind: 'refusal', reason: 'Conflict' });
  });
});

describe('an image', () => {
  test('goes back to the one of an earlier revision, and only there', async () => {
    const shop = await stage.shop('images', { 'apps/cart.yaml': cart('images') });
    await untilRevision(1);
    await shop.applied(shop.ada.commit('Release 1.1', { 'apps/cart.yaml': cart('images', { image: 'registry.test/cart:1.1' }) }));
    const { history } = await untilRevision(2);
    expect(history.map(({ revision, images, current }) => ({ revision, images, current }))).toEqual([
      { revision: 2, images: { app: 'registry.test/cart:1.1' }, current: true },
      { revision: 1, images: { app: 'registry.test/cart:1.0' }, current: false },
    ]);
    const set = (revision: number, container = 'app'): Action => ({
      type: 'SetImage',
      target: target('images'),
      setImage: { container, revision },
    });
    const rendered = await mustRender(shop, set(1));
    expect(rendered.files[0]?.after?.toString('utf8')).toBe(cart('images'));
    for (const [action, reason] of [
      [set(2), 'AlreadyInPlace'],
      [set(3), 'ValueNotFound'],
      [set(1, 'nope'), 'ValueNotFound'],
    ] as const) {
      expect(await renderPlan(stage.deps, planFor('images', [action]))).toMatchObject({ kind: 'refusal', reason });
    }

    async function untilRevision(revision: number) {
      return eventually(`revision ${revision}`, async () => {
        const workload = await readWorkload(stage.client, target('images'));
        return workload?.history.some((one) => one.current && one.revision === revision) === true ? workload : undefined;
      });
    }
  });
});

describe('resources', () => {
  test('are raised within their bounds', async () => {
    await stage.shop('memory', { 'apps/cart.yaml': cart('memory') });
    const set = (memoryLimitMebibytes: number): Action => ({
      type: 'SetResources',
      target: target('memory'),
      setResources: { container: 'app', memoryLimitMebibytes },
    });
    const rendered = await renderPlan(stage.deps, planFor('memory', [set(128)]));
    expect(rendered).toMatchObject({
      kind: 'rendered',
      preimages: [{ path: 'spec.template.spec.containers[app].resources.limits.memory', value: '64Mi' }],
    });
    expect(rendered.kind === 'rendered' && rendered.files[0]?.after?.toString('utf8')).toBe(cart('memory').replace('64Mi', '128Mi'));
    const large = await stage.shop('large', { 'apps/cart.yaml': cart('large').replace('64Mi', '1024Mi') });
    const larger = { ...set(2048), target: target('large') };
    expect(await renderPlan(stage.deps, planFor('large', [larger]))).toMatchObject({ kind: 'rendered', preimages: [{ value: '1Gi' }] });
    expect(large.ada.read('apps/cart.yaml')).toContain('1024Mi');
    expect(await renderPlan(stage.deps, planFor('memory', [set(1024)]))).toMatchObject({ reason: 'ParametersInvalid' });
    expect(await renderPlan(stage.deps, planFor('memory', [set(32)]))).toMatchObject({ reason: 'ParametersInvalid' });
  });
});

describe('what is refused', () => {
  test('a repository over plain http that is not listed; a host that wants other credentials is an error that passes', async () => {
    const shop = await stage.shop('hosts', { 'apps/cart.yaml': cart('hosts') });
    const plan = planFor('hosts', [revert('hosts', shop.ada.tip())]);
    const options = { dir: `${stage.passwordFile}-mirrors`, credentials: [], timeoutMs: 5_000, clock: systemClock, logger: silentLogger };
    const through = (httpHosts: readonly string[]) =>
      renderPlan({ ...stage.deps, repositories: createRepositories({ ...options, httpHosts }) }, plan);
    expect(await through([])).toMatchObject({
      kind: 'refusal',
      reason: 'RepositoryUnusable',
      message: expect.stringContaining('plain http'),
    });
    await expect(through(['127.0.0.1'])).rejects.toMatchObject({
      kind: 'Unauthorized',
      message: expect.stringContaining('check the git credential'),
    });
  });

  test('a target that does not exist, a commit that does not, and an object that nobody owns', async () => {
    const shop = await stage.shop('refused', { 'apps/cart.yaml': cart('refused') });
    const action = revert('refused', '0'.repeat(40));
    const plan = (name: string): ReturnType<typeof planFor> => planFor('refused', [{ ...action, target: { ...action.target, name } }]);
    expect(await renderPlan(stage.deps, plan('nope'))).toMatchObject({ reason: 'TargetNotFound' });
    expect(await renderPlan(stage.deps, plan('cart'))).toMatchObject({ reason: 'ValueNotFound' });
    await stage.client.create(deployments, {
      metadata: { name: 'orphan', namespace: 'refused' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'orphan' } },
        template: { metadata: { labels: { app: 'orphan' } }, spec: { containers: [{ name: 'app', image: 'registry.test/a:1' }] } },
      },
    });
    expect(await renderPlan(stage.deps, plan('orphan'))).toMatchObject({ reason: 'NoOwner' });
    expect(shop.ada.tip()).toHaveLength(40);
  });
});
