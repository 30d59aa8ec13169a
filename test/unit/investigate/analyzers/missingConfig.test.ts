import { describe, expect, test } from 'vitest';
import { missingConfig } from '../../../../src/investigate/analyzers/missingConfig.ts';
import type { ConfigMapFacts, ObjectEvent, Reference } from '../../../../src/sources/kubernetes/snapshot.ts';
import { container, event, pod, running, snapshot, waiting } from '../builders.ts';

interface Case {
  readonly name: string;
  readonly state?: ReturnType<typeof waiting>;
  readonly events?: readonly ObjectEvent[];
  readonly references?: readonly Reference[];
  readonly configMaps?: readonly ConfigMapFacts[];
  readonly want: readonly string[];
}

const refused = (message: string) => waiting('CreateContainerConfigError', message);
const facts = (name: string, ...keys: readonly string[]): ConfigMapFacts => ({
  namespace: 'shop',
  name,
  exists: true,
  keys,
  evidence: `configmap/shop/${name}`,
});
const absent = (name: string): ConfigMapFacts => ({ ...facts(name), exists: false });
const env = (kind: Reference['kind'], name: string, key?: string): Reference => ({
  kind,
  name,
  key,
  optional: false,
  via: 'env',
  container: 'app',
});
const volume = (kind: Reference['kind'], name: string, key?: string): Reference => ({ kind, name, key, optional: false, via: 'volume' });
const failedMount = (why: string): ObjectEvent => event('FailedMount', `MountVolume.SetUp failed for volume "config" : ${why}`);

describe('missingConfig', () => {
  test.each<Case>([
    {
      name: 'names a ConfigMap that a container needs',
      state: refused('configmap "cart-config" not found'),
      want: ['ConfigMapMissing cart-config'],
    },
    { name: 'names a Secret that a container needs', state: refused('secret "db" not found'), want: ['SecretMissing db'] },
    {
      name: 'reads the events where the state no longer says what is missing',
      state: refused(''),
      events: [event('Failed', 'Error: secret "db" not found')],
      want: ['SecretMissing db'],
    },
    {
      name: 'names a key of a ConfigMap',
      state: refused("couldn't find key URL in ConfigMap shop/cart-config"),
      want: ['ConfigMapKeyMissing URL of ConfigMap cart-config'],
    },
    {
      name: 'names a key of a Secret',
      state: refused("couldn't find key password in Secret shop/db"),
      want: ['SecretKeyMissing password of Secret db'],
    },
    {
      name: 'names a ConfigMap that a volume needs',
      events: [failedMount('configmap "cart-config" not found')],
      want: ['ConfigMapMissing cart-config'],
    },
    {
      name: 'finds the ConfigMap behind a key that a volume needs',
      events: [failedMount('references non-existent config key: app.yaml')],
      references: [volume('ConfigMap', 'cart-config', 'app.yaml')],
      want: ['ConfigMapKeyMissing app.yaml of ConfigMap cart-config'],
    },
    {
      name: 'finds the Secret behind a key that a volume needs',
      events: [failedMount('references non-existent secret key: tls.crt')],
      references: [volume('Secret', 'tls', 'tls.crt'), volume('ConfigMap', 'other', 'tls.crt')],
      want: ['SecretKeyMissing tls.crt of Secret tls'],
    },
    {
      name: 'sees a missing ConfigMap without being told',
      references: [env('ConfigMap', 'cart-config', 'URL')],
      configMaps: [absent('cart-config')],
      want: ['ConfigMapMissing cart-config'],
    },
    {
      name: 'sees a missing key without being told',
      references: [env('ConfigMap', 'cart-config', 'URL')],
      configMaps: [facts('cart-config', 'url')],
      want: ['ConfigMapKeyMissing URL of ConfigMap cart-config'],
    },
    {
      name: 'tells once what is both said and seen',
      state: refused('configmap "cart-config" not found'),
      references: [env('ConfigMap', 'cart-config')],
      configMaps: [absent('cart-config')],
      want: ['ConfigMapMissing cart-config'],
    },
    {
      name: 'is silent about what is there by now: the next try succeeds',
      state: refused('configmap "cart-config" not found'),
      configMaps: [facts('cart-config')],
      want: [],
    },
    {
      name: 'is silent about what is optional',
      references: [{ ...env('ConfigMap', 'cart-config'), optional: true }],
      configMaps: [absent('cart-config')],
      want: [],
    },
    {
      name: 'is silent about other reasons for which a container cannot be made',
      state: refused('container has runAsNonRoot and image will run as root'),
      want: [],
    },
  ])('$name', ({ state = waiting('ContainerCreating'), events = [], references = [], configMaps = [], want }) => {
    const starting = pod({ phase: 'Pending', references }, container({ state }));
    const found = [...missingConfig.find(snapshot({ pods: [starting], events, configMaps }))];
    expect(
      found.map(({ reason, message }) => `${reason} ${/(?:key |ConfigMap |Secret )(.*?)(?:, which)/u.exec(message)?.[1] ?? ''}`),
    ).toEqual(want);
  });

  test('is silent about a pod that has started, whatever old events say', () => {
    const started = pod({}, container({ ready: true, state: running() }));
    expect([...missingConfig.find(snapshot({ pods: [started], events: [failedMount('configmap "cart-config" not found')] }))]).toEqual([]);
  });

  test('names what exists and may have been meant', () => {
    const starting = pod({ phase: 'Pending' }, container({ state: refused('configmap "cart-confg" not found') }));
    const [found] = missingConfig.find(
      snapshot({
        pods: [starting],
        configMaps: [absent('cart-confg')],
        configMapNames: { shop: ['kube-root-ca.crt', 'cart-config', 'payments'] },
      }),
    );
    expect(found?.message).toBe(
      'Container app of shop/cart-1 cannot start: it needs ConfigMap cart-confg, which does not exist; what exists and may be meant: cart-config.',
    );
  });
});
