/** What has Flux deploy the shop, and others, from their repositories: a GitRepository with a credential, and a Kustomization. */
import type { KubeApi } from '../cluster/api/kubeApi.ts';
import { ANY_USER, type ShopRepository } from './shopRepository.ts';

const FLUX_NAMESPACE = 'flux-system';
const SOURCE = '/apis/source.toolkit.fluxcd.io/v1/namespaces';
const KUSTOMIZE = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces';
const NAME = 'shop';

export async function deployShop(api: KubeApi, { url, branch, path, reader }: ShopRepository): Promise<void> {
  await followRepository(api, NAME, { url, branch, username: ANY_USER, password: reader.token });
  await deployPath(api, NAME, path);
}

export interface Followed {
  readonly url: string;
  readonly branch: string;
  readonly username: string;
  readonly password: string;
}

export async function followRepository(api: KubeApi, name: string, { url, branch, username, password }: Followed): Promise<void> {
  const secret = { name: `${name}-repository-reader`, namespace: FLUX_NAMESPACE };
  await api.apply(`/api/v1/namespaces/${FLUX_NAMESPACE}/secrets/${secret.name}`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: secret,
    stringData: { username, password },
  });
  await api.apply(`${SOURCE}/${FLUX_NAMESPACE}/gitrepositories/${name}`, {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name, namespace: FLUX_NAMESPACE },
    spec: { interval: '2s', timeout: '20s', url, ref: { branch }, secretRef: { name: secret.name } },
  });
}

/** Has Flux apply a folder, of the shop's repository unless another one is named; and wait for the health of what it applied, where asked. */
export async function deployPath(api: KubeApi, name: string, path: string, { wait = false, repository = NAME } = {}): Promise<void> {
  await api.apply(`${KUSTOMIZE}/${FLUX_NAMESPACE}/kustomizations/${name}`, {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: FLUX_NAMESPACE },
    spec: {
      interval: '1m',
      retryInterval: '5s',
      timeout: '1m',
      path,
      prune: true,
      wait,
      sourceRef: { kind: 'GitRepository', name: repository },
    },
  });
}
