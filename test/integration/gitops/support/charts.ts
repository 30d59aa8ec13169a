/** A chart as people write them, in the repository or packaged, and the server that hands packages out as source-controller does. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ChartArtifact } from '../../../../src/gitops/flux/artifact.ts';

export const CHART_VALUES = `# Defaults of the cart chart.
replicaCount: 2

image:
  repository: registry.test/cart
  # the chart's own version where it is empty
  tag: ""

resources: {}

probe:
  path: /healthz   # never cached
  port: 8080

env:
  - name: MODE
    value: fast
  - name: LEVEL
    value: info

config:
  timeout: 30s

sidecar:
  image: registry.test/proxy:7
  memoryMi: 32
`;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "cart.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicaCount }}
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
    spec:
      containers:
        - name: app
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          {{- with .Values.env }}
          env: {{- toYaml . | nindent 12 }}
          {{- end }}
          readinessProbe:
            httpGet: {path: {{ .Values.probe.path }}, port: {{ .Values.probe.port }}}
          {{- with .Values.resources }}
          resources: {{- toYaml . | nindent 12 }}
          {{- end }}
        - name: sidecar
          image: {{ tpl .Values.sidecar.image . }}
          resources: {limits: {memory: "{{ .Values.sidecar.memoryMi }}Mi"}}
`;

const HELPERS = `{{- define "cart.labels" -}}
app: {{ .Release.Name }}
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}
`;

const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-settings}
data:
  timeout: {{ .Values.config.timeout | quote }}
`;

const HOOK = `apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: pre-upgrade}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: m, image: registry.test/cart:1}]}}}
`;

/** The files of the chart in a folder. */
export function chartFiles(folder: string, values = CHART_VALUES, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const files = {
    'Chart.yaml': 'apiVersion: v2\nname: cart\nversion: 0.1.0\nappVersion: "1.1"\n',
    'values.yaml': values,
    'templates/_helpers.tpl': HELPERS,
    'templates/deployment.yaml': DEPLOYMENT,
    'templates/config.yaml': CONFIG,
    'templates/hook.yaml': HOOK,
    ...more,
  };
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [folder === '' ? name : `${folder}/${name}`, text]));
}

/** The chart as an archive. */
export function packagedChart(values = CHART_VALUES, more: Readonly<Record<string, string>> = {}): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'chart-'));
  try {
    for (const [path, text] of Object.entries(chartFiles('cart', values, more))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    execFileSync('tar', ['-czf', join(folder, 'cart.tgz'), '-C', folder, 'cart']);
    return readFileSync(join(folder, 'cart.tgz'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface ChartServer {
  readonly host: string;
  /** Puts an archive up. */
  readonly publish: (content: Buffer) => ChartArtifact;
  readonly stop: () => void;
}

export async function startChartServer(): Promise<ChartServer> {
  const contents = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const content = contents.get(request.url ?? '');
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    publish: (content) => {
      const hash = createHash('sha256').update(content).digest('hex');
      contents.set(`/${hash}.tgz`, content);
      return { url: `http://${host}/${hash}.tgz`, digest: `sha256:${hash}` };
    },
    stop: () => server.close(),
  };
}
