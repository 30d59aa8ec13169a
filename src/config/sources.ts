/**
 * Where telemetry is asked for: several named instances of each kind of source, with the credentials of every usual kind.
 *
 * Secrets are named by file, so that they can be mounted and rotated; GRAFANA_API_KEY alone is taken from the environment, as it
 * has always been. What stands here is an `Endpoint` of `src/sources/http.ts` as it is.
 */
import { z } from 'zod';
import { gitHubs } from './applicationSource.ts';
import { mcpServers } from './mcpServers.ts';
import type { Path } from './problems.ts';
import { several } from './several.ts';
import { httpUrl } from './url.ts';

const file = () => z.string().min(1, 'is empty; write the path of a file');

const basic = z.strictObject({
  username: z.string().min(1).max(255).describe('User name.'),
  passwordFile: file().describe('File with the password; read again when it changes.'),
});

const tls = z
  .strictObject({
    caFile: file().optional().describe('File with the certificates of the authorities that are accepted; absent: those of the system.'),
    certFile: file().optional().describe('File with the certificate that is shown to it.'),
    keyFile: file().optional().describe('File with the private key of that certificate.'),
    serverName: z.string().min(1).max(253).optional().describe('Name that its certificate must have, where that is not the host.'),
    insecureSkipVerify: z.boolean().default(false).describe('Takes any certificate: whoever answers at the address is believed.'),
  })
  .check(({ value, issues }) => {
    if ((value.certFile === undefined) === (value.keyFile === undefined)) return;
    const lacking = value.certFile === undefined ? 'certFile' : 'keyFile';
    const other = value.certFile === undefined ? 'keyFile' : 'certFile';
    issues.push({ code: 'custom', message: `is missing, while ${other} is set; both are needed`, input: value, path: [lacking] });
  });

const header = z
  .strictObject({
    name: z
      .string()
      .max(128)
      .regex(/^[A-Za-z0-9-]+$/u, 'is not the name of a header; use letters, digits and -')
      .describe('Name of the header.'),
    value: z.string().max(4096).optional().describe('Its value, where that is no secret.'),
    valueFile: file().optional().describe('File with its value; read again when it changes.'),
  })
  .check(({ value, issues }) => {
    if ((value.value === undefined) !== (value.valueFile === undefined)) return;
    issues.push({ code: 'custom', message: 'needs value or valueFile, and not both', input: value });
  });

const instance = (what: string, example: string) =>
  z
    .strictObject({
      name: z.string().min(1, 'is empty; give it a name').max(63).default(what.toLowerCase()).describe('Name, for messages and evidence.'),
      url: httpUrl().describe(`Address of ${what}, such as ${example}.`),
      bearerTokenFile: file().optional().describe('File with a token that is sent along; read again when it changes.'),
      basic: basic.optional().describe('User name and password that are sent along.'),
      tls: tls.optional().describe('Certificates, for https.'),
      tenant: z.string().min(1).max(255).optional().describe('Tenant to ask for, sent as X-Scope-OrgID; several are joined with |.'),
      headers: z.array(header).max(20).optional().describe('Other headers that it needs.'),
    })
    .check(({ value, issues }) => {
      if (value.basic === undefined || value.bearerTokenFile === undefined) return;
      issues.push({ code: 'custom', message: 'is set beside bearerTokenFile; one of the two can be sent', input: value, path: ['basic'] });
    });

const grafana = instance('Grafana', 'http://grafana:3000').safeExtend({
  bearerToken: z.string().min(1).optional().describe('Set by GRAFANA_API_KEY alone; here, name a file in bearerTokenFile.'),
});

const signoz = instance('SigNoz', 'http://signoz:8080').safeExtend({
  apiKeyFile: file().optional().describe('File with the key that is sent as SIGNOZ-API-KEY; read again when it changes.'),
});

export const sourcesSchema = z.strictObject({
  prometheus: several(instance('Prometheus', 'http://prometheus:9090')).describe(
    'Prometheus, or what speaks its API: Thanos, Mimir, VictoriaMetrics.',
  ),
  alertmanager: several(instance('Alertmanager', 'http://alertmanager:9093')).describe('Alertmanagers; every replica is listed.'),
  loki: several(instance('Loki', 'http://loki:3100')).describe('Loki, for logs.'),
  tempo: several(instance('Tempo', 'http://tempo:3200')).describe('Tempo, for traces.'),
  grafana: several(grafana).describe('Grafana, for dashboards and annotations.'),
  signoz: several(signoz).describe('SigNoz, for logs, traces and metrics.'),
  github: gitHubs,
  mcp: mcpServers,
});

export type SourcesConfig = z.infer<typeof sourcesSchema>;

/** Where a secret itself would stand, which belongs into a file: only an environment variable may set it. */
export const grafanaToken = (index: number): Path => ['sources', 'grafana', index, 'bearerToken'];

export interface SourceSecrets {
  readonly files: readonly string[];
  readonly values: readonly string[];
}

/** What must not come out anywhere. Private keys are not among it: they are never sent, and what looks like one is redacted anyway. */
export function secretsOf(sources: SourcesConfig): SourceSecrets {
  const all = [...sources.prometheus, ...sources.alertmanager, ...sources.loki, ...sources.tempo, ...sources.grafana, ...sources.signoz];
  const files = all.flatMap(({ bearerTokenFile, basic: login, headers }) => [
    bearerTokenFile,
    login?.passwordFile,
    ...(headers ?? []).map(({ valueFile }) => valueFile),
  ]);
  return {
    files: [...files, ...sources.signoz.map(({ apiKeyFile }) => apiKeyFile)].filter((path) => path !== undefined),
    values: sources.grafana.flatMap(({ bearerToken }) => bearerToken ?? []),
  };
}
