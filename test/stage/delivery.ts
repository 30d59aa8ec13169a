/** What has Flux deploy the shop from its repository: a GitRepository with a read-only credential, and a Kustomization. */
import type { KubeApi } from '../cluster/api/kubeApi.ts';
import { ANY_USER, type ShopRepository } from './shopRepository.ts';

const FLUX_NAMESPACE = 'flux-system';
const SOURCE = '/apis/source.toolkit.fluxcd.io/v1/namespaces';
const KUSTOMIZE = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces';
const NAME = 'shop';

export async function deployShop(api: KubeApi, repository: ShopRepository): Promise<void> {
  const { url, branch, path, reader } = repository;
  const metadata = { name: NAME, namespace: FLUX_NAMESPACE };
  const secret = { name: `${NAME}-repository-reader`, namespace: FLUX_NAMESPACE };
  await api.apply(`/api/v1/namespaces/${FLUX_NAMESPACE}/secrets/${secret.name}`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: secret,
    stringData: { username: ANY_USER, password: reader.token },
  });
  await api.apply(`${SOURCE}/${FLUX_NAMESPACE}/gitrepositories/${NAME}`, {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata,
    spec: { interval: '2s', timeout: '20s', url, ref: { branch }, secretRef: { name: secret.name } },
  });
  await deployPath(api, NAME, path);
}

/** Has Flux apply a folder of the shop's repository, too; and wait for the health of what it applied, where asked. */
export async function deployPath(api: KubeApi, name: string, path: string, { wait = false } = {}): Promise<void> {
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
      sourceRef: { kind: 'GitRepository', name: NAME },
    },
  });
}
