/** Each action that edits fields, in each layout that people use: the one right line is edited, in the file where it is written, or none is. */
import { describe, expect, test } from 'vitest';
import type { Action } from '../../../src/crds/remediationPlan.ts';
import { type Scene, writeAction } from './support/writing.ts';

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop} # by the cart team
spec:
  replicas: 2 # enough for now
  selector:
    matchLabels: {app: cart}
  template:
    metadata:
      labels:
        app: cart
    spec:
      containers:
        - name: app
          image: registry.test/cart:1.1
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: MODE
              valueFrom:
                configMapKeyRef:
                  name: cart-setings # sic
                  key: mode
          readinessProbe:
            httpGet:
              path: /healthz
              port: 8081   # who listens there?
          resources: {limits: {memory: 64Mi}}
`;
const service = `apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
spec:
  selector:
    app: kart
  ports:
    - name: web
      port: 80
      targetPort: 9090
`;
const autoscaler = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec:
  minReplicas: 1
  maxReplicas: 4 # budget
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  metrics: []
`;
const kustomization = 'resources: [cart.yaml, service.yaml, scaler.yaml]\n';
const base = {
  'apps/base/kustomization.yaml': kustomization,
  'apps/base/cart.yaml': deployment,
  'apps/base/service.yaml': service,
  'apps/base/scaler.yaml': autoscaler,
};
const flat = {
  'apps/kustomization.yaml': kustomization,
  'apps/cart.yaml': deployment,
  'apps/service.yaml': service,
  'apps/scaler.yaml': autoscaler,
};

interface Edit {
  /** The kind that is edited, for layouts that patch it. */
  readonly file: 'cart.yaml' | 'service.yaml' | 'scaler.yaml';
  readonly from: string;
  readonly to: string;
  /** The same as a strategic-merge patch of the object's own, and as the JSON pointer of it. */
  readonly patch: string;
  readonly pointer: string;
  readonly present: string;
  readonly wanted: string;
}

interface Wanted {
  readonly action: Action;
  readonly scene?: Partial<Scene>;
  readonly edit: Edit;
}

const cart = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'cart-1', namespace: 'shop', labels: { app: 'cart' } },
  spec: { containers: [{ name: 'app', ports: [{ name: 'http', containerPort: 8080 }] }] },
};
const template = (port: number, image = 'registry.test/cart:1.1') => ({
  metadata: { labels: { app: 'cart' } },
  spec: {
    containers: [
      {
        name: 'app',
        image,
        ports: [{ name: 'http', containerPort: 8080 }],
        env: [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'cart-setings', key: 'mode' } } }],
        readinessProbe: { httpGet: { path: '/healthz', port } },
        resources: { limits: { memory: '64Mi' } },
      },
    ],
  },
});
const inContainer = (lines: string): string =>
  `kind: Deployment\napiVersion: apps/v1\nmetadata: {name: cart, namespace: shop}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n${lines}`;

const ACTIONS: Readonly<Record<string, Wanted>> = {
  FixProbe: {
    action: { type: 'FixProbe', target: cart, fixProbe: { container: 'app', probe: 'Readiness', port: 8080 } },
    edit: {
      file: 'cart.yaml',
      from: '              port: 8081   # who listens there?',
      to: '              port: 8080   # who listens there?',
      patch: inContainer('          readinessProbe: {httpGet: {port: 8081}}\n'),
      pointer: '/spec/template/spec/containers/0/readinessProbe/httpGet/port',
      present: '8081',
      wanted: '8080',
    },
  },
  FixServicePort: {
    action: { type: 'FixServicePort', target: { ...cart, kind: 'Service' }, fixServicePort: { port: 80, targetPort: 8080 } },
    scene: { live: [{ ...pod, metadata: { ...pod.metadata, labels: { app: 'kart' } } }] },
    edit: {
      file: 'service.yaml',
      from: '      targetPort: 9090',
      to: '      targetPort: 8080',
      patch:
        'kind: Service\napiVersion: v1\nmetadata: {name: cart, namespace: shop}\nspec:\n  ports:\n    - port: 80\n      name: web\n      targetPort: 9090\n',
      pointer: '/spec/ports/0/targetPort',
      present: '9090',
      wanted: '8080',
    },
  },
  FixServiceSelector: {
    action: {
      type: 'FixServiceSelector',
      target: { ...cart, kind: 'Service' },
      fixServiceSelector: { workloadKind: 'Deployment', workloadName: 'cart' },
    },
    edit: {
      file: 'service.yaml',
      from: '    app: kart',
      to: '    app: cart',
      patch: 'kind: Service\napiVersion: v1\nmetadata: {name: cart, namespace: shop}\nspec:\n  selector: {app: kart}\n',
      pointer: '/spec/selector/app',
      present: 'kart',
      wanted: 'cart',
    },
  },
  FixConfigReference: {
    action: { type: 'FixConfigReference', target: cart, fixConfigReference: { configMap: 'cart-setings', toConfigMap: 'cart-settings' } },
    scene: {
      live: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cart-settings', namespace: 'shop' }, data: { mode: 'fast' } }],
    },
    edit: {
      file: 'cart.yaml',
      from: '                  name: cart-setings # sic',
      to: '                  name: cart-settings # sic',
      patch: inContainer('          env:\n            - name: MODE\n              valueFrom: {configMapKeyRef: {name: cart-setings}}\n'),
      pointer: '/spec/template/spec/containers/0/env/0/valueFrom/configMapKeyRef/name',
      present: 'cart-setings',
      wanted: 'cart-settings',
    },
  },
  ScaleWorkload: {
    action: { type: 'ScaleWorkload', target: cart, scaleWorkload: { replicas: 3 } },
    scene: {
      drift: (object) =>
        object.kind === 'HorizontalPodAutoscaler' ? { ...object, spec: { scaleTargetRef: { kind: 'Deployment', name: 'other' } } } : object,
    },
    edit: {
      file: 'cart.yaml',
      from: '  replicas: 2 # enough for now',
      to: '  replicas: 3 # enough for now',
      patch: 'kind: Deployment\napiVersion: apps/v1\nmetadata: {name: cart, namespace: shop}\nspec: {replicas: 2}\n',
      pointer: '/spec/replicas',
      present: '2',
      wanted: '3',
    },
  },
  AdjustAutoscaler: {
    action: { type: 'AdjustAutoscaler', target: { ...cart, kind: 'HorizontalPodAutoscaler' }, adjustAutoscaler: { maxReplicas: 6 } },
    edit: {
      file: 'scaler.yaml',
      from: '  maxReplicas: 4 # budget',
      to: '  maxReplicas: 6 # budget',
      patch: 'kind: HorizontalPodAutoscaler\napiVersion: autoscaling/v2\nmetadata: {name: cart, namespace: shop}\nspec: {maxReplicas: 4}\n',
      pointer: '/spec/maxReplicas',
      present: '4',
      wanted: '6',
    },
  },
  RollbackWorkload: {
    action: { type: 'RollbackWorkload', target: cart, rollbackWorkload: { revision: 1 } },
    scene: { earlier: [template(8080)] },
    edit: {
      file: 'cart.yaml',
      from: '              port: 8081   # who listens there?',
      to: '              port: 8080   # who listens there?',
      patch: inContainer('          readinessProbe: {httpGet: {port: 8081}}\n'),
      pointer: '/spec/template/spec/containers/0/readinessProbe/httpGet/port',
      present: '8081',
      wanted: '8080',
    },
  },
  SetImage: {
    action: { type: 'SetImage', target: cart, setImage: { container: 'app', revision: 1 } },
    scene: { earlier: [template(8081, 'registry.test/cart:1.0')] },
    edit: {
      file: 'cart.yaml',
      from: '          image: registry.test/cart:1.1',
      to: '          image: registry.test/cart:1.0',
      patch: inContainer('          image: registry.test/cart:1.1\n'),
      pointer: '/spec/template/spec/containers/0/image',
      present: 'registry.test/cart:1.1',
      wanted: 'registry.test/cart:1.0',
    },
  },
  SetResources: {
    action: { type: 'SetResources', target: cart, setResources: { container: 'app', memoryLimitMebibytes: 128 } },
    edit: {
      file: 'cart.yaml',
      from: '          resources: {limits: {memory: 64Mi}}',
      to: '          resources: {limits: {memory: 128Mi}}',
      patch: inContainer('          resources: {limits: {memory: 64Mi}}\n'),
      pointer: '/spec/template/spec/containers/0/resources/limits/memory',
      present: '64Mi',
      wanted: '128Mi',
    },
  },
};

const kindOf = (edit: Edit): string => /kind: (\w+)/u.exec(edit.patch)?.[1] ?? '';
/** The base has something else there, so that the patch is what decides. */
const elsewhere = (edit: Edit): Record<string, string> => ({
  ...base,
  [`apps/base/${edit.file}`]: base[`apps/base/${edit.file}`].replace(edit.from, edit.from.replace(edit.present, other(edit))),
});
const other = ({ present }: Edit): string => (/^\d+$/u.test(present) ? `${Number(present) + 5}` : `${present}x`);

interface Layout {
  readonly files: (edit: Edit) => Readonly<Record<string, string>>;
  readonly path: string;
  /** The edited file and the line in it; undefined: it is refused. */
  readonly want: (edit: Edit) => { readonly file: string; readonly from: string; readonly to: string };
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  'plain manifests': {
    files: () => flat,
    path: 'apps',
    want: ({ file, from, to }) => ({ file: `apps/${file}`, from, to }),
  },
  'manifests with CRLF, without a newline at their end': {
    files: () =>
      Object.fromEntries(
        Object.entries(flat).map(([path, text]) => [
          path,
          path.endsWith('kustomization.yaml') ? text : text.trimEnd().replaceAll('\n', '\r\n'),
        ]),
      ),
    path: 'apps',
    want: ({ file, from, to }) => {
      const end = flat[`apps/${file}`].trimEnd().endsWith(`\n${from}`) ? '' : '\r';
      return { file: `apps/${file}`, from: `${from}${end}`, to: `${to}${end}` };
    },
  },
  'a base within the path': {
    files: () => ({ ...base, 'apps/kustomization.yaml': 'resources: [base]\n' }),
    path: 'apps',
    want: ({ file, from, to }) => ({ file: `apps/base/${file}`, from, to }),
  },
  'a strategic-merge patch in a file': {
    files: (edit) => ({
      ...elsewhere(edit),
      'apps/prod/kustomization.yaml': 'resources: [../base]\npatches:\n- path: patch.yaml\n',
      'apps/prod/patch.yaml': edit.patch,
    }),
    path: 'apps/prod',
    want: ({ patch, present, wanted }) => ({ file: 'apps/prod/patch.yaml', ...lineOf(patch, present, wanted) }),
  },
  'a strategic-merge patch in line': {
    files: (edit) => ({
      ...elsewhere(edit),
      'apps/prod/kustomization.yaml': `resources: [../base]\npatches:\n- patch: |-\n${indented(edit.patch)}`,
    }),
    path: 'apps/prod',
    want: ({ patch, present, wanted }) => ({ file: 'apps/prod/kustomization.yaml', ...lineOf(indented(patch), present, wanted) }),
  },
  'a JSON 6902 patch': {
    files: (edit) => ({
      ...elsewhere(edit),
      'apps/prod/kustomization.yaml': `resources: [../base]\npatches:\n- path: ops.yaml\n  target: {kind: ${kindOf(edit)}, name: cart}\n`,
      'apps/prod/ops.yaml': `- op: replace\n  path: ${edit.pointer}\n  value: ${edit.present} # here\n`,
    }),
    path: 'apps/prod',
    want: ({ present, wanted }) => ({ file: 'apps/prod/ops.yaml', from: `  value: ${present} # here`, to: `  value: ${wanted} # here` }),
  },
};

const indented = (text: string): string => text.replace(/^(?=.)/gmu, '    ');

function lineOf(text: string, present: string, wanted: string): { readonly from: string; readonly to: string } {
  const from = text.split('\n').find((line) => line.includes(present)) ?? '';
  return { from, to: from.replace(present, wanted) };
}

describe.each(Object.entries(ACTIONS))('%s edits', (_type, { action, scene, edit }) => {
  test.each(Object.entries(LAYOUTS))('%s', async (_name, { files, path, want }) => {
    const { result, edits } = await writeAction({ files: files(edit), path, ...scene }, action);
    const { file, from, to } = want(edit);
    expect(result).toMatchObject({ kind: 'written' });
    expect(edits).toEqual({ [file]: { from: [from], to: [to] } });
  });

  test('an overlay whose base lies outside of the path, by a patch that holds the field alone', async () => {
    const { result, edits } = await writeAction(
      { files: { ...base, 'apps/prod/kustomization.yaml': 'resources:\n- ../base\n' }, path: 'apps/prod', ...scene },
      action,
    );
    expect(result).toMatchObject({ kind: 'written' });
    expect(Object.keys(edits)).toEqual(['apps/prod/kustomization.yaml']);
    expect(edits['apps/prod/kustomization.yaml']?.from).toEqual([]);
  });

  test('nothing where something else sets the field in the cluster', async () => {
    const live = scene?.drift ?? ((object) => object);
    const changed = JSON.stringify(other(edit));
    const drift: Scene['drift'] = (object) => {
      const text = JSON.stringify(live(object));
      const [quoted, bare] = [JSON.stringify(edit.present), `:${edit.present}`];
      if (object.kind !== kindOf(edit)) return JSON.parse(text) as object;
      const moved = text.includes(quoted)
        ? text.replaceAll(quoted, changed)
        : text.replace(new RegExp(`${bare}(?=[,}])`, 'gu'), `:${other(edit)}`);
      return JSON.parse(moved) as object;
    };
    const { result } = await writeAction({ files: flat, ...scene, drift }, action);
    expect(result.kind).toBe('refusal');
  });
});

describe('ScaleWorkload', () => {
  const { action, scene } = ACTIONS['ScaleWorkload'] as Wanted;

  test('edits the count that a kustomization lays over the manifest', async () => {
    const layered = `${kustomization}replicas:\n- name: cart\n  count: 2 # by load\n`;
    const files = { ...flat, 'apps/kustomization.yaml': layered, 'apps/cart.yaml': deployment.replace('replicas: 2', 'replicas: 7') };
    const { result, edits } = await writeAction({ files, ...scene }, action);
    expect(result).toMatchObject({ kind: 'written' });
    expect(edits).toEqual({ 'apps/kustomization.yaml': { from: ['  count: 2 # by load'], to: ['  count: 3 # by load'] } });
  });

  test('adds the field where the API server’s default stood', async () => {
    const files = { ...flat, 'apps/cart.yaml': deployment.replace('  replicas: 2 # enough for now\n', '') };
    const { result, edits } = await writeAction({ files, ...scene }, { ...action, scaleWorkload: { replicas: 2 } });
    expect(result).toMatchObject({ kind: 'written' });
    expect(Object.values(edits)).toEqual([{ from: [], to: ['  replicas: 2'] }]);
  });
});
