import { describe, expect, test } from 'vitest';
import { editsOf } from '../../../src/investigate/edits.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import type { ObservedChange } from '../../../src/sources/changes.ts';
import type { Workload } from '../../../src/sources/kubernetes/snapshot.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { ago, commit, field, revision, snapshot, workload } from './builders.ts';

const cleaner = createCleaner(createRedactor().text);
const iso = (minutes: number): string => new Date(ago(minutes)).toISOString();
const replicas = { 'f:spec': { 'f:replicas': {} } };
const image = {
  'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { 'f:image': {} } } } } },
};
const written = (manager: string, minutes: number, fieldsV1: object, more: object = {}) => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  time: iso(minutes),
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const created = written('kustomize-controller', 600, { 'f:spec': { 'f:selector': {} } });
const deployment = (...managedFields: readonly object[]) =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { uid: 'u', resourceVersion: '1', namespace: 'shop', name: 'cart', creationTimestamp: iso(600), managedFields },
    spec: { replicas: 0, template: { spec: { containers: [{ name: 'app', image: 'cart:2' }] } } },
  }) as unknown as KubeObject;

const imageChange = field('image', 'cart:1', 'cart:2');
const rolledOut: Partial<Workload> = { revisions: [revision(2, ago(5), [imageChange]), revision(1, ago(600))] };

interface Row {
  readonly name: string;
  readonly writes: readonly object[];
  readonly cart?: Partial<Workload>;
  readonly commits?: readonly ObservedChange[];
  readonly want: readonly object[];
}

describe('edits of a workload', () => {
  test.each<Row>([
    {
      name: 'name the client and the field that it wrote',
      writes: [created, written('kubectl-edit', 6, replicas)],
      want: [{ kind: 'Edit', author: 'kubectl-edit', at: ago(6), fields: [{ path: 'spec.replicas', after: '0' }], fieldsKnown: true }],
    },
    {
      name: 'have what a field of the pod template was before, from the rollout that followed',
      writes: [created, written('kubectl-set', 5, image)],
      cart: rolledOut,
      want: [{ author: 'kubectl-set', fields: [imageChange] }],
    },
    {
      name: 'are not of a field of the pod template that no rollout changed then',
      writes: [created, written('kubectl-set', 30, image)],
      cart: rolledOut,
      want: [],
    },
    {
      name: 'by a manager that applies all count only where a rollout confirms them',
      writes: [created, written('kubectl-client-side-apply', 5, { 'f:spec': { ...image['f:spec'], ...replicas['f:spec'] } })],
      cart: rolledOut,
      want: [{ author: 'kubectl-client-side-apply', fields: [imageChange] }],
    },
    { name: 'are not what an engine wrote', writes: [written('kustomize-controller', 5, replicas)], want: [] },
    { name: 'are not what a controller wrote', writes: [written('kube-controller-manager', 5, replicas)], want: [] },
    { name: 'are not the creation of the object', writes: [written('kubectl-create', 600, replicas)], want: [] },
    { name: 'are not older than the window', writes: [created, written('kubectl-edit', 90, replicas)], want: [] },
    { name: 'are not writes of the status', writes: [created, written('kubectl-edit', 5, replicas, { subresource: 'status' })], want: [] },
    {
      name: 'are not the delivery of a commit that set the same value',
      writes: [created, written('some-engine', 5, image)],
      cart: rolledOut,
      commits: [commit('a', ago(8), [imageChange])],
      want: [],
    },
    {
      name: 'by a client nobody knows count where somebody else made the object',
      writes: [created, written('deploy-script', 5, replicas)],
      want: [{ author: 'deploy-script', fields: [{ path: 'spec.replicas' }] }],
    },
    {
      name: 'are not told of a client nobody knows that made the object itself',
      writes: [written('deploy-script', 5, replicas)],
      want: [],
    },
    {
      name: 'are not of metadata alone',
      writes: [created, written('kubectl-label', 5, { 'f:metadata': { 'f:labels': { 'f:a': {} } } })],
      want: [],
    },
  ])('$name', ({ writes, cart = {}, commits = [], want }) => {
    const object = deployment(...writes);
    const edits = editsOf({ find: () => object }, snapshot({ workloads: [workload(cart)] }), commits, cleaner);
    expect(edits).toHaveLength(want.length);
    expect(edits).toMatchObject(want);
  });
});

describe('edits of a ConfigMap', () => {
  const facts = { namespace: 'shop', name: 'cart', exists: true, keys: ['LEVEL'], evidence: 'configmap/shop/cart', createdAt: ago(600) };
  const data = (manager: string) =>
    ({
      kind: 'ConfigMap',
      metadata: {
        namespace: 'shop',
        name: 'cart',
        creationTimestamp: iso(600),
        managedFields: [written(manager, 5, { 'f:data': { 'f:DB_PASSWORD': {} } })],
      },
      data: { DB_PASSWORD: 'hunter2-hunter2' },
    }) as unknown as KubeObject;
  const of = (object: KubeObject) => {
    const find = (name: string) => (name === 'ConfigMap/shop/cart' ? object : undefined);
    return editsOf({ find }, snapshot({ configMaps: [facts] }), [], cleaner);
  };

  test('name the key, and no secret in it', () => {
    const [edit] = of(data('kubectl-edit'));
    expect(edit).toMatchObject({ fields: [{ object: 'ConfigMap/shop/cart', path: 'data.DB_PASSWORD' }], fieldsKnown: true });
    expect(JSON.stringify(edit)).not.toContain('hunter2');
  });

  test('by a manager that applies all are of the object, and not certain', () => {
    expect(of(data('kubectl-client-side-apply'))).toMatchObject([{ fields: [{ path: '' }], fieldsKnown: false }]);
  });
});
