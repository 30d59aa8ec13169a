/**
 * The programs of the test cluster: which version, which of its files we need, and how each can be had.
 *
 * Data only. The versions are those whose modules, with all they require, are complete on Go module proxies; `resolve.ts`
 * reads this table. Everything that a build leaves in the cache beside the binary is listed here too.
 */
import type { CHeaders } from './cHeaders.ts';

/** Files of a Go module to keep in the component's folder, as the module cache may be cleaned. */
export interface ModuleFiles {
  readonly from: string;
  readonly to: string;
  /** Another module than the binary's, when the files are newer than the binary. */
  readonly module?: { readonly path: string; readonly version: string };
}

export interface GoRecipe {
  readonly module: string;
  readonly version: string;
  readonly package: string;
  readonly cgo?: { readonly tags: string; readonly headers?: CHeaders };
  readonly ldflags?: string;
  readonly keep?: readonly ModuleFiles[];
}

export interface Archive {
  readonly url: string;
  readonly sha512Base64: string;
}

export interface Download {
  /** What fits which platform: `<os>-<arch>` as Node names them, to the archive's URL and its pinned digest. */
  readonly archives: Readonly<Partial<Record<string, Archive>>>;
  /** Where in the archive the binary is. */
  readonly member: string;
}

export interface Component {
  readonly name: string;
  readonly version: string;
  /** What `--version` of a binary that the user has must say for it to fit; without it only our own will do. */
  readonly accepts?: { readonly args: readonly string[]; readonly output: RegExp };
  /** Part of the set that the variable KUBEBUILDER_ASSETS points to. */
  readonly inEnvtest?: true;
  readonly download?: Download;
  readonly build: GoRecipe;
}

const KUBERNETES = 'v1.36.3';
const KUBERNETES_VERSION_FLAGS = ['gitVersion=v1.36.3', 'gitMajor=1', 'gitMinor=36']
  .map((value) => `-X k8s.io/component-base/version.${value}`)
  .join(' ');

/** Checksums as controller-tools publishes them for its envtest archives. */
function envtest(binary: string): Download {
  const root = 'https://github.com/kubernetes-sigs/controller-tools/releases/download/envtest-v1.36.2/envtest-v1.36.2';
  return {
    member: `controller-tools/envtest/${binary}`,
    archives: {
      'darwin-arm64': {
        url: `${root}-darwin-arm64.tar.gz`,
        sha512Base64: 'knj55a9Vay8fLROXacHw1xfHtEJpF/3r26iYvLclqRbkkQ1hYIhhlP+b6Viep8XDLCuK4HVHA4dLfIuo3fxBzg==',
      },
      'linux-x64': {
        url: `${root}-linux-amd64.tar.gz`,
        sha512Base64: '6nQxhsinmfXPj68Wlp+GGJ0APLfRMOCsS1h4nx5XSNzzDr6RyDehDVrEFTg9o+ELnmTWV4XJOMI+c5eBz7dvCA==',
      },
      'linux-arm64': {
        url: `${root}-linux-arm64.tar.gz`,
        sha512Base64: 'LXLumFqOJio8V9yffw/Ykfaox79+uqLbbcbY6siuKBga/lHB82i2d1bNtAsQ3psgVgnhcm5fJ/fG2CTdnGZJrA==',
      },
    },
  };
}

function kubernetes(name: string, versionArgs: readonly string[] = ['--version']): Component {
  return {
    name,
    version: KUBERNETES,
    accepts: { args: versionArgs, output: /\bv1\.36\.\d+\b/ },
    build: {
      module: 'k8s.io/kubernetes',
      version: KUBERNETES,
      package: `k8s.io/kubernetes/cmd/${name}`,
      ldflags: KUBERNETES_VERSION_FLAGS,
    },
  };
}

export const components = {
  etcd: {
    name: 'etcd',
    version: 'v3.7.3',
    accepts: { args: ['--version'], output: /etcd Version: 3\.(5|6|7)\./ },
    inEnvtest: true,
    download: envtest('etcd'),
    build: { module: 'go.etcd.io/etcd/server/v3', version: 'v3.7.3', package: 'go.etcd.io/etcd/server/v3' },
  },
  'kube-apiserver': { ...kubernetes('kube-apiserver'), inEnvtest: true, download: envtest('kube-apiserver') },
  kubectl: { ...kubernetes('kubectl', ['version', '--client']), inEnvtest: true, download: envtest('kubectl') },
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kubelet: kubernetes('kubelet'),
  kwok: {
    name: 'kwok',
    version: 'v0.8.0',
    build: {
      module: 'sigs.k8s.io/kwok',
      version: 'v0.8.0',
      package: 'sigs.k8s.io/kwok/cmd/kwok',
      keep: [{ from: 'kustomize/stage', to: 'stages' }],
    },
  },
  prometheus: {
    name: 'prometheus',
    version: 'v0.315.0',
    accepts: { args: ['--version'], output: /prometheus, version 3\./ },
    build: { module: 'github.com/prometheus/prometheus', version: 'v0.315.0', package: 'github.com/prometheus/prometheus/cmd/prometheus' },
  },
  alertmanager: {
    name: 'alertmanager',
    version: 'v0.28.1',
    accepts: { args: ['--version'], output: /alertmanager, version 0\.(2[7-9]|[3-9]\d)\./ },
    build: {
      module: 'github.com/prometheus/alertmanager',
      version: 'v0.28.1',
      package: 'github.com/prometheus/alertmanager/cmd/alertmanager',
    },
  },
  loki: {
    name: 'loki',
    version: 'v3.7.8',
    accepts: { args: ['--version'], output: /loki, version 3\./ },
    build: { module: 'github.com/grafana/loki/v3', version: 'v3.7.8', package: 'github.com/grafana/loki/v3/cmd/loki' },
  },
  'kube-state-metrics': {
    name: 'kube-state-metrics',
    version: 'v2.15.0',
    build: { module: 'k8s.io/kube-state-metrics/v2', version: 'v2.15.0', package: 'k8s.io/kube-state-metrics/v2' },
  },
  'source-controller': {
    name: 'source-controller',
    version: 'v1.3.0',
    build: {
      module: 'github.com/fluxcd/source-controller',
      version: 'v1.3.0',
      package: 'github.com/fluxcd/source-controller',
      keep: [
        { from: 'config/crd/bases', to: 'crds' },
        { from: 'config/crd/bases', to: 'crds-v1', module: { path: 'github.com/fluxcd/source-controller', version: 'v1.9.5' } },
      ],
    },
  },
  'kustomize-controller': {
    name: 'kustomize-controller',
    version: 'v1.9.5',
    build: {
      module: 'github.com/fluxcd/kustomize-controller',
      version: 'v1.9.5',
      package: 'github.com/fluxcd/kustomize-controller',
      keep: [{ from: 'config/crd/bases', to: 'crds' }],
    },
  },
  'helm-controller': {
    name: 'helm-controller',
    version: 'v1.4.0',
    build: {
      module: 'github.com/fluxcd/helm-controller',
      version: 'v1.4.0',
      package: 'github.com/fluxcd/helm-controller',
      keep: [{ from: 'config/crd/bases', to: 'crds' }],
    },
  },
  helm: {
    name: 'helm',
    version: 'v4.3.1',
    accepts: { args: ['version', '--short'], output: /^v(?:3\.1[4-9]|4)\./ },
    build: { module: 'helm.sh/helm/v4', version: 'v4.3.1', package: 'helm.sh/helm/v4/cmd/helm' },
  },
  yq: {
    name: 'yq',
    version: 'v4.54.3',
    accepts: { args: ['--security-disable-file-ops', '--version'], output: /mikefarah\/yq.*v4\./ },
    build: { module: 'github.com/mikefarah/yq/v4', version: 'v4.54.3', package: 'github.com/mikefarah/yq/v4' },
  },
  argocd: {
    name: 'argocd',
    version: 'v3.1.16',
    build: {
      module: 'github.com/argoproj/argo-cd/v3',
      version: 'v3.1.16',
      package: 'github.com/argoproj/argo-cd/v3/cmd',
      keep: [{ from: 'manifests/crds', to: 'crds' }],
    },
  },
  gitea: {
    name: 'gitea',
    version: 'v1.26.0',
    build: {
      module: 'code.gitea.io/gitea',
      version: 'v1.26.0',
      package: 'code.gitea.io/gitea',
      cgo: { tags: 'sqlite sqlite_unlock_notify' },
      keep: ['options', 'public', 'templates'].map((folder) => ({ from: folder, to: `static/${folder}` })),
    },
  },
  ollama: {
    name: 'ollama',
    version: 'v0.17.4',
    accepts: { args: ['--version'], output: /version is 0\.(?:1[2-9]|[2-9]\d)\./ },
    build: {
      module: 'github.com/ollama/ollama',
      version: 'v0.17.4',
      package: 'github.com/ollama/ollama',
      cgo: {
        tags: '',
        headers: {
          debian: [
            { need: { package: 'nlohmann-json3-dev', file: '/usr/include/nlohmann/json.hpp' }, folder: '/usr/include/nlohmann' },
            { need: { package: 'libstb-dev', file: '/usr/include/stb/stb_image.h' }, folder: '/usr/include/stb' },
          ],
          pypi: [
            {
              name: 'miniaudio',
              version: '1.71',
              sha256: 'ff51e2887bb673e2e757752b586b3dc924d59aa5fbcae9bbc45f4a111bd3262b',
              member: 'miniaudio-1.71/miniaudio/miniaudio.h',
              to: 'miniaudio/miniaudio.h',
            },
          ],
        },
      },
    },
  },
} as const satisfies Record<string, Component>;

export type ComponentName = keyof typeof components;
