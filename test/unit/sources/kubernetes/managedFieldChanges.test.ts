import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { managedFieldChanges, ownersOf } from '../../../../src/sources/kubernetes/managedFieldChanges.ts';
import { createCleaner } from '../../../../src/sources/text.ts';

const cleaner = createCleaner(createRedactor().text);
const container = (fields: object) => ({
  'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:name': {}, ...fields } } } } },
});
const entry = (fieldsV1: object, more: object = {}) => ({
  manager: 'kubectl-edit',
  operation: 'Update',
  apiVersion: 'apps/v1',
  time: '2026-01-01T10:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const deployment = (...managedFields: readonly object[]) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'cart', namespace: 'web', annotations: { 'a.example.com/x': '1' }, finalizers: ['a/b'], managedFields },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [
          {
            name: 'app',
            image: 'cart:2',
            ports: [{ containerPort: 8080, protocol: 'TCP', name: 'web' }],
            env: [{ name: 'DB_PASSWORD', value: 'correct-horse' }],
          },
        ],
      },
    },
  },
});
const APP = 'spec.template.spec.containers[app]';

describe('fields that a manager owns', () => {
  test.each<{ name: string; fields: object; want: readonly (readonly [string, string | undefined])[] }>([
    { name: 'are told by path and present value', fields: { 'f:spec': { 'f:replicas': {} } }, want: [['spec.replicas', '3']] },
    {
      name: 'of a list go by the name of the element',
      fields: container({ 'f:image': {} }),
      want: [
        [`${APP}.name`, 'app'],
        [`${APP}.image`, 'cart:2'],
      ],
    },
    {
      name: 'of a list of ports go by the port',
      fields: container({ 'f:ports': { 'k:{"containerPort":8080,"protocol":"TCP"}': { '.': {}, 'f:name': {} } } }),
      want: [
        [`${APP}.name`, 'app'],
        [`${APP}.ports[8080].name`, 'web'],
      ],
    },
    {
      name: 'hide values that are secret by name',
      fields: container({ 'f:env': { 'k:{"name":"DB_PASSWORD"}': { 'f:value': {} } } }),
      want: [
        [`${APP}.name`, 'app'],
        [`${APP}.env[DB_PASSWORD].value`, '[redacted]'],
      ],
    },
    {
      name: 'quote a key with dots',
      fields: { 'f:metadata': { 'f:annotations': { '.': {}, 'f:a.example.com/x': {} } } },
      want: [['metadata.annotations["a.example.com/x"]', '1']],
    },
    {
      name: 'are members of a set',
      fields: { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a/b"': {} } } },
      want: [['metadata.finalizers[a/b]', 'a/b']],
    },
    { name: 'are owned as a whole', fields: { 'f:spec': { 'f:selector': {} } }, want: [['spec.selector', undefined]] },
    { name: 'are none where nothing can be read', fields: { 'x:spec': {}, 'k:not json': {}, 'k:7': {} }, want: [] },
  ])('$name', ({ fields, want }) => {
    const [change] = managedFieldChanges(deployment(entry(fields)), cleaner);
    expect(change?.fields.map(({ path, after }) => [path, after])).toEqual(want);
    expect(change?.paths).toEqual(want.map(([path]) => path));
  });

  test('are bounded in number and in depth', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f:k${index}`, {}]));
    let deep: object = {};
    for (let level = 0; level < 5_000; level += 1) deep = { 'f:a': deep };
    const [wide, tall] = managedFieldChanges(deployment(entry({ 'f:data': many }), entry({ 'f:data': deep })), cleaner);
    expect([wide?.paths.length, wide?.more]).toEqual([50, 150]);
    expect(tall?.paths[0]?.length).toBeLessThan(60);
  });
});

describe('changes by managed fields', () => {
  const replicas = { 'f:spec': { 'f:replicas': {} } };

  test('come newest first, without the status and without what has no time', () => {
    const changes = managedFieldChanges(
      deployment(
        entry(replicas, { manager: 'old', time: '2026-01-01T09:00:00Z' }),
        entry(replicas, { manager: 'status', subresource: 'status' }),
        entry(replicas, { manager: 'scaler', subresource: 'scale', time: '2026-01-01T11:00:00Z' }),
        entry(replicas, { manager: 'never', time: null }),
        entry(replicas, { manager: 'other', fieldsType: 'FieldsV2' }),
        { manager: 'nothing' },
      ),
      cleaner,
    );
    expect(changes.map(({ manager, at }) => [manager, new Date(at).getUTCHours()])).toEqual([
      ['scaler', 11],
      ['old', 9],
    ]);
  });

  test.each<[string, string]>([
    ['kubectl-edit', 'person'],
    ['kubectl-client-side-apply', 'person'],
    ['kubectl', 'person'],
    ['k9s', 'person'],
    ['Mozilla', 'person'],
    ['kustomize-controller', 'engine'],
    ['argocd-controller', 'engine'],
    ['helm', 'engine'],
    ['kube-controller-manager', 'controller'],
    ['kubelet', 'controller'],
    ['prometheus-operator', 'controller'],
    ['kubectlish', 'unknown'],
    ['before-first-apply', 'unknown'],
  ])('by %s are those of a %s', (manager, by) => {
    expect(managedFieldChanges(deployment(entry(replicas, { manager })), cleaner)).toMatchObject([{ manager, by }]);
  });

  test.each([null, 7, {}, { kind: 'X', metadata: { name: 'x' } }, { kind: 'X', metadata: { name: 'x', managedFields: [null, 1, 'x'] } }])(
    'are none in %j',
    (object) => {
      expect(managedFieldChanges(object, cleaner)).toEqual([]);
    },
  );
});

describe('the owners of one field', () => {
  const replicas = { 'f:spec': { 'f:replicas': {} } };
  const owned = (...managedFields: readonly object[]) =>
    ownersOf(deployment(...managedFields), ['spec', 'replicas'], cleaner).map(
      ({ manager, by, at }) => `${manager} ${by} ${at === undefined ? 'some time' : 'then'}`,
    );

  test.each<{ name: string; managers: readonly object[]; want: readonly string[] }>([
    {
      name: 'who applied it, and who did so through the subresource, of which no time is kept',
      managers: [
        { manager: 'kustomize-controller', operation: 'Apply', time: '2026-01-01T11:00:00Z', fieldsV1: replicas },
        { manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale', fieldsV1: replicas },
      ],
      want: ['kustomize-controller engine then', 'kube-controller-manager controller some time'],
    },
    {
      name: 'nobody who owns other fields, or that of the status',
      managers: [
        { manager: 'kubectl', operation: 'Update', time: '2026-01-01T11:00:00Z', fieldsV1: { 'f:spec': { 'f:paused': {} } } },
        { manager: 'x', operation: 'Update', subresource: 'status', time: '2026-01-01T11:00:00Z', fieldsV1: replicas },
      ],
      want: [],
    },
    {
      name: 'nobody, where what is kept is none',
      managers: [{ manager: 7 }, { manager: 'x', operation: 'Apply', fieldsV1: 'all' }],
      want: [],
    },
  ])('$name', ({ managers, want }) => {
    expect(owned(...managers)).toEqual(want);
  });
});
