/** Actions whose target is no workload, and those that read Git’s history or the engine, over the real Flux, a real Git server and a real API server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Action } from '../../../src/crds/remediationPlan.ts';
import { kustomizations } from '../../../src/gitops/flux/resources.ts';
import { pods } from '../../../src/gitops/resources.ts';
import { makeChange } from '../../../src/remediate/direct/change.ts';
import { prepareDirect } from '../../../src/remediate/direct/prepare.ts';
import { renderPlan } from '../../../src/remediate/renderPlan.ts';
import { until } from '../../support/until.ts';
import { DEADLINE_MS, openStage, planFor, type Shop, type Stage } from './support/stage.ts';

const NAMESPACE = 'actions';
const FILES = {
  'apps/kustomization.yaml':
    'resources: [cart.yaml, service.yaml, scaler.yaml, settings.yaml]\nconfigMapGenerator:\n- name: made\n  namespace: actions\n  literals: [mode=fast]\n',
  'apps/cart.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: ${NAMESPACE}}
spec:
  replicas: 1 # one will do
  selector:
    matchLabels: {app: cart}
  template:
    metadata:
      labels: {app: cart}
    spec:
      containers:
        - name: app
          image: registry.test/cart:1
          ports: [{name: http, containerPort: 8080}]
          envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: made}}]
`,
  'apps/service.yaml': `apiVersion: v1
kind: Service
metadata: {name: cart, namespace: ${NAMESPACE}}
spec:
  selector: {app: cart}
  ports:
    - name: web
      port: 80
      targetPort: htpp # the container's
`,
  'apps/scaler.yaml': `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: other, namespace: ${NAMESPACE}}
spec:
  maxReplicas: 4
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: other}
`,
  'apps/settings.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: ${NAMESPACE}}
data:
  mode: fast # as measured
  retries: "3"
`,
};

let stage: Stage;
let shop: Shop;
let moved: string;
beforeAll(async () => {
  stage = await openStage();
  shop = await stage.shop(NAMESPACE, FILES);
  const settings = FILES['apps/settings.yaml'].replace('mode: fast', 'mode: reckless').replace('"3"', '"0"');
  const kustomization = FILES['apps/kustomization.yaml'].replace('mode=fast', 'mode=reckless');
  moved = shop.ada.commit('Go faster', { 'apps/settings.yaml': settings, 'apps/kustomization.yaml': kustomization });
  await shop.applied(moved);
  await until('the pod is there', async () => (await stage.client.list(pods, { namespace: NAMESPACE })).items[0], DEADLINE_MS);
}, 180_000);
afterAll(async () => stage?.stop());

const target = (kind: string, name: string) => ({ kind, namespace: NAMESPACE, name });
const render = (action: Action) => renderPlan(stage.deps, planFor(NAMESPACE, [action]));
const linesOf = (diff: string): readonly string[] => diff.split('\n').filter((line) => /^[-+](?![-+])/u.test(line));

describe('is written into Git', () => {
  test.each<{ readonly name: string; readonly action: Action; readonly want: readonly string[] }>([
    {
      name: 'a port of a Service, by the name that the pods have for it',
      action: { type: 'FixServicePort', target: target('Service', 'cart'), fixServicePort: { port: 80, targetPort: 8080 } },
      want: ["-      targetPort: htpp # the container's", "+      targetPort: http # the container's"],
    },
    {
      name: 'a number of replicas',
      action: { type: 'ScaleWorkload', target: target('Deployment', 'cart'), scaleWorkload: { replicas: 2 } },
      want: ['-  replicas: 1 # one will do', '+  replicas: 2 # one will do'],
    },
    {
      name: 'a bound of an autoscaler',
      action: { type: 'AdjustAutoscaler', target: target('HorizontalPodAutoscaler', 'other'), adjustAutoscaler: { maxReplicas: 8 } },
      want: ['-  maxReplicas: 4', '+  maxReplicas: 8'],
    },
  ])('$name', async ({ action, want }) => {
    const rendered = await render(action);
    if (rendered.kind === 'refusal') throw new Error(rendered.message);
    expect(linesOf(rendered.diff)).toEqual(want);
    expect(rendered.targets).toHaveLength(1);
  });

  test('a value that a ConfigMap had before a commit, in the quotes that it has now', async () => {
    const set = (key: string): Action => ({
      type: 'SetConfigValue',
      target: target('ConfigMap', 'settings'),
      setConfigValue: { key, beforeCommit: moved },
    });
    const [mode, retries] = [await render(set('mode')), await render(set('retries'))];
    if (mode.kind === 'refusal' || retries.kind === 'refusal') throw new Error(JSON.stringify([mode, retries]));
    expect(linesOf(mode.diff)).toEqual(['-  mode: reckless # as measured', '+  mode: fast # as measured']);
    expect(linesOf(retries.diff)).toEqual(['-  retries: "0"', '+  retries: "3"']);
    expect(mode.preimages).toMatchObject([{ path: 'data.mode', value: 'reckless' }]);
  });
});

describe('is refused', () => {
  const first = (): string => shop.ada.git('rev-list', '--max-parents=0', 'HEAD');
  test.each<{ readonly name: string; readonly action: () => Action; readonly want: RegExp }>([
    {
      name: 'a value before a commit that is not there',
      action: () => ({
        type: 'SetConfigValue',
        target: target('ConfigMap', 'settings'),
        setConfigValue: { key: 'mode', beforeCommit: 'a'.repeat(40) },
      }),
      want: /^ValueNotFound: commit a{12} is not on branch main/,
    },
    {
      name: 'a value before the first commit',
      action: () => ({
        type: 'SetConfigValue',
        target: target('ConfigMap', 'settings'),
        setConfigValue: { key: 'mode', beforeCommit: first() },
      }),
      want: /^ValueNotFound: .*is the first of/,
    },
    {
      name: 'a key that is not there',
      action: () => ({
        type: 'SetConfigValue',
        target: target('ConfigMap', 'settings'),
        setConfigValue: { key: 'token', beforeCommit: moved },
      }),
      want: /^ValueNotFound: key token .* does not exist/,
    },
    {
      name: 'a ConfigMap that nobody applies from Git',
      action: () => ({
        type: 'SetConfigValue',
        target: target('ConfigMap', 'kube-root-ca.crt'),
        setConfigValue: { key: 'ca.crt', beforeCommit: moved },
      }),
      want: /^(?:NoOwner|TargetNotFound)/,
    },
  ])('$name', async ({ action, want }) => {
    const rendered = await render(action());
    expect(rendered.kind === 'refusal' ? `${rendered.reason}: ${rendered.message}` : 'it was rendered').toMatch(want);
  });
});

describe('the sync of a workload', () => {
  const direct = (type: 'SuspendSync' | 'ResumeSync', more: object = {}) =>
    prepareDirect(stage.deps, planFor(NAMESPACE, [{ type, target: target('Deployment', 'cart'), ...more }], { strategy: 'Direct' }));
  const isSuspended = async () =>
    (await stage.client.get(kustomizations, { name: NAMESPACE, namespace: 'flux-system' }))?.spec.suspend === true;

  test('is suspended and resumed, at the Kustomization that its inventory leads to', async () => {
    const suspend = await direct('SuspendSync', { suspendSync: { reviewAfterSeconds: 3600 } });
    if (suspend.kind === 'refusal') throw new Error(suspend.message);
    expect(suspend.prepared).toMatchObject({
      leaves: { what: `Kustomization flux-system/${NAMESPACE} is suspended`, end: `flux resume kustomization ${NAMESPACE} -n flux-system` },
      blastRadius: { summary: expect.stringContaining(NAMESPACE) },
    });
    const mark = { planUid: 'p', at: '2026-01-01T00:00:00Z' };
    expect(await makeChange(stage.client, suspend.prepared.change, mark, {})).toEqual({ kind: 'made' });
    expect(await isSuspended()).toBe(true);
    expect(await direct('SuspendSync', { suspendSync: { reviewAfterSeconds: 3600 } })).toMatchObject({
      kind: 'refusal',
      reason: 'AlreadyInPlace',
    });

    const resume = await direct('ResumeSync');
    if (resume.kind === 'refusal') throw new Error(resume.message);
    expect(resume.risk).toMatchObject({ level: 'Medium' });
    expect(await makeChange(stage.client, resume.prepared.change, mark, {})).toEqual({ kind: 'made' });
    expect(await isSuspended()).toBe(false);
  });

  test('tries without storing', async () => {
    await direct('SuspendSync', { suspendSync: { reviewAfterSeconds: 3600 } });
    expect(await isSuspended()).toBe(false);
  });
});
