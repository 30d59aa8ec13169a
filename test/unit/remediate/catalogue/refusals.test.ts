/** What each action refuses by its own rules, hostile and nonsensical parameters among it, before anything is rendered. */
import { describe, expect, test } from 'vitest';
import type { Action } from '../../../../src/crds/remediationPlan.ts';
import { autoscaler, cart, container, merged, pod, revision, service, settings, tryAction } from './support.ts';

interface Case {
  readonly name: string;
  readonly shop?: Parameters<typeof tryAction>[0];
  readonly with: object;
  readonly want: RegExp;
}

const workload = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const of = (type: Action['type'], target: Action['target'], cases: readonly Case[]): void => {
  describe(type, () => {
    test.each(cases)('refuses $name', async ({ shop = {}, with: parameters, want }) => {
      const field = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
      const result = await tryAction(shop, { type, target, [field]: parameters });
      expect(result.kind === 'refusal' ? `${result.reason}: ${result.message}` : 'it was taken').toMatch(want);
    });
  });
};
const withContainer = (patch: object, more: object = {}) => ({
  objects: [
    merged(cart, { spec: { template: { spec: { containers: [merged(container, patch)] } }, ...more } }) as object,
    service,
    settings,
  ],
});

of('FixProbe', workload, [
  {
    name: 'a container that is not there',
    with: { container: '../etc', probe: 'Readiness', port: 8080 },
    want: /^ValueNotFound: .*has no container/,
  },
  {
    name: 'a probe that is not there',
    shop: withContainer({ readinessProbe: null }),
    with: { container: 'app', probe: 'Readiness', port: 8080 },
    want: /^ValueNotFound: .*is not there/,
  },
  {
    name: 'a port that nothing speaks for',
    with: { container: 'app', probe: 'Readiness', port: 6443 },
    want: /^ValueNotFound: .*not known to listen on port 6443; known are 8080, 8090/,
  },
  {
    name: 'a UDP port',
    shop: withContainer({ ports: [{ containerPort: 53, protocol: 'UDP' }], env: [], livenessProbe: null }),
    with: { container: 'app', probe: 'Readiness', port: 53 },
    want: /known are none/,
  },
  {
    name: 'a port out of an environment that is no port',
    shop: withContainer({ env: [{ name: 'PORT', value: '70000' }] }),
    with: { container: 'app', probe: 'Readiness', port: 70000 },
    want: /known are 8080/,
  },
  {
    name: 'a port of a probe that runs a command',
    with: { container: 'app', probe: 'Startup', port: 8080 },
    want: /^ValueNotFound: .*runs a command/,
  },
  { name: 'a scheme of a TCP probe', with: { container: 'app', probe: 'Liveness', scheme: 'HTTPS' }, want: /speaks no HTTP/ },
  {
    name: 'the path of a probe that has none',
    with: { container: 'app', probe: 'Readiness', pathOfProbe: 'Liveness' },
    want: /the liveness probe has no path/,
  },
  {
    name: 'the path of a revision that is not there',
    with: { container: 'app', probe: 'Readiness', pathOfRevision: 7 },
    want: /revision 7 has no path/,
  },
  {
    name: 'a path with more in it than a path',
    shop: { history: [revision(1, { readinessProbe: { httpGet: { path: '/x?token={{secret}}\n' } } })] },
    with: { container: 'app', probe: 'Readiness', pathOfRevision: 1 },
    want: /not plain enough/,
  },
  {
    name: 'a stricter timing',
    with: { container: 'app', probe: 'Liveness', failureThreshold: 1 },
    want: /^ParametersInvalid: .*would be stricter/,
  },
  {
    name: 'a probe that would hardly ever count',
    with: { container: 'app', probe: 'Liveness', periodSeconds: 300, failureThreshold: 60 },
    want: /would wait for 18000 s/,
  },
  { name: 'what is so already', with: { container: 'app', probe: 'Readiness', scheme: 'HTTP' }, want: /^AlreadyInPlace/ },
]);

const behind = { objects: [cart, service, settings, pod({ app: 'kart' })] };
of('FixServicePort', { ...workload, kind: 'Service' }, [
  {
    name: 'a port that the Service has not',
    shop: behind,
    with: { port: 443, targetPort: 8080 },
    want: /^ValueNotFound: .*has no port 443; it has 80/,
  },
  { name: 'a Service that selects nobody', with: { port: 80, targetPort: 8080 }, want: /selects no pod/ },
  {
    name: 'a Service without a selector',
    shop: { objects: [cart, { ...service, spec: { ports: service.spec.ports } }, pod({})] },
    with: { port: 80, targetPort: 8080 },
    want: /selects no pod/,
  },
  { name: 'a port that the pods do not declare', shop: behind, with: { port: 80, targetPort: 22 }, want: /all declare 8080/ },
  {
    name: 'a port that only some of the pods declare',
    shop: { objects: [cart, service, pod({ app: 'kart' }), pod({ app: 'kart' }, [{ containerPort: 9999 }], 'cart-2')] },
    with: { port: 80, targetPort: 8080 },
    want: /not every pod .* all declare none/,
  },
  {
    name: 'a port of another protocol',
    shop: { objects: [cart, service, pod({ app: 'kart' }, [{ containerPort: 8080, protocol: 'UDP' }])] },
    with: { port: 80, targetPort: 8080 },
    want: /declares port 8080 \(TCP\)/,
  },
  {
    name: 'to move a port that leads somewhere',
    shop: { objects: [cart, service, pod({ app: 'kart' }, [{ containerPort: 9090 }, { containerPort: 8080 }])] },
    with: { port: 80, targetPort: 8080 },
    want: /^AlreadyInPlace/,
  },
]);

const other = { ...cart, metadata: { ...cart.metadata, name: 'admin' } };
of('FixServiceSelector', { ...workload, kind: 'Service' }, [
  {
    name: 'a workload that is not there',
    with: { workloadKind: 'Deployment', workloadName: 'ghost' },
    want: /^ValueNotFound: there is no Deployment ghost/,
  },
  { name: 'the name of an object’s prototype', with: { workloadKind: 'Deployment', workloadName: '__proto__' }, want: /^ValueNotFound/ },
  {
    name: 'labels that the pods lack',
    shop: { objects: [cart, merged(service, { spec: { selector: { zone: 'a' } } }) as object] },
    with: { workloadKind: 'Deployment', workloadName: 'cart' },
    want: /have no label zone/,
  },
  {
    name: 'a label of the name of a prototype’s member',
    shop: { objects: [cart, merged(service, { spec: { selector: { constructor: 'a' } } }) as object] },
    with: { workloadKind: 'Deployment', workloadName: 'cart' },
    want: /have no label constructor/,
  },
  {
    name: 'to turn away traffic that arrives',
    shop: behind,
    with: { workloadKind: 'Deployment', workloadName: 'cart' },
    want: /^UnsafeChange: .*selects pods now/,
  },
  {
    name: 'to take along another workload’s pods',
    shop: { objects: [cart, other, service] },
    with: { workloadKind: 'Deployment', workloadName: 'cart' },
    want: /would select the pods of Deployment admin, too/,
  },
  {
    name: 'what is so already',
    shop: { objects: [cart, merged(service, { spec: { selector: { app: 'cart' } } }) as object] },
    with: { workloadKind: 'Deployment', workloadName: 'cart' },
    want: /^AlreadyInPlace/,
  },
  {
    name: 'a Service without a selector',
    shop: { objects: [cart, merged(service, { spec: { selector: null } }) as object] },
    with: { workloadKind: 'Deployment', workloadName: 'cart' },
    want: /has no selector/,
  },
]);

const configMap = (name: string, data: object = { mode: 'fast' }) => ({ ...settings, metadata: { ...settings.metadata, name }, data });
const misspelt = withContainer({ env: [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'setings', key: 'mode' } } }] })
  .objects[0] as object;
const misspeltKey = withContainer({ env: [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mod' } } }] })
  .objects[0] as object;
of('FixConfigReference', workload, [
  {
    name: 'a reference that leads somewhere',
    with: { configMap: 'settings', toConfigMap: 'settings-2' },
    want: /names no ConfigMap settings that is missing/,
  },
  {
    name: 'a ConfigMap that the workload does not name',
    shop: { objects: [misspelt, settings] },
    with: { configMap: 'kube-root-ca.crt', toConfigMap: 'settings' },
    want: /names no ConfigMap kube-root-ca.crt/,
  },
  {
    name: 'a name that does not exist',
    shop: { objects: [misspelt, settings] },
    with: { configMap: 'setings', toConfigMap: 'evil' },
    want: /evil is not what is meant by ConfigMap setings: settings is nearer/,
  },
  {
    name: 'one of two that are as near',
    shop: { objects: [misspelt, configMap('setingsa'), configMap('setingsb')] },
    with: { configMap: 'setings', toConfigMap: 'setingsa' },
    want: /equally near/,
  },
  {
    name: 'a name that is far',
    shop: { objects: [misspelt, configMap('database')] },
    with: { configMap: 'setings', toConfigMap: 'database' },
    want: /nothing that exists is near/,
  },
  {
    name: 'a name that ends in a hash',
    shop: { objects: [misspelt, configMap('setings-2456789bcd')] },
    with: { configMap: 'setings', toConfigMap: 'setings-2456789bcd' },
    want: /nothing that exists is near/,
  },
  {
    name: 'a ConfigMap without the key that is read',
    shop: { objects: [misspelt, configMap('settings', { other: '1' })] },
    with: { configMap: 'setings', toConfigMap: 'settings' },
    want: /lacks key mode/,
  },
  {
    name: 'a key that the ConfigMap has not',
    shop: { objects: [misspeltKey, settings] },
    with: { configMap: 'settings', key: 'mod', toKey: 'admin' },
    want: /admin is not what is meant by key mod .*: mode is nearer/,
  },
  {
    name: 'one of two keys that are as near',
    shop: { objects: [misspeltKey, configMap('settings', { mode: '1', modx: '2' })] },
    with: { configMap: 'settings', key: 'mod', toKey: 'mode' },
    want: /equally near/,
  },
]);

of('ScaleWorkload', workload, [
  { name: 'fewer replicas', with: { replicas: 1 }, want: /^ParametersInvalid: .*would be fewer/ },
  { name: 'more than twice as many', with: { replicas: 5 }, want: /^ParametersInvalid: .*more than the 4 that are allowed/ },
  {
    name: 'many from none',
    shop: { objects: [merged(cart, { spec: { replicas: 0 } }) as object] },
    with: { replicas: 4 },
    want: /more than the 3/,
  },
  {
    name: 'what an autoscaler rules',
    shop: { objects: [cart, autoscaler] },
    with: { replicas: 3 },
    want: /^UnsafeChange: HorizontalPodAutoscaler cart rules/,
  },
  { name: 'what is so already', with: { replicas: 2 }, want: /^AlreadyInPlace/ },
]);

const scaled = { objects: [cart, autoscaler] };
of('AdjustAutoscaler', { ...workload, kind: 'HorizontalPodAutoscaler' }, [
  { name: 'a lower maximum', shop: scaled, with: { maxReplicas: 3 }, want: /^ParametersInvalid: maxReplicas .*would be less/ },
  { name: 'more than twice as many', shop: scaled, with: { maxReplicas: 9 }, want: /more than 2 times as much/ },
  {
    name: 'a minimum above the maximum',
    shop: { objects: [cart, merged(autoscaler, { spec: { minReplicas: 3 } }) as object] },
    with: { minReplicas: 5 },
    want: /would exceed the upper one/,
  },
  { name: 'what is so already', shop: scaled, with: { maxReplicas: 4 }, want: /^AlreadyInPlace/ },
]);

const roll = (patch: object, over: object = {}) => ({ history: [revision(1, patch, over), revision(2, {})] });
of('RollbackWorkload', workload, [
  { name: 'a revision that is not there', with: { revision: 9 }, want: /^ValueNotFound: .*no revision 9 in its history; there are none/ },
  { name: 'a revision whose template is the present one', shop: roll({}), with: { revision: 1 }, want: /^AlreadyInPlace/ },
  {
    name: 'to take a probe away',
    shop: roll({ readinessProbe: null }),
    with: { revision: 1 },
    want: /^UnsafeChange: .*readinessProbe.* came or went/,
  },
  {
    name: 'to add a variable',
    shop: roll({ env: [...container.env, { name: 'NEW', value: '1' }] }),
    with: { revision: 1 },
    want: /came or went/,
  },
  { name: 'to change a list of arguments', shop: roll({ args: ['a', 'b'] }), with: { revision: 1 }, want: /came or went/ },
  {
    name: 'to change the security context',
    shop: roll({ securityContext: { privileged: true } }),
    with: { revision: 1 },
    want: /securityContext.* is for people to decide/,
  },
  {
    name: 'to change the service account',
    shop: roll({}, { spec: { serviceAccountName: 'admin' } }),
    with: { revision: 1 },
    want: /serviceAccountName.* is for people to decide/,
  },
  {
    name: 'to change labels',
    shop: roll({}, { metadata: { labels: { app: 'other' } } }),
    with: { revision: 1 },
    want: /labels.* is for people to decide/,
  },
  {
    name: 'to change more than a few fields',
    shop: roll({ image: 'a', env: Array.from({ length: 12 }, (_, index) => ({ name: `V${index}`, value: '1' })) }),
    with: { revision: 1 },
    want: /^UnsafeChange: .*differs in \d+ fields/,
  },
]);
