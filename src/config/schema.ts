/**
 * The configuration file: every setting with its meaning, its bounds and its default. An empty file is a valid one.
 *
 * Secrets are never written here but named by file, so that they can be mounted and rotated.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { applications } from './applicationSource.ts';
import { authSettings } from './auth.ts';
import { checks } from './checks.ts';
import { gitHosts } from './gitHosts.ts';
import { httpSettings } from './http.ts';
import { identities } from './identities.ts';
import { intakeSettings } from './intake.ts';
import { mcpSettings } from './mcp.ts';
import { modelSchema } from './model.ts';
import { sourcesSchema } from './sources.ts';
import { specialistsSettings } from './specialists.ts';

const path = () => z.string().min(1, 'is empty; write the path of a file');
const namespace = () =>
  z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/u, 'is not the name of a namespace; use a to z, 0 to 9 and -, at most 63 characters');

const gitCredential = z.strictObject({
  urlPrefix: z.string().min(1).describe('The URLs that it is for: those that begin with this.'),
  username: z.string().min(1).optional().describe('User name, for http and https.'),
  passwordFile: path().optional().describe('File with the password or token, for http and https.'),
  sshKeyFile: path().optional().describe('File with the private key, for ssh.'),
  knownHostsFile: path().optional().describe('File with the host keys that are accepted, for ssh.'),
});

const git = z.strictObject({
  cacheDir: z.string().min(1).optional().describe('Folder for mirrors of repositories; absent: a temporary one of each process.'),
  credentials: z.array(gitCredential).max(100).default([]).describe('How to get at repositories; the longest prefix that fits counts.'),
  author: z
    .strictObject({
      name: z.string().min(1).max(100).describe('Name in the commits.'),
      email: z.string().min(3).max(254).describe('Address in the commits.'),
    })
    .optional()
    .describe('Who commits; absent: Agent-SRE. Who approved stands in a trailer.'),
  signing: z
    .strictObject({
      keyFile: path().describe('File with an ed25519 private key as ssh-keygen makes it, without a passphrase; read at each use.'),
    })
    .optional()
    .describe('Signs the commits, in the format of SSH; absent: they are not signed. The host has to know the public key.'),
  hosts: gitHosts,
  allowHttpHosts: z.array(z.string().min(1)).max(100).default([]).describe('Hosts, or host:port, that may be used over plain http.'),
});

export const configSchema = z.strictObject({
  namespace: namespace().default('agent-sre').describe('Namespace of the operator: Incidents of alerts, evidence and Leases live here.'),
  cluster: z
    .strictObject({ name: z.string().min(1).max(63).optional().describe('Name that Incidents carry; absent: they carry none.') })
    .prefault({})
    .describe('The cluster that this operator looks after.'),
  kubernetes: z
    .strictObject({
      kubeconfig: z.string().min(1).optional().describe('Path of a kubeconfig; absent: the pod’s ServiceAccount, else ~/.kube/config.'),
      context: z.string().min(1).optional().describe('Context in it; absent: the current one.'),
    })
    .prefault({})
    .describe('How to reach the API server.'),
  http: httpSettings,
  mcp: mcpSettings,
  auth: authSettings,
  intake: intakeSettings,
  sources: sourcesSchema.prefault({}).describe('Where telemetry is asked for.'),
  model: modelSchema().prefault({}).describe('The language model that is asked for hypotheses; without an address: none.'),
  applications,
  checks,
  git: git.prefault({}).describe('Repositories that GitOps engines deploy from.'),
  identities,
  flux: z
    .strictObject({ namespace: namespace().default('flux-system').describe('Namespace of the Flux controllers.') })
    .prefault({})
    .describe('Flux.'),
  investigator: z
    .strictObject({ concurrency: z.int().min(1).max(50).default(4).describe('Investigations at once.'), ...specialistsSettings })
    .prefault({})
    .describe('The process that looks for causes.'),
  executor: z
    .strictObject({ concurrency: z.int().min(1).max(20).default(2).describe('Plans at once.') })
    .prefault({})
    .describe('The process that writes to Git.'),
  remediation: z
    .strictObject({
      protectedNamespaces: z
        .array(namespace())
        .max(100)
        .default([])
        .describe('Namespaces where nothing is changed, besides those of Kubernetes, Flux and the operator.'),
      soakSeconds: z
        .int()
        .min(0)
        .max(86_400)
        .optional()
        .describe('How long a fix has to hold before the Incident is resolved; absent: by action.'),
    })
    .prefault({})
    .describe('Limits of what may be changed; policies are RemediationPolicy objects.'),
  incidents: z
    .strictObject({
      retentionDays: z
        .int()
        .min(1)
        .max(3650)
        .default(30)
        .describe('How long an Incident is kept after its end, with its Investigations, plans and Approvals. What is open is kept.'),
    })
    .prefault({})
    .describe('What became of alerts.'),
  evidence: z
    .strictObject({
      retentionDays: z.int().min(1).max(365).default(30).describe('How long evidence is kept after its Incident has ended.'),
    })
    .prefault({})
    .describe('What investigations have seen.'),
  audit: z
    .strictObject({
      signingKeyFile: path()
        .optional()
        .describe('File with an ed25519 private key (PEM, PKCS 8) that signs the end of each chain; absent: nobody signs it.'),
      retentionDays: z.int().min(30).max(3650).default(365).describe('How long entries are kept; 50 MiB a process at most.'),
    })
    .prefault({})
    .describe('What is kept of every effect and refusal.'),
  leaderElection: z
    .strictObject({ enabled: z.boolean().default(true).describe('Unset it only where just one process of each sort can run.') })
    .prefault({})
    .describe('Which of several replicas acts.'),
  logging: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('The least that is logged.'),
      name: z.string().min(1).max(63).default('agent-sre').describe('Name of this service in each line.'),
    })
    .prefault({})
    .describe('Logs: JSON lines on standard output.'),
  tools: z
    .strictObject({
      git: z.string().min(1).default('git').describe('Path of git.'),
      helm: z.string().min(1).default('helm').describe('Path of helm, which renders charts.'),
      kubectl: z.string().min(1).default('kubectl').describe('Path of kubectl, which renders kustomizations.'),
      jq: z.string().min(1).default('jq').describe('Path of jq, which people and models may run over a text (cli_tool).'),
      yq: z.string().min(1).default('yq').describe('Path of yq: mikefarah’s, version 4.'),
      grep: z.string().min(1).default('grep').describe('Path of grep.'),
      sed: z.string().min(1).default('sed').describe('Path of sed: GNU’s, which has a sandbox.'),
      prlimit: z.string().min(1).default('prlimit').describe('Path of prlimit, which sets the limits that those four run within.'),
    })
    .prefault({})
    .describe('Programs that are run.'),
});

export type Config = z.infer<typeof configSchema>;

/** Whether only this machine can reach an address that a server listens on. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
