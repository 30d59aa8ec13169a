/**
 * kube-apiserver as a person would run it: RBAC and the node authorizer, all default admission, an audit log of writes.
 *
 * Its port, its certificates and its tokens stay the same when it is stopped and started again, so clients reconnect.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Found } from '../components/attempt.ts';
import { type Daemon, type DaemonSpec, startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type Authority, createAuthority, createKeyPair, pemOf } from './certificates.ts';
import { createTokens, type Tokens, tokenFile } from './users.ts';

export interface ApiServer {
  readonly serverUrl: string;
  readonly caData: string;
  readonly caFile: string;
  readonly authority: Authority;
  readonly tokens: Tokens;
  readonly auditLogPath: string;
  /** For kube-controller-manager, which signs tokens and tells pods whom to trust. */
  readonly serviceAccountKeyFile: string;
  readonly serviceAddress: string;
  stop(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
}

export interface ApiServerOptions {
  readonly etcdUrl: string;
  /** `10.x.y.0/24`; its first address is the API server as a service. */
  readonly serviceCidr: string;
}

const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] }, { level: 'None' }],
};

export async function startApiServer(workspace: Workspace, found: Found, options: ApiServerOptions): Promise<ApiServer> {
  const serviceAddress = options.serviceCidr.replace(/0\/\d+$/, '1');
  const files = writeFiles(workspace, serviceAddress);
  const specFor = (port: number): DaemonSpec => {
    const url = `https://${workspace.hostAddress}:${port}`;
    return {
      name: 'kube-apiserver',
      command: found.binary,
      origin: found.origin,
      url,
      health: { kind: 'http', url: `${url}/readyz`, caFile: files.ca },
      args: [
        `--bind-address=${workspace.hostAddress}`,
        `--advertise-address=${workspace.hostAddress}`,
        `--secure-port=${port}`,
        `--etcd-servers=${options.etcdUrl}`,
        `--service-cluster-ip-range=${options.serviceCidr}`,
        `--tls-cert-file=${files.servingCertificate}`,
        `--tls-private-key-file=${files.servingKey}`,
        `--token-auth-file=${files.tokens}`,
        '--authorization-mode=Node,RBAC',
        '--allow-privileged',
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${files.serviceAccountPublicKey}`,
        `--service-account-signing-key-file=${files.serviceAccountKey}`,
        '--kubelet-preferred-address-types=InternalIP',
        `--kubelet-certificate-authority=${files.ca}`,
        `--kubelet-client-certificate=${files.kubeletClientCertificate}`,
        `--kubelet-client-key=${files.kubeletClientKey}`,
        `--audit-policy-file=${files.auditPolicy}`,
        `--audit-log-path=${files.auditLog}`,
      ],
    };
  };
  const first = await startOnFreePorts<[number]>(workspace, 1, ([port]) => specFor(port));
  const [port] = first.ports;
  let daemon: Daemon = first.daemon;
  return {
    serverUrl: `https://${workspace.hostAddress}:${port}`,
    caData: files.authority.certificatePem,
    caFile: files.ca,
    authority: files.authority,
    tokens: files.tokenValues,
    auditLogPath: files.auditLog,
    serviceAccountKeyFile: files.serviceAccountKey,
    serviceAddress,
    stop: (signal) => daemon.stop(signal),
    async start() {
      if (!daemon.isRunning()) daemon = await workspace.start(specFor(port));
    },
  };
}

function writeFiles(workspace: Workspace, serviceAddress: string) {
  const folder = workspace.folder('apiserver');
  const write = (name: string, content: string): string => {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const authority = createAuthority('agent-sre test cluster');
  const ownNames = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost'];
  const serving = authority.server('kube-apiserver', [...ownNames, '127.0.0.1', workspace.hostAddress, serviceAddress]);
  const kubeletClient = authority.client('kube-apiserver-kubelet-client', ['system:masters']);
  const tokenValues = createTokens();
  const serviceAccount = createKeyPair();
  return {
    authority,
    tokenValues,
    ca: write('ca.crt', authority.certificatePem),
    servingCertificate: write('serving.crt', serving.certificatePem),
    servingKey: write('serving.key', serving.keyPem),
    kubeletClientCertificate: write('kubelet-client.crt', kubeletClient.certificatePem),
    kubeletClientKey: write('kubelet-client.key', kubeletClient.keyPem),
    serviceAccountKey: write('service-account.key', pemOf(serviceAccount.privateKey)),
    serviceAccountPublicKey: write('service-account.pub', serviceAccount.publicKey.export({ type: 'spki', format: 'pem' }).toString()),
    tokens: write('tokens.csv', tokenFile(tokenValues)),
    auditPolicy: write('audit-policy.json', JSON.stringify(AUDIT_POLICY)),
    auditLog: join(folder, 'audit.log'),
  };
}
