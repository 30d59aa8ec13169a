/** A kubeconfig with one context: a server, whom to trust, and a bearer token. */
import { writeFileSync } from 'node:fs';

interface KubeconfigFacts {
  readonly serverUrl: string;
  readonly caData: string;
  readonly user: string;
  readonly token: string;
}

function kubeconfig({ serverUrl, caData, user, token }: KubeconfigFacts): string {
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: serverUrl, 'certificate-authority-data': Buffer.from(caData).toString('base64') } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    'current-context': 'test',
  };
  return JSON.stringify(document, undefined, 2);
}

export function writeKubeconfig(file: string, facts: KubeconfigFacts): string {
  writeFileSync(file, kubeconfig(facts), { mode: 0o600 });
  return file;
}
