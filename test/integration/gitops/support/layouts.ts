/**
 * Repositories in miniature, as people lay them out, for the matrix of layouts and actions.
 *
 * The line that is the right one for an action ends in `# @<action>`, and nothing else in the repository does. Where an action has no such line, it is
 * expected to add lines (`adds`), or to be refused with a reason that fits (`refuses`).
 */

import type { Build } from '../../../../src/gitops/builds.ts';
import type { FieldPath } from '../../../../src/gitops/yaml/document.ts';
import { inContainer } from './edits.ts';

export interface Action {
  readonly kind: 'Deployment' | 'ConfigMap';
  readonly field: FieldPath;
  readonly value: string | number;
  /** What of the marked line goes, and what comes. */
  readonly from: string;
  readonly to: string;
}

export const ACTIONS = {
  image: { kind: 'Deployment', field: inContainer('app', 'image'), value: 'registry.test/cart:1.0', from: '1.1', to: '1.0' },
  memory: { kind: 'Deployment', field: inContainer('app', 'resources', 'limits', 'memory'), value: '128Mi', from: '64Mi', to: '128Mi' },
  replicas: { kind: 'Deployment', field: ['spec', 'replicas'], value: 3, from: '2', to: '3' },
  probe: {
    kind: 'Deployment',
    field: inContainer('app', 'readinessProbe', 'httpGet', 'path'),
    value: '/ready',
    from: '/healthz',
    to: '/ready',
  },
  variable: {
    kind: 'Deployment',
    field: [...inContainer('app', 'env'), { key: 'name', value: 'LEVEL' }, 'value'],
    value: 'debug',
    from: 'info',
    to: 'debug',
  },
  config: { kind: 'ConfigMap', field: ['data', 'timeout'], value: '60s', from: '30s', to: '60s' },
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof ACTIONS;

export interface Layout {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly build: Build;
  readonly adds?: readonly ActionName[];
  readonly refuses?: Readonly<Partial<Record<ActionName, RegExp>>>;
  /** Names of the rendered objects, where they are others. */
  readonly workload?: string;
  readonly configMap?: RegExp;
}

export const GOOD = { image: 'registry.test/cart:1.1', memory: '64Mi', replicas: '2', probe: '/healthz', variable: 'info', config: '30s' };
export const OTHER = { image: 'registry.test/cart:0.9', memory: '16Mi', replicas: '7', probe: '/old', variable: 'trace', config: '1s' };
export const NO_MARK = (): string => '';
export const mark = (action: ActionName): string => ` # @${action}`;

export const deployment = (values: typeof GOOD, marked: (action: ActionName) => string, meta = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: # the cart
  name: cart${meta}
spec:
  replicas: ${values.replicas}${marked('replicas')}
  selector:
    matchLabels: {app: cart}
  template:
    metadata:
      labels: {app: cart}
    spec:
      containers:
        - name: app
          image: ${values.image}${marked('image')}
          env:
            - {name: MODE, value: fast}
            - name: LEVEL
              value: ${values.variable}${marked('variable')}
          readinessProbe:
            httpGet:
              path: ${values.probe}${marked('probe')}
              port: 8080
          resources:
            limits:
              memory: ${values.memory}${marked('memory')}
        - name: sidecar
          image: registry.test/proxy:7
`;
export const configMap = (values: typeof GOOD, marked: (action: ActionName) => string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: cart-settings
data:
  timeout: ${values.config}${marked('config')}
`;
export const plain = `${deployment(GOOD, mark)}---\n${configMap(GOOD, mark)}`;
export const base = `${deployment(OTHER, NO_MARK)}---\n${configMap(OTHER, NO_MARK)}`;

export const strategic = `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 2 # @replicas
  template:
    spec:
      containers:
        - name: app
          image: registry.test/cart:1.1 # @image
          env: [{name: LEVEL, value: info}] # @variable
          readinessProbe: {httpGet: {path: /healthz}} # @probe
          resources: {limits: {memory: 64Mi}} # @memory
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cart-settings}
data:
  timeout: 30s # @config
`;
const container = '/spec/template/spec/containers/0';
export const operations = `- op: replace
  path: ${container}/image
  value: registry.test/cart:1.1 # @image
- {op: replace, path: /spec/replicas, value: 2} # @replicas
- op: replace
  path: ${container}/env/1/value
  value: "info" # @variable
- op: replace
  path: ${container}/readinessProbe/httpGet/path
  value: '/healthz' # @probe
- op: replace
  path: ${container}/resources/limits/memory
  value: 64Mi # @memory
`;
export const indented = (text: string, spaces: number): string => text.replaceAll(/^(?=.)/gmu, ' '.repeat(spaces));

export const overlay = (kustomization: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  'apps/base/kustomization.yaml': 'resources: [cart.yaml]\n',
  'apps/base/cart.yaml': base,
  'apps/prod/kustomization.yaml': kustomization,
  ...more,
});

export const values = `image:
  repository: registry.test/cart
  tag: "1.1" # @image
replicaCount: 2 # @replicas
resources:
  limits:
    memory: 64Mi # @memory
probe: {path: /healthz} # @probe
env:
  - name: MODE
    value: fast
  - name: LEVEL
    value: info # @variable
config:
  timeout: 30s # @config
`;

/** As the chart's own: with what the template needs beside. */
export const chartValues = `${values}sidecar: {image: registry.test/proxy:7, memoryMi: 32}\n`;
